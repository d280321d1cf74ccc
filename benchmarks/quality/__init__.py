"""Damage made up on real texts: how much of it the quality checks see, and how often they cry without any."""
