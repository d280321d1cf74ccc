"""The checks of form on the real pairs of wave 2: made-up damage noticed, false alarms, pairs a second."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.quality.formed_damage import DAMAGES
from benchmarks.quality.refinements import REFINEMENTS, sources
from core.quality.draws import Draws
from core.quality.findings import FAULT
from core.quality.formed.checks import CHECKS
from core.quality.formed.elsewhere import CHECK, answers_elsewhere
from core.quality.terms import by_name

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from benchmarks.quality.formed_damage import Damage
    from core.quality.findings import After, Before

    Pairs = Sequence[tuple[Before, After]]

_TERMS = by_name()
_ROUNDS = 5


class Caught(NamedTuple):
    """Of how many spoilt pairs how many showed a fault, and the checks that saw it."""

    spoilt: int
    seen: int
    checks: Counter[str]


def faults(pairs: Pairs, only: Container[str] | None = None) -> Iterator[tuple[str, str]]:
    """Yield the pair id and the check of every fault in a batch; of pairs alone look at those named."""
    for before, after in pairs:
        if only is not None and before.pair_id not in only:
            continue
        for check in CHECKS:
            for finding in check.function(before, after, _TERMS):
                if finding.severity == FAULT:
                    yield before.pair_id, finding.check
    yield from ((pair_id, finding.check) for pair_id, finding in answers_elsewhere(pairs, _TERMS))


def caught(batches: list[list[Before]], refinement: str, damage: Damage, rounds: int = _ROUNDS) -> Caught:
    """Spoil one pair in five of each batch, others in each of five rounds, and count what is noticed."""
    spoilt = seen = 0
    checks: Counter[str] = Counter()
    for batch in batches:
        whole = [(before, REFINEMENTS[refinement](before)) for before in batch]
        if len(whole) == 1:
            continue
        for turn in range(rounds):
            chosen = range(turn, len(whole), _ROUNDS)
            pairs = list(whole)
            for at in chosen:
                before = whole[at][0]
                draws = Draws(f"{damage.name}/{refinement}/{before.pair_id}")
                pairs[at] = (before, damage.function(whole, at, draws))
            ids = {whole[at][0].pair_id for at in chosen}
            found = {(pair_id, check) for pair_id, check in faults(pairs, ids) if pair_id in ids}
            spoilt += len(ids)
            seen += len({pair_id for pair_id, _ in found})
            checks.update(check for _, check in found)
    return Caught(spoilt, seen, checks)


def false_alarms(batches: list[list[Before]], refinement: str) -> Counter[str]:
    """Return the faults seen in refinements that nobody spoilt, by check."""
    found: Counter[str] = Counter()
    for batch in batches:
        pairs = [(before, REFINEMENTS[refinement](before)) for before in batch]
        found.update(check for _, check in faults(pairs))
    return found


def run() -> None:
    """Print recall by kind of damage, false alarms, and the speed of each check."""
    batches = sources()
    if not batches:
        print("the real files of wave 2 are not here")
        return
    count = sum(map(len, batches))
    print(f"form: {count} real pairs of wave 2; false alarms in refinements that nobody spoilt")
    for refinement in REFINEMENTS:
        found = false_alarms(batches, refinement)
        print(f"  {refinement:<12}{sum(found.values()) / count:7.2%}  {dict(found)}")
    print(f"  {'recall of':<28}" + "".join(f"{name:>12}" for name in REFINEMENTS))
    for damage in DAMAGES:
        results = [caught(batches, refinement, damage) for refinement in REFINEMENTS]
        rates = "".join(f"{each.seen / each.spoilt:12.1%}" for each in results)
        print(f"  {damage.name:<28}{rates}  {dict(results[0].checks.most_common(3))}")
    _print_speed(batches)


def _print_speed(batches: list[list[Before]]) -> None:
    pairs = [[(before, REFINEMENTS["edited"](before)) for before in batch] for batch in batches]
    count = sum(map(len, pairs))
    print("  pairs a second of one core")
    for check in CHECKS:
        began = time.process_time()
        for batch in pairs:
            for before, after in batch:
                list(check.function(before, after, _TERMS))
        print(f"    {check.name:<24}{count / (time.process_time() - began):12,.0f}")
    began = time.process_time()
    for batch in pairs:
        list(answers_elsewhere(batch, _TERMS))
    print(f"    {CHECK:<24}{count / (time.process_time() - began):12,.0f}")


if __name__ == "__main__":
    run()
