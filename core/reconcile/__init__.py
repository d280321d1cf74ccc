"""The ledger beside the provider's jobs: what agrees, what is to be fetched, what is lost, what nobody knows."""
