"""Runs the harness: `python -m benchmarks.quality [--seed N] [--pairs N] [--only WORD] [--missed]`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from benchmarks.machine import describe
from benchmarks.quality.measure import measure
from benchmarks.quality.refinements import STAGING, sources
from benchmarks.quality.registry import DAMAGES, HARMLESS, REWRITINGS, as_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.quality.measure import Outcome
    from benchmarks.quality.registry import Kind
    from core.quality.findings import Before

_SHOWN = 3
_AIM, _ALLOWED = 0.95, 0.02


def main() -> None:
    """Print recall by kind of damage, false alarms by kind of harmless rewriting, and what they come to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pairs", type=int, default=None, help="take only the first so many of each file")
    parser.add_argument("--only", default="", metavar="WORD", help="only kinds with this in name or criterion")
    parser.add_argument("--missed", action="store_true", help="show some of what was missed or blamed")
    given = parser.parse_args()
    batches = [batch[: given.pairs] for batch in sources()]
    if not batches:
        parser.error(f"the staged files of wave 2 are not in {STAGING}")
    print(f"Machine: {describe()}.")
    print(f"{sum(map(len, batches))} real pairs, seed {given.seed}")
    wanted = [
        [kind for kind in some if given.only in f"{kind.criterion} {kind.name}"] for some in (DAMAGES, HARMLESS)
    ]
    _damages(wanted[0], batches, given.seed, missed=given.missed)
    _harmless(wanted[1], batches, given.seed, missed=given.missed)


def _damages(kinds: Sequence[Kind], batches: list[list[Before]], seed: int, *, missed: bool) -> None:
    heads = "".join(f"{name:>14}" for name in REWRITINGS)
    print(f"\n{'damage':<40}{'criterion':<11}{'n':>5}{heads}  checks that saw it most")
    totals: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for kind in kinds:
        found = {name: measure(kind, batches, rewriting, seed) for name, rewriting in REWRITINGS.items()}
        for name, outcome in found.items():
            totals[kind.criterion, name].append(outcome)
        first, *_ = found.values()
        rates = "".join(f"{outcome.rate:>14.3f}" for outcome in found.values())
        most = ", ".join(f"{name} {count}" for name, count in first.by_check.most_common(2))
        print(f"{kind.name:<40}{kind.criterion:<11}{first.pairs:>5}{rates}  {most}")
        if missed:
            _show_missed(first)
        sys.stdout.flush()
    for (criterion, name), outcomes in sorted(totals.items()):
        seen, pairs = sum(each.seen for each in outcomes), sum(each.pairs for each in outcomes)
        below = sum(each.rate < _AIM for each in outcomes)
        print(
            f"{criterion}, {name}: {seen:,} of {pairs:,} noticed ({seen / pairs:.4f}); "
            f"{below} of {len(outcomes)} kinds below {_AIM}"
        )


def _harmless(kinds: Sequence[Kind], batches: list[list[Before]], seed: int, *, missed: bool) -> None:
    print(f"\n{'harmless':<40}{'criterion':<11}{'n':>5}{'blamed':>14}  checks that did")
    for kind in kinds:
        outcome = measure(kind, batches, as_told, seed)
        most = ", ".join(f"{name} {count}" for name, count in outcome.by_check.most_common(3))
        above = f"  above {_ALLOWED}" if outcome.rate > _ALLOWED else ""
        print(f"{kind.name:<40}{kind.criterion:<11}{outcome.pairs:>5}{outcome.rate:>14.4f}  {most}{above}")
        if missed:
            for reason in outcome.reasons[:_SHOWN]:
                print(f"      {reason}")
        sys.stdout.flush()


def _show_missed(outcome: Outcome) -> None:
    for before, after in outcome.missed[:_SHOWN]:
        start = next(
            (n for n, (one, other) in enumerate(zip(before.answer, after.answer, strict=False)) if one != other), 0
        )
        near = slice(max(0, start - 50), start + 40)
        print(f"      missed: {before.pair_id} {before.answer[near]!r}\n              {after.answer[near]!r}")


if __name__ == "__main__":
    main()
