"""The event store, the read model, the leases and the claims in SQLite or PostgreSQL, through SQLAlchemy."""
