"""The names of the streams: one a batch, one a wave."""

from __future__ import annotations

BATCH = "batch-"
WAVE = "wave-"


def batch_stream(number: int) -> str:
    """Return the stream of a batch, e.g. `batch-205`."""
    return f"{BATCH}{number}"


def wave_stream(wave: int) -> str:
    """Return the stream of a wave, e.g. `wave-2`."""
    return f"{WAVE}{wave}"


def batch_number(stream: str) -> int | None:
    """Return the batch number of a stream, None for any other stream."""
    return int(stream[len(BATCH) :]) if stream.startswith(BATCH) else None


def wave_number(stream: str) -> int | None:
    """Return the wave number of a stream, None for any other stream."""
    return int(stream[len(WAVE) :]) if stream.startswith(WAVE) else None
