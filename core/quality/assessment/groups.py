"""Pairs taken together: a batch, an indicator, a category, a prompt version, or the whole wave."""

from __future__ import annotations

from array import array
from collections import Counter
from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from core.quality.findings import FAULT, FORMED, KEPT, NOTE, WRITTEN
from core.quality.statistics import Comparison, compare_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.quality.assessment.pair_quality import PairQuality

#: Ways to take pairs together, by the name that a person gives them.
BY = ("batch", "indicator", "category", "prompt")
#: Classes of a distribution of errors per 100 words: the lower ends, the last one open.
ERROR_CLASSES = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)


class Group(msgspec.Struct, frozen=True):
    """What pairs taken together came to.

    `kept`, `formed` and `written` are shares of pairs without a fault of that criterion. `compared` is the verdict
    on the gains in writing. Errors, ease and sentence length are means over the pairs, before and after; the
    histograms count pairs by errors per 100 words in the classes of `ERROR_CLASSES`. `faults` and `notes` count
    pairs by check.
    """

    name: str
    pairs: int
    kept: float
    formed: float
    written: float
    compared: Comparison
    errors: tuple[float, float]
    ease: tuple[float, float]
    sentence_length: tuple[float, float]
    length_ratio: float
    before_histogram: tuple[int, ...]
    after_histogram: tuple[int, ...]
    faults: dict[str, int]
    notes: dict[str, int]


class Tally:
    """Adds up pairs one by one; of each a few numbers are kept and no text."""

    def __init__(self, name: str) -> None:
        """Begin with no pair."""
        self.name = name
        self.gains = array("d")
        self._clean: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._notes: Counter[str] = Counter()
        self._columns: dict[str, array[float]] = {}
        self._histograms = ([0] * len(ERROR_CLASSES), [0] * len(ERROR_CLASSES))

    def add(self, pair: PairQuality) -> None:
        """Take in one pair."""
        self.gains.append(pair.gain)
        for criterion in (KEPT, FORMED, WRITTEN):
            self._clean[criterion] += not pair.faults(criterion)
        for severity, counts in ((FAULT, self._faults), (NOTE, self._notes)):
            counts.update({each.finding.check for each in pair.findings if each.finding.severity == severity})
        for side, (when, text) in enumerate((("before", pair.before), ("after", pair.after))):
            self._put(f"errors {when}", text.errors)
            self._put(f"ease {when}", text.ease)
            self._put(f"sentence {when}", text.sentence_length)
            self._histograms[side][_class_of(text.errors)] += 1
        self._put("ratio", pair.length_ratio)

    def group(self, seed: str, error_rate: float) -> Group:
        """Return what the pairs came to; the seed makes the interval the same each time."""
        pairs = len(self.gains)
        return Group(
            name=self.name,
            pairs=pairs,
            kept=self._share(KEPT),
            formed=self._share(FORMED),
            written=self._share(WRITTEN),
            compared=compare_pairs(self.gains, f"{seed}/{self.name}", error_rate),
            errors=(self._mean("errors before"), self._mean("errors after")),
            ease=(self._mean("ease before"), self._mean("ease after")),
            sentence_length=(self._mean("sentence before"), self._mean("sentence after")),
            length_ratio=self._mean("ratio"),
            before_histogram=tuple(self._histograms[0]),
            after_histogram=tuple(self._histograms[1]),
            faults=dict(sorted(self._faults.items())),
            notes=dict(sorted(self._notes.items())),
        )

    def _put(self, name: str, value: float | None) -> None:
        if value is not None:
            self._columns.setdefault(name, array("d")).append(value)

    def _mean(self, name: str) -> float:
        column = self._columns.get(name)
        return round(fmean(column), 4) if column else 0.0

    def _share(self, criterion: str) -> float:
        return self._clean[criterion] / len(self.gains) if self.gains else 1.0


class Tallies:
    """The tallies of a wave: of the whole, and of each batch, indicator, category and prompt version."""

    def __init__(self, name: str) -> None:
        """Begin with no pair; `name` is the wave's."""
        self.whole = Tally(name)
        self._parts: dict[str, dict[str, Tally]] = {by: {} for by in BY}

    def add(self, pairs: Iterable[PairQuality]) -> None:
        """Take in pairs."""
        for pair in pairs:
            self.whole.add(pair)
            keys = (str(pair.batch), pair.indicator or "-", pair.category or "-", pair.prompt or "-")
            for by, key in zip(BY, keys, strict=True):
                parts = self._parts[by]
                if key not in parts:
                    parts[key] = Tally(key)
                parts[key].add(pair)

    def groups(self, seed: str, error_rate: float) -> dict[str, tuple[Group, ...]]:
        """Return the groups by the way they were taken together, in the order in which they came."""
        return {
            by: tuple(tally.group(f"{seed}/{by}", error_rate) for tally in parts.values())
            for by, parts in self._parts.items()
        }


def _class_of(errors: float) -> int:
    return max(place for place, low in enumerate(ERROR_CLASSES) if errors >= low)
