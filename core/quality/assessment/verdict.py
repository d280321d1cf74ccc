"""The verdict on a wave: each criterion with its figure, threshold, sample and worst cases, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.quality.statistics import BETTER, WORSE
from core.wave.course import GOOD, NOT_GOOD, UNDECIDED
from core.wave.course_events import CriterionJudged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.assessment.groups import Group
    from core.quality.assessment.terms import GateTerms
    from core.quality.means import WaveMeans

#: Worst cases that a criterion names.
WORST = 5


class Completion(msgspec.Struct, frozen=True):
    """How much of a wave came home: pairs and batches, those planned and those done; `behind` are labels."""

    pairs: int
    refined: int
    batches: int
    done: int
    behind: tuple[str, ...]


def criteria(
    completion: Completion,
    whole: Group,
    worst: dict[str, Sequence[str]],
    people: WaveMeans | None,
    terms: GateTerms,
) -> list[CriterionJudged]:
    """Return every criterion; `worst` has the ids of the worst pairs by criterion (kept, written, formed)."""
    return [
        _share("pairs completed", completion.refined, completion.pairs, terms.complete_pairs, completion.behind),
        _share(
            "batches completed", completion.done, completion.batches, terms.complete_batches, completion.behind
        ),
        _clean("kept", whole.kept, whole.pairs, terms.kept_least, worst.get("kept", ())),
        _written(whole, worst.get("written", ())),
        _clean("well formed", whole.formed, whole.pairs, terms.formed_least, worst.get("formed", ())),
        _people(people, terms),
    ]


def verdict_of(found: Sequence[CriterionJudged], terms: GateTerms) -> str:
    """Return what the criteria come to: one that failed decides, one that is open leaves it undecided."""
    needed = [each for each in found if each.name != PEOPLE or terms.people_needed or each.passed is not None]
    if any(each.passed is False for each in needed):
        return NOT_GOOD
    return UNDECIDED if any(each.passed is None for each in needed) else GOOD


PEOPLE = "people's scores"


def _share(name: str, part: int, whole: int, least: float, behind: Sequence[str]) -> CriterionJudged:
    if not whole:
        return CriterionJudged(name, None, least, 0, None, "nothing was planned")
    figure = part / whole
    sentence = f"{part:,} of {whole:,} ({figure:.1%}), {least:.0%} needed"
    return CriterionJudged(name, figure, least, whole, figure >= least, sentence, tuple(behind[:WORST]))


def _clean(name: str, figure: float, pairs: int, least: float, worst: Sequence[str]) -> CriterionJudged:
    if not pairs:
        return CriterionJudged(name, None, least, 0, None, "no pair came home to be looked at")
    faulty = round(pairs * (1 - figure))
    sentence = f"{faulty:,} of {pairs:,} pairs have a fault, so {figure:.1%} have none; {least:.0%} needed"
    return CriterionJudged(name, figure, least, pairs, figure >= least, sentence, tuple(worst[:WORST]))


def _written(whole: Group, worst: Sequence[str]) -> CriterionJudged:
    compared = whole.compared
    if not whole.pairs:
        return CriterionJudged("written better", None, 0.0, 0, None, "no pair came home to be looked at")
    before, after = whole.errors
    sentence = (
        f"{_word(compared.verdict)}: {before:.2f} errors of language per 100 words before and {after:.2f} after; "
        f"with what a model left in a text the gain is {compared.difference:+.2f} a pair "
        f"({compared.low:+.2f} to {compared.high:+.2f})"
    )
    passed = compared.verdict == BETTER
    return CriterionJudged(
        "written better", compared.difference, 0.0, whole.pairs, passed, sentence, tuple(worst[:WORST])
    )


def _word(verdict: str) -> str:
    return verdict if verdict in {BETTER, WORSE} else "no difference beyond chance"


def _people(people: WaveMeans | None, terms: GateTerms) -> CriterionJudged:
    scored = people.pairs if people else 0
    if people is None or people.weighted is None or scored < terms.people_pairs:
        sentence = f"{scored} pairs scored, {terms.people_pairs} needed; `batchmill sample` draws them"
        figure = people.weighted if people else None
        return CriterionJudged(PEOPLE, figure, terms.people_least, scored, None, sentence)
    mean = people.weighted
    sentence = f"a weighted mean of {mean:.2f} over {scored} pairs, {terms.people_least:.1f} needed"
    return CriterionJudged(PEOPLE, mean, terms.people_least, scored, people.reached, sentence)
