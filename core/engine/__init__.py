"""The loop that drives batches: what is due (pure) and how it is done (through ports)."""
