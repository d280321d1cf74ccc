"""A provider on loopback that speaks the Gemini Batch API, for demos, tests and benchmarks."""
