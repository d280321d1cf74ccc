"""The wave: its plan and what was decided in it."""
