"""The event log: envelope, codec, and the questions asked of it."""
