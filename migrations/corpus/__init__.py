"""The steps of the corpus's tables, which have a version of their own beside the ledger's."""
