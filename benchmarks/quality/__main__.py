"""Runs the harness: `python -m benchmarks.quality [--seed N] [--pairs N] [--missed]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.quality.material import STAGING, real_pairs
from benchmarks.quality.measure import measure, speed
from benchmarks.quality.registry import CHECKS, DAMAGES

if TYPE_CHECKING:
    from benchmarks.quality.damage import Damage, Pair
    from benchmarks.quality.measure import Outcome

_SHOWN = 3


def main() -> None:
    """Print recall by kind of damage, false alarms by kind of harmless rewriting, and the speed of each check."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--staged", type=Path, default=STAGING, help="folder of staged files (default: wave 2)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pairs", type=int, default=None, help="take only the first so many")
    parser.add_argument("--missed", action="store_true", help="show some of what was missed or cried over")
    given = parser.parse_args()
    pairs = real_pairs(given.staged)[: given.pairs]
    if not pairs:
        parser.error(f"there are no staged files in {given.staged}; name a folder of them with --staged")
    print(f"{len(pairs)} real pairs, seed {given.seed}")
    _damages(pairs, given.seed, missed=given.missed)
    _harmless(pairs, given.seed, missed=given.missed)
    _speeds(pairs, given.seed)


def _damages(pairs: list[Pair], seed: int, *, missed: bool) -> None:
    layout = _named("layout: bullets, headings, bold")
    print(f"\n{'damage':<40}{'criterion':<11}{'n':>5}{'recall':>9}{'reformatted':>13}  check that saw it most")
    for damage in DAMAGES:
        if damage.harmless:
            continue
        plain, rewritten = measure(damage, pairs, seed), measure(damage, pairs, seed, layout)
        most = ", ".join(f"{name} {count}" for name, count in plain.by_check.most_common(2))
        print(
            f"{damage.name:<40}{damage.criterion:<11}{plain.pairs:>5}{_rate(plain):>9}{_rate(rewritten):>13}"
            f"  {most}"
        )
        if missed:
            _show_missed(plain)
        sys.stdout.flush()


def _harmless(pairs: list[Pair], seed: int, *, missed: bool) -> None:
    print(f"\n{'harmless':<40}{'criterion':<11}{'n':>5}{'pairs with':>12}{'faults a pair':>15}")
    for damage in DAMAGES:
        if not damage.harmless:
            continue
        outcome = measure(damage, pairs, seed)
        each = outcome.faults / outcome.pairs if outcome.pairs else 0.0
        print(f"{damage.name:<40}{damage.criterion:<11}{outcome.pairs:>5}{_rate(outcome):>12}{each:>15.4f}")
        if missed:
            for reason in outcome.reasons[:_SHOWN]:
                print(f"      {reason}")
        sys.stdout.flush()


def _speeds(pairs: list[Pair], seed: int) -> None:
    rewrite = _named("all of these")
    rng = Random(seed)  # noqa: S311 - texts, not secrets
    both = [done for pair in pairs if (done := rewrite.do(rng, pair, pairs))]
    print(f"\n{'check, alone':<40}{'pairs/s':>10}")
    for check in CHECKS:
        print(f"{check.name:<40}{speed([check], both):>10,.0f}")
    print(f"{'all checks together':<40}{speed(CHECKS, both):>10,.0f}")


def _named(name: str) -> Damage:
    return next(damage for damage in DAMAGES if damage.name == name)


def _rate(outcome: Outcome) -> str:
    return f"{outcome.seen / outcome.pairs:.3f}" if outcome.pairs else "-"


def _show_missed(outcome: Outcome) -> None:
    for before, after in outcome.missed[:_SHOWN]:
        start = next(
            (n for n, (one, other) in enumerate(zip(before.answer, after.answer, strict=False)) if one != other), 0
        )
        near = slice(max(0, start - 50), start + 40)
        print(f"      missed: {before.answer[near]!r}\n              {after.answer[near]!r}")


if __name__ == "__main__":
    main()
