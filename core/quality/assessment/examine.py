"""All checks over the refined pairs of one batch: the work that is done side by side, a batch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.quality.assessment.pair_quality import Judged, PairQuality, written
from core.quality.findings import FORMED, WRITTEN, After, Before
from core.quality.formed.elsewhere import answers_elsewhere
from core.quality.written.pair import findings as written_findings
from core.quality.written.pair import measure_pair

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from core.quality.findings import Check, QualityFinding, Terms
    from core.quality.language import LanguageChecker


class RefinedPair(msgspec.Struct, frozen=True, gc=False):
    """A refined pair with its source; `prompt` is the version it was asked by, `carrier` what brought it home."""

    before: Before
    after: After
    batch: int
    carrier: int
    prompt: str


class Examiner:
    """The checks, ready to be shown batches; one a process, since the language checker holds a dictionary."""

    def __init__(
        self, checks: Sequence[Check], checker: LanguageChecker, terms: Terms, glossary: AbstractSet[str]
    ) -> None:
        """Examine by these checks and thresholds; `glossary` has terms in small letters that are spelled right."""
        self._checks = checks
        self._checker = checker
        self._terms = terms
        self._glossary = glossary

    def examine(self, pairs: Sequence[RefinedPair]) -> list[PairQuality]:
        """Return the quality of each pair of a batch, in order; its answers are also compared with each other."""
        elsewhere: dict[str, list[QualityFinding]] = {}
        for pair_id, finding in answers_elsewhere([(pair.before, pair.after) for pair in pairs], self._terms):
            elsewhere.setdefault(pair_id, []).append(finding)
        return [self._pair(pair, elsewhere.get(pair.before.pair_id, ())) for pair in pairs]

    def _pair(self, pair: RefinedPair, elsewhere: Sequence[QualityFinding]) -> PairQuality:
        before, after = pair.before, pair.after
        measured = measure_pair(before, after, self._checker, self._terms, self._glossary)
        found = [
            Judged(check.criterion, finding)
            for check in self._checks
            for finding in check.function(before, after, self._terms)
        ]
        found += [Judged(FORMED, finding) for finding in elsewhere]
        found += [Judged(WRITTEN, finding) for finding in written_findings(measured, self._terms)]
        return PairQuality(
            pair_id=before.pair_id,
            batch=pair.batch,
            carrier=pair.carrier,
            indicator=before.indicator,
            category=before.category,
            prompt=pair.prompt,
            gain=round(measured.gain, 4),
            before=written(measured.before),
            after=written(measured.after),
            length_ratio=round(len(after.answer) / max(1, len(before.answer)), 3),
            findings=tuple(found),
        )
