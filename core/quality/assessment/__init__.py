"""A whole wave judged: every pair looked at, batches and indicators compared, and a verdict by criteria."""
