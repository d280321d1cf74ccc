"""Vectors from models on this machine; an optional extra."""
