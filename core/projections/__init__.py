"""Folds over the ledger: read-model rows, and the documents that are rendered from them."""
