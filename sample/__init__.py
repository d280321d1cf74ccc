"""A sample wave in the real shapes, and the demo that runs it."""
