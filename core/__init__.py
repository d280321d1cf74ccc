"""The part of Batchmill that thinks: pure but for the engine, which reaches the world only through ports."""
