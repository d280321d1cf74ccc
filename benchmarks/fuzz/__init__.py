"""A coverage-guided fuzzer for the reading of answers."""
