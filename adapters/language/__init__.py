"""Checkers of grammar and spelling."""
