"""The event store, the read model and the lease in SQLite or PostgreSQL, through SQLAlchemy."""
