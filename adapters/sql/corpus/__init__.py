"""The corpus in a database: SQLite in a file, or PostgreSQL with pgvector."""
