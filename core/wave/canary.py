"""The canary: the first batches of a wave go alone, and the rest waits until they came home well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.lifecycle import Status
from core.wave.decider import HoldWave, ReleaseWave

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.batch.state import Batch
    from core.wave.state import Wave


def canaries(wave: Wave, number: int) -> tuple[int, ...]:
    """Return the batches that go first: none for a wave that is released, or that has no others."""
    return () if wave.released or len(wave.to_send) <= number else wave.to_send[:number]


def judge(batches: Sequence[Batch], *, least: float, at: datetime) -> ReleaseWave | HoldWave | None:
    """Return what follows from a wave's canaries as they stand; None while one is still under way.

    They came home well when of all their pairs the share `least` was refined at the first reading: repairs come
    later, and a fault of the form shows in what they would have to repair.
    """
    stuck = [batch for batch in batches if batch.hold is not None]
    if stuck:
        first = stuck[0]
        reason = f"its canary {first.name} is {first.hold.value if first.hold else ''}: {first.hold_reason}"
        return HoldWave(reason, at)
    if any(batch.status is not Status.DOWNLOADED or not batch.read for batch in batches):
        return None
    refined, pairs = sum(batch.refined for batch in batches), sum(batch.pairs for batch in batches)
    names = ", ".join(batch.name for batch in batches)
    came = f"{names} came home with {refined} of {pairs} pairs refined"
    if refined >= least * pairs:
        return ReleaseWave(came, at)
    wave = batches[0].wave
    worst = min(batches, key=lambda batch: batch.refined / batch.pairs if batch.pairs else 1.0)
    return HoldWave(
        f"{came}, fewer than {least:.0%}; look at `batchmill history {worst.label}`, then run "
        f"`batchmill release --wave {wave}`, or plan another wave",
        at,
    )
