"""Whether the better text is told, on learner sentences and corrections; and how many pairs a second are read."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from adapters.language.harper import HarperChecker
from benchmarks.quality.refinements import REFINEMENTS, sources
from core.quality.statistics import BETTER, NO_DIFFERENCE, WORSE, compare_groups, compare_pairs
from core.quality.terms import by_name
from core.quality.written.pair import measure_pair
from tests.learners import GRAMMAR, VERSIONS, batch, scores, sentences

if TYPE_CHECKING:
    from core.quality.findings import After, Before
    from core.quality.written.measures import Measures

_BATCHES = 20_000
_JUDGED = 2_000
_SIZES = (10, 20, 30, 50)
_SHARE = 4
_TERMS = by_name()


def run() -> None:
    """Print both parts; takes some five minutes."""
    if GRAMMAR.is_dir():
        _print_learners()
    if batches := sources():
        _print_speed(batches)
    _print_statistics()


def _print_learners() -> None:
    checker = HarperChecker()
    scored = scores(checker)
    print(f"written better: {len(sentences('src'))} learner sentences, each corrected by four ({checker.name})")
    pairs = [(scored["src"][at], scored[by][at]) for by in VERSIONS[1:] for at in range(len(scored["src"]))]
    ahead = sum((after > before) + 0.5 * (after == before) for before, after in pairs) / len(pairs)
    print(f"  the correction scores higher than its source: {ahead:.3f} (half of the ties counted)")
    for size in _SIZES:
        higher = sum(sum(batch(scored, size, f"{size}/{number}")) > 0 for number in range(_BATCHES)) / _BATCHES
        real = _verdicts(scored, size, shuffled=False)
        mixed = _verdicts(scored, size, shuffled=True)
        print(
            f"  batches of {size:<4} higher mean {higher:.4f};"
            f" called better {real[BETTER]:.3f}, worse {real[WORSE]:.4f};"
            f" shuffled: a difference in {1 - mixed[NO_DIFFERENCE]:.4f} at 0.05 stated"
        )


def _verdicts(scored: dict[str, list[float]], size: int, *, shuffled: bool) -> dict[str, float]:
    found = [
        compare_pairs(batch(scored, size, f"{size}/{number}", shuffled=shuffled), f"{number}").verdict
        for number in range(_JUDGED)
    ]
    return {verdict: found.count(verdict) / _JUDGED for verdict in (BETTER, WORSE, NO_DIFFERENCE)}


@cache
def _checker() -> HarperChecker:
    return HarperChecker()


def _measured(pairs: list[tuple[Before, After]]) -> tuple[float, list[tuple[Measures, Measures]]]:
    """Return the processor's seconds and the measures; the checker is made once a process, before the clock."""
    checker = _checker()
    began = time.process_time()
    measured = [measure_pair(before, after, checker, _TERMS) for before, after in pairs]
    return time.process_time() - began, [(each.before, each.after) for each in measured]


def _print_speed(batches: list[list[Before]]) -> None:
    portions = [
        [(before, REFINEMENTS["shortened"](before)) for before in each[first::_SHARE]]
        for each in batches
        for first in range(_SHARE)
    ]
    count = sum(map(len, portions))
    alone = [_measured(portion) for portion in portions[: len(portions) // 2]]
    seconds = sum(each for each, _ in alone)
    half = sum(map(len, portions[: len(portions) // 2]))
    print(f"reading {count} real pairs of wave 2 before and after, no two texts alike")
    print(f"  one process: {half / seconds:.1f} pairs a second of processor time")
    began = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        together = list(pool.map(_measured, portions))
    took = time.perf_counter() - began
    assert [each for _, each in together[: len(alone)]] == [each for _, each in alone], (
        "another process, other errors"
    )
    busy = sum(each for each, _ in together)
    print(
        f"  two processes: {count / took:.1f} pairs a second of the clock,"
        f" {2 * count / busy:.1f} if both cores were free;"
        f" 20,000 pairs: {20_000 * took / count:.0f} s, {20_000 * busy / count / 2:.0f} s"
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"  peak memory of one of them {peak} MB")


def _print_statistics() -> None:
    gains = [((at * 7919) % 2_003) / 1_000 - 1 for at in range(20_000)]
    began = time.process_time()
    compare_pairs(gains, "pairs")
    middle = time.process_time()
    compare_groups(gains, gains[::-1], "groups")
    ended = time.process_time()
    print(f"comparing 20,000 pairs {middle - began:.2f} s, two waves of 20,000 each {ended - middle:.2f} s")


if __name__ == "__main__":
    run()
