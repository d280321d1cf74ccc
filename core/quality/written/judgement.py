"""Whether pairs together are written better than before: a batch, an indicator, a wave, or all of one prompt."""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from typing import TYPE_CHECKING

import msgspec

from core.quality.statistics import Comparison, compare_pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.quality.written.measures import Measures
    from core.quality.written.pair import WrittenPair

WORST_SHOWN = 5


class Means(msgspec.Struct, frozen=True):
    """Many texts together.

    `errors` are per 100 checked words by kind, `traces` how many texts hold each; `words` a text, `ease`,
    `sentence_length` and `repeated` are means over the texts that have them.
    """

    words: float
    errors: dict[str, float]
    traces: dict[str, int]
    ease: float | None
    sentence_length: float
    repeated: float

    @property
    def error_rate(self) -> float:
        """Errors of language per 100 words."""
        return sum(self.errors.values())


class Judgement(msgspec.Struct, frozen=True):
    """What pairs came to: the verdict on their gains, what was measured, and the worst as (pair id, gain)."""

    compared: Comparison
    before: Means
    after: Means
    worst: tuple[tuple[str, float], ...]


class _Sums:
    """The sums of many measures, so that a wave's texts need not be kept."""

    def __init__(self) -> None:
        self.texts = self.readable = self.words = self.checked = 0
        self.ease = self.sentence_length = self.repeated = 0.0
        self.errors: Counter[str] = Counter()
        self.traces: Counter[str] = Counter()

    def add(self, text: Measures) -> None:
        self.texts += 1
        self.words += text.words
        self.checked += text.checked
        self.sentence_length += text.sentence_length
        self.repeated += text.repeated
        self.errors.update(text.errors)
        self.traces.update(text.traces.keys())
        if text.ease is not None:
            self.readable += 1
            self.ease += text.ease

    def means(self) -> Means:
        texts = max(1, self.texts)
        return Means(
            words=self.words / texts,
            errors={kind: 100 * count / max(1, self.checked) for kind, count in self.errors.most_common()},
            traces=dict(self.traces.most_common()),
            ease=self.ease / self.readable if self.readable else None,
            sentence_length=self.sentence_length / texts,
            repeated=self.repeated / texts,
        )


def judge(pairs: Iterable[WrittenPair], seed: str, error_rate: float = 0.05) -> Judgement:
    """Judge pairs in the order they come; of each only its id and its gain are kept.

    The seed should name what is judged (“wave-2/dex_volume_24h”), so that judging again gives the same interval.
    """
    before, after = _Sums(), _Sums()
    gains: list[tuple[str, float]] = []
    for pair in pairs:
        before.add(pair.before)
        after.add(pair.after)
        gains.append((pair.pair_id, pair.gain))
    worst = nsmallest(WORST_SHOWN, (each for each in gains if each[1] < 0), key=lambda each: each[1])
    compared = compare_pairs([gain for _, gain in gains], seed, error_rate)
    return Judgement(compared, before.means(), after.means(), tuple(worst))
