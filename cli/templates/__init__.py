"""Files that a new workspace begins with."""
