"""The names of the streams: one a batch, a repair or a wave, and one for the corpus."""

from __future__ import annotations

from core.batch.numbers import label, parse

BATCH = "batch-"
WAVE = "wave-"
CORPUS = "corpus"


def batch_stream(number: int) -> str:
    """Return the stream of a batch, e.g. `batch-205`, or `batch-205r1` for a repair."""
    return f"{BATCH}{label(number)}"


def wave_stream(wave: int) -> str:
    """Return the stream of a wave, e.g. `wave-2`."""
    return f"{WAVE}{wave}"


def batch_number(stream: str) -> int | None:
    """Return the batch number of a stream, None for any other stream."""
    if not stream.startswith(BATCH):
        return None
    # Most are plain, and every event of a long ledger comes by here.
    name = stream[len(BATCH) :]
    return int(name) if name.isdecimal() else parse(name)


def wave_number(stream: str) -> int | None:
    """Return the wave number of a stream, None for any other stream."""
    return int(stream[len(WAVE) :]) if stream.startswith(WAVE) else None
