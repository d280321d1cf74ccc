"""How many spoilt pairs are noticed, and how many sound ones are blamed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from core.quality.findings import FAULT, FORMED, KEPT, WRITTEN, After, Before
from core.quality.formed.checks import CHECKS as FORMED_CHECKS
from core.quality.formed.elsewhere import answers_elsewhere
from core.quality.kept.check import kept_checks
from core.quality.kept.glossary import default_glossary
from core.quality.terms import by_name
from core.quality.written.traces import traces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.quality.registry import Kind, Refined, Rewriting

CHECKS = {KEPT: kept_checks(default_glossary()), FORMED: FORMED_CHECKS}
TERMS = by_name()
#: One pair in so many of a batch is spoilt at a time, so that the others stay what they are.
ROUNDS = 5
_KEPT_REASONS = 20


class Outcome(msgspec.Struct):
    """What one kind came to: pairs it was done to, those with a fault, by which check, and what was said."""

    pairs: int = 0
    seen: int = 0
    by_check: Counter[str] = msgspec.field(default_factory=Counter)
    missed: list[tuple[Before, After]] = msgspec.field(default_factory=list)
    reasons: list[str] = msgspec.field(default_factory=list)

    @property
    def rate(self) -> float:
        """Pairs with a fault among those it was done to."""
        return self.seen / self.pairs if self.pairs else 0.0


def measure(
    kind: Kind, batches: Sequence[Sequence[Before]], rewriting: Rewriting, seed: int = 7, rounds: int = ROUNDS
) -> Outcome:
    """Do one kind of damage to one pair in five of each batch, in each round to others, and count what is seen.

    A batch of one pair is left out where other pairs are needed.
    """
    outcome = Outcome()
    for batch in batches:
        refined = [(before, rewriting(before)) for before in batch]
        for turn in range(rounds):
            spoilt = dict(_spoilt(kind, refined, range(turn, len(refined), ROUNDS), rewriting, seed))
            pairs = [spoilt.get(at, pair) for at, pair in enumerate(refined)]
            found = _faults(kind, pairs, list(spoilt))
            for at, (before, after) in spoilt.items():
                _count(outcome, before, after, found.get(at, []))
    return outcome


def _spoilt(
    kind: Kind, refined: Refined, places: Sequence[int], rewriting: Rewriting, seed: int
) -> Iterator[tuple[int, tuple[Before, After]]]:
    for at in places if len(refined) > 1 else ():
        done = kind.do(refined, at, rewriting, str(seed))
        if done is not None:
            yield at, done


def _faults(kind: Kind, pairs: Refined, places: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """Return check and reason of each fault, by the place of its pair."""
    found = {at: faults(kind.criterion, *pairs[at]) for at in places}
    if kind.across and kind.criterion == FORMED:
        place_of = {pairs[at][0].pair_id: at for at in places}
        for pair_id, finding in answers_elsewhere(pairs, TERMS):
            if pair_id in place_of:
                found[place_of[pair_id]].append((finding.check, finding.reason))
    return found


def faults(criterion: str, before: Before, after: After) -> list[tuple[str, str]]:
    """Return check and reason of each fault of a criterion that is found in one pair."""
    if criterion == WRITTEN:
        old = traces(before.question, before.answer)
        return [(name, said) for name, said in traces(after.question, after.answer).items() if name not in old]
    return [
        (finding.check, finding.reason)
        for check in CHECKS[criterion]
        for finding in check.function(before, after, TERMS)
        if finding.severity == FAULT
    ]


def _count(outcome: Outcome, before: Before, after: After, found: list[tuple[str, str]]) -> None:
    outcome.pairs += 1
    outcome.seen += bool(found)
    outcome.by_check.update({check for check, _ in found})
    if found and len(outcome.reasons) < _KEPT_REASONS:
        outcome.reasons += (f"{before.pair_id} {check}: {reason}" for check, reason in found)
    if not found:
        outcome.missed.append((before, after))
