from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.quality.assessment.terms import GateTerms
from core.quality.assessment.verdict import PEOPLE, Completion, criteria, verdict_of
from core.quality.assessment.worst import Worst
from core.quality.findings import FORMED, KEPT
from core.quality.means import wave_means
from core.quality.scores import scored
from core.wave.course import GOOD, NOT_GOOD, UNDECIDED
from tests.ledgers import NOON
from tests.qualities import found, group, quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.assessment.groups import Group
    from core.quality.means import WaveMeans
    from core.wave.course_events import CriterionJudged

TERMS = GateTerms()
HOME = Completion(pairs=100, refined=100, batches=20, done=20, behind=())
SOUND = [quality(n) for n in range(1, 101)]


def people(*marks: int, pairs: int = 30) -> WaveMeans:
    """Return the means of pairs that one person each gave the same mark in all dimensions, in turn."""
    given = [
        scored("ann", f"w2-s30-tvl-{n:03d}", [marks[n % len(marks)]] * 5, at=NOON + timedelta(seconds=n))
        for n in range(pairs)
    ]
    return wave_means(given, TERMS.people_least)


def judged(
    completion: Completion = HOME,
    whole: Group | None = None,
    means: WaveMeans | None = None,
    worst: dict[str, Sequence[str]] | None = None,
) -> dict[str, CriterionJudged]:
    each = criteria(completion, whole or group(SOUND), worst or {}, means, TERMS)
    return {criterion.name: criterion for criterion in each}


def verdict(terms: GateTerms = TERMS, **given: object) -> str:
    return verdict_of(list(judged(**given).values()), terms)  # type: ignore[arg-type] # by name


def test_a_sound_wave_that_people_scored_well_is_good() -> None:
    assert verdict(means=people(4)) == GOOD
    assert all(criterion.passed for criterion in judged(means=people(4)).values())


def test_every_criterion_has_its_figure_threshold_and_sample() -> None:
    shown = {name: (c.figure, c.threshold, c.sample) for name, c in judged(means=people(4, 5)).items()}
    assert shown == {
        "pairs completed": (1.0, 0.95, 100),
        "batches completed": (1.0, 0.95, 20),
        "kept": (1.0, 0.95, 100),
        "written better": (1.0, 0.0, 100),
        "well formed": (1.0, 0.95, 100),
        "people's scores": (4.5, 4.0, 30),
    }


@pytest.mark.parametrize(("refined", "passed"), [(95, True), (94, False)])
def test_pairs_completed_are_a_share_of_those_planned_and_name_who_lags(refined: int, *, passed: bool) -> None:
    criterion = judged(Completion(100, refined, 20, 19, ("207",)))["pairs completed"]
    assert criterion.passed is passed
    assert criterion.sentence == f"{refined} of 100 ({refined}.0%), 95% needed"
    assert criterion.worst == ("207",)


def test_a_wave_with_too_few_batches_home_is_not_good_whatever_people_say() -> None:
    behind = Completion(100, 99, 20, 18, ("207", "209"))
    assert judged(behind)["batches completed"].passed is False
    assert verdict(completion=behind, means=people(5)) == NOT_GOOD


@pytest.mark.parametrize(("criterion", "name"), [(KEPT, "kept"), (FORMED, "well formed")])
def test_of_a_hundred_pairs_five_may_have_a_fault_and_not_six(criterion: str, name: str) -> None:
    faulty = [quality(n, found(criterion), found(criterion)) for n in range(1, 6)]
    some, many = group(faulty + SOUND[5:]), group([*faulty, quality(6, found(criterion)), *SOUND[6:]])
    assert judged(whole=some)[name].passed is True
    assert judged(whole=many)[name].passed is False
    assert judged(whole=many)[name].sentence == ("6 of 100 pairs have a fault, so 94.0% have none; 95% needed")
    assert verdict(whole=many, means=people(5)) == NOT_GOOD


def test_only_what_is_better_beyond_chance_is_written_better() -> None:
    same = group(quality(n, gain=0.0) for n in range(50))
    mixed = group(quality(n, gain=(-1) ** n) for n in range(50))
    worse = group(quality(n, gain=-0.5) for n in range(50))
    said = [judged(whole=each)["written better"] for each in (same, mixed, worse)]
    assert [criterion.passed for criterion in said] == [False, False, False]
    assert [criterion.sentence.partition(":")[0] for criterion in said] == [
        "no difference beyond chance",
        "no difference beyond chance",
        "worse",
    ]
    better = judged()["written better"]
    assert better.passed is True
    assert better.sentence == (
        "better: 2.00 errors of language per 100 words before and 1.00 after; with what a model left in a text "
        "the gain is +1.00 a pair (+1.00 to +1.00)"
    )


def test_people_below_four_make_a_wave_not_good_and_too_few_of_them_leave_it_undecided() -> None:
    assert verdict(means=people(4, 4, 4, 4, 4, 3)) == NOT_GOOD
    few = people(5, pairs=29)
    assert judged(means=few)[PEOPLE].passed is None
    assert judged(means=few)[PEOPLE].sentence == "29 pairs scored, 30 needed; `batchmill sample` draws them"
    assert verdict(means=few) == UNDECIDED
    assert verdict() == UNDECIDED


def test_a_mean_of_four_exactly_is_reached_although_its_decimals_are_not_exact() -> None:
    """29 marks in tenths that come to 4 exactly: floating-point sums of the like fall short."""
    assert judged(means=people(5, 3))[PEOPLE].passed is True
    assert judged(means=people(5, 3))[PEOPLE].figure == 4.0


def test_where_people_are_not_needed_only_a_bad_opinion_of_theirs_counts() -> None:
    alone = GateTerms(people_needed=False)
    assert verdict(alone) == GOOD
    assert verdict(alone, means=people(5, pairs=3)) == GOOD
    assert verdict(alone, means=people(2)) == NOT_GOOD


def test_without_a_refined_pair_nothing_is_known() -> None:
    nothing = judged(Completion(0, 0, 0, 0, ()), group([]))
    assert {criterion.passed for criterion in nothing.values()} == {None}
    assert {criterion.figure for criterion in nothing.values()} == {None}
    assert nothing["pairs completed"].sentence == "nothing was planned"
    assert nothing["kept"].sentence == "no pair came home to be looked at"
    assert verdict(completion=Completion(0, 0, 0, 0, ()), whole=group([])) == UNDECIDED


def test_the_worst_are_named_most_faults_first_and_five_at_most() -> None:
    worst = Worst()
    worst.add(quality(n, *[found(KEPT)] * n, gain=-float(n)) for n in range(1, 150))
    worst.add([quality(200, found(FORMED))])
    named = judged(worst=worst.ids())
    assert named["kept"].worst == tuple(f"w2-s30-tvl-{n:03d}" for n in (149, 148, 147, 146, 145))
    assert named["written better"].worst == named["kept"].worst
    assert named["well formed"].worst == ("w2-s30-tvl-200",)
