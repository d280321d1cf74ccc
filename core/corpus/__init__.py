"""The corpus: the refined pairs of accepted waves, gathered, deduplicated and handed on; steps, not engines."""
