"""A judge's answers with the coin undone: marks of the text before and after, and which was preferred."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any

import msgspec

from core.exchange.answers import AnswerReader
from core.one_line import one_line
from core.quality.intervals import Interval, mean_interval, share_interval
from core.quality.judge_form import JUDGEMENT, TIE, A
from core.quality.judging import refined_is_a
from core.quality.scores import DIMENSIONS, LONGEST_COMMENT, MODEL, Marks, Score, scored, weighted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from core.batch.parts import RequestLine
    from core.exchange.lines import Overlong

BEFORE, AFTER = "before", "after"


class Judgement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a judge said of one pair; `preferred` is before, after or tie.

    `a` says which text was shown as A, which is how `reasons` speaks of it.
    """

    pair_id: str
    before: Marks
    after: Marks
    preferred: str
    a: str
    reasons: str

    def score(self, model: str, at: datetime) -> Score:
        """Return the marks of the text after as a score by a model; its comment says which text was A."""
        said = f"(A is the text {self.a}) {self.reasons}"
        comment = said if len(said) <= LONGEST_COMMENT else f"{said[: LONGEST_COMMENT - 1]}…"
        return scored(f"{MODEL}{model}", self.pair_id, self.after, comment=comment, at=at)


class Preferences(msgspec.Struct, frozen=True):
    """What the judgements of a wave come to.

    `gain` is the mean of the weighted score after minus before, with its 95 % interval. `first` is the share of
    decided pairs in which the text shown as A was preferred, with its interval: `led_by_place` says that it
    cannot be one half, so that the judge heeds the place of a text. Without anything to count, figures are None.
    """

    pairs: int
    after: int
    before: int
    tie: int
    gain: float | None
    gain_interval: Interval | None
    first: float | None
    first_interval: Interval | None
    led_by_place: bool


def judge_reader(lines: Iterable[bytes | Overlong], requests: Iterable[RequestLine]) -> AnswerReader:
    """Return a reader of a judging batch's result: iterate over it, then ask for verdicts and reading.

    What it yields goes into `judgement_of`; a pair is missing, malformed, blocked or cut off as in a refinement.
    """
    return AnswerReader(lines, requests, JUDGEMENT)


def judgement_of(pair_id: str, answer: Mapping[str, Any], seed: str) -> Judgement:
    """Return an answer that a `judge_reader` took, unblinded; `seed` is that of the batch's recipe."""
    refined_first = refined_is_a(seed, pair_id)
    one, other = (_marks(answer[field]) for field in ("scores_a", "scores_b"))
    preferred = answer["preferred"]
    return Judgement(
        pair_id=pair_id,
        before=other if refined_first else one,
        after=one if refined_first else other,
        preferred=TIE if preferred == TIE else AFTER if (preferred == A) == refined_first else BEFORE,
        a=AFTER if refined_first else BEFORE,
        reasons=one_line(answer["reasons"]),
    )


def preferences(judgements: Iterable[Judgement]) -> Preferences:
    """Return what judgements come to, whether the judge preferred a place among it."""
    known = list(judgements)
    gains = [float(weighted(each.after) - weighted(each.before)) for each in known]
    decided = [each for each in known if each.preferred != TIE]
    firsts = sum(each.preferred == each.a for each in decided)
    interval = share_interval(firsts, len(decided))
    return Preferences(
        pairs=len(known),
        after=sum(each.preferred == AFTER for each in known),
        before=sum(each.preferred == BEFORE for each in known),
        tie=len(known) - len(decided),
        gain=fmean(gains) if gains else None,
        gain_interval=mean_interval(gains),
        first=firsts / len(decided) if decided else None,
        first_interval=interval,
        led_by_place=interval is not None and not interval.low <= 1 / 2 <= interval.high,
    )


def _marks(given: Mapping[str, int]) -> Marks:
    technical_accuracy, clarity, depth, practical_use, tone = (given[name] for name in DIMENSIONS)
    return technical_accuracy, clarity, depth, practical_use, tone
