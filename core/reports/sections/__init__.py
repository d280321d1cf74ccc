"""The parts of the reports, one a module: each makes blocks of what the ledger and its files say."""
