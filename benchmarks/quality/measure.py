"""How many damaged pairs are seen, how many sound ones are not let pass, and how long each check takes."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import msgspec

from benchmarks.quality.registry import CHECKS
from core.quality.findings import FAULT, After, Before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.quality.damage import Damage, Pair
    from core.quality.findings import Check, QualityFinding


class Outcome(msgspec.Struct):
    """What one kind of damage came to: pairs it was done to, pairs with a fault, faults, and faults by check."""

    pairs: int = 0
    seen: int = 0
    faults: int = 0
    by_check: Counter[str] = msgspec.field(default_factory=Counter)
    missed: list[tuple[Pair, Pair]] = msgspec.field(default_factory=list)
    reasons: list[str] = msgspec.field(default_factory=list)


def measure(damage: Damage, pairs: Sequence[Pair], seed: int, rewrite: Damage | None = None) -> Outcome:
    """Do a damage to every pair that it can be done to, and to its rewriting where `rewrite` is given."""
    outcome = Outcome()
    checks = [check for check in CHECKS if check.criterion == damage.criterion]
    for place, pair in enumerate(pairs):
        rng = Random(f"{seed} {damage.name} {place}")  # noqa: S311 - damage, not secrets
        done = damage.do(rng, pair, pairs)
        if done is None:
            continue
        before, after = done
        if rewrite is not None and (rewritten := rewrite.do(rng, after, pairs)):
            after = rewritten[1]
        _count(outcome, before, after, faults(checks, before, after))
    return outcome


def _count(outcome: Outcome, before: Pair, after: Pair, found: list[QualityFinding]) -> None:
    outcome.pairs += 1
    outcome.seen += bool(found)
    outcome.faults += len(found)
    outcome.by_check.update(finding.check for finding in found)
    outcome.reasons += (f"{finding.check}: {finding.reason}" for finding in found)
    if not found:
        outcome.missed.append((before, after))


def faults(checks: Sequence[Check], before: Pair, after: Pair) -> list[QualityFinding]:
    """Return the faults that checks find."""
    was, now = Before("made-up", before.question, before.answer), After(after.question, after.answer, {})
    return [finding for check in checks for finding in check.function(was, now, {}) if finding.severity == FAULT]


def speed(checks: Sequence[Check], pairs: Sequence[tuple[Pair, Pair]]) -> float:
    """Return how many pairs a second the checks look at, the best of three passes on one core."""
    asked = [
        (Before("timed", before.question, before.answer), After(after.question, after.answer, {}))
        for before, after in pairs
    ]
    best = 0.0
    for _ in range(3):
        began = time.process_time()
        for was, now in asked:
            for check in checks:
                for _finding in check.function(was, now, {}):
                    pass
        best = max(best, len(asked) / (time.process_time() - began))
    return best
