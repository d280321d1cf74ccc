"""The batch: its lifecycle, its events, and the decisions between them."""
