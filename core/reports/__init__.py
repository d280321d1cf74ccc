"""A wave's reports: what was planned, how it was sent and what came of it, for people to read and to keep."""
