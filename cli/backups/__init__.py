"""One archive of a ledger and the files its events name: made while others write, and put back whole."""
