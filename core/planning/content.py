"""What the content rules saw in the staged files, kept as numbers and one sample of each rule and source."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.screening.findings import ContentFinding, Severity
from core.screening.repeats import REPEATED_PAIR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.planning.staged import StagedPair
    from core.screening.screening import Screening, ScreeningTerms

_ORDER = tuple(Severity)


class Seen(NamedTuple):
    """A rule's findings in one source: the pairs' places (from 1), four bytes each, and the first finding."""

    severity: Severity
    ordinals: array[int]
    sample: ContentFinding


class RuleFound(msgspec.Struct, frozen=True):
    """A rule's findings in all: how many pairs, and the first of them. Ready for `msgspec.json.encode`."""

    rule: str
    severity: Severity
    pairs: int
    sample: ContentFinding


class Content:
    """Hands every pair to the content rules and keeps what they saw, by the source's path and the rule's name.

    `places` gives, for a pair that repeats another one whole, the place of that one. `findings` holds every
    finding, if that was asked for. `warnings` are sentences on what could not be compared.
    """

    def __init__(
        self, screening: Screening | None = None, *, keep_all: bool = False, warnings: Sequence[str] = ()
    ) -> None:
        """See nothing yet; without a `screening` nothing will be seen."""
        self._screening = screening
        self._keep_all = keep_all
        self.warnings = tuple(warnings)
        self.by_source: dict[str, dict[str, Seen]] = {}
        self.places: dict[tuple[str, int], tuple[str, int]] = {}
        self.findings: list[ContentFinding] = []

    @property
    def terms(self) -> ScreeningTerms | None:
        """What the findings depend on, beside the pairs."""
        return self._screening.terms if self._screening else None

    def examine(self, path: str, pair: StagedPair) -> None:
        """Take the next pair of a source."""
        if self._screening is None:
            return
        for finding in self._screening.examine(path, pair.ordinal, pair.question, pair.answer):
            self.note(finding)

    def note(self, finding: ContentFinding) -> None:
        """Keep a finding; those of one source come in the order of its pairs."""
        rules = self.by_source.setdefault(finding.source, {})
        if finding.rule not in rules:
            rules[finding.rule] = Seen(finding.severity, array("I"), finding)
        rules[finding.rule].ordinals.append(finding.ordinal)
        if finding.repeats is not None:
            self.places[finding.source, finding.ordinal] = finding.repeats
        if self._keep_all:
            self.findings.append(finding)

    def of(self, path: str) -> Mapping[str, Seen]:
        """Return what was seen in one source, by rule."""
        return self.by_source.get(path, {})

    def of_no_use(self, path: str) -> int:
        """Return how many pairs of one source some rule leaves out, whatever stands in other files and waves."""
        places: set[int] = set()
        for rule, seen in self.of(path).items():
            if seen.severity is Severity.EXCLUDE:
                places.update(
                    place
                    for place in seen.ordinals
                    if rule != REPEATED_PAIR or self.places.get((path, place), ("", 0))[0] == path
                )
        return len(places)

    def summary(self) -> tuple[RuleFound, ...]:
        """Return one entry a rule, over all sources."""
        return sum_up((rule, seen) for rules in self.by_source.values() for rule, seen in rules.items())


def sum_up(seen: Iterable[tuple[str, Seen]]) -> tuple[RuleFound, ...]:
    """Return one entry a rule, with the first sample; the gravest rules first, then those of most pairs."""
    found: dict[str, RuleFound] = {}
    for rule, (severity, ordinals, sample) in seen:
        before = found.get(rule, RuleFound(rule, severity, 0, sample))
        found[rule] = msgspec.structs.replace(before, pairs=before.pairs + len(ordinals))
    return tuple(sorted(found.values(), key=lambda each: (_ORDER.index(each.severity), -each.pairs, each.rule)))


def runs_of(ordinals: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield places given in order as runs, (first, last) inclusive."""
    first = last = 0
    for ordinal in ordinals:
        if ordinal == last + 1 and first:
            last = ordinal
            continue
        if first:
            yield first, last
        first = last = ordinal
    if first:
        yield first, last
