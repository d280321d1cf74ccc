"""Vectors of refined pairs: requests for them, the answers, and the lines in which they are kept."""
