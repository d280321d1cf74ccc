"""The ports kept in memory, for tests and for rebuilding without touching anything."""
