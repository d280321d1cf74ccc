from __future__ import annotations

from datetime import UTC, datetime

from cli.render.scores import calibration_lines, preference_lines, problem_lines, sample_lines, score_lines
from core.quality.agreement import agreement
from core.quality.calibration import calibrate
from core.quality.judgements import Judgement, preferences
from core.quality.means import wave_means
from core.quality.sampling import Candidate, draw
from core.quality.score_sheet import SheetProblem
from core.quality.scores import Score, scored

AT = datetime(2026, 11, 3, tzinfo=UTC)


def scores(reviewer: str, pairs: int = 30, more: int = 0) -> list[Score]:
    return [
        scored(reviewer, f"a-{place:03d}", (min(5, 1 + place % 5 + more), 4, 4, 4, 4), at=AT)
        for place in range(pairs)
    ]


def lines_of(given: list[Score]) -> list[str]:
    return score_lines(wave_means(given), agreement(given))


def test_the_means_stand_beside_the_agreement() -> None:
    lines = lines_of(scores("ann") + scores("bob"))

    assert lines[2].split() == ["technical", "accuracy", "35", "%", "3.00", "1.00", "reliable"]
    assert lines[7].split()[:3] == ["weighted", "100", "%"]
    assert lines[9].startswith("3.65 (3.46 to 3.84) of 30 pairs; 4.00 is not reached")
    assert lines[10] == "60 scores by ann, bob"
    assert lines[11].startswith("lowest: a-000 2.95, a-005 2.95")


def test_where_there_is_no_agreement_the_reason_stands_in_its_place() -> None:
    lines = lines_of([scored("ann", "a-001", (4,) * 5, at=AT)])

    assert "one reviewer alone (1 pair): agreement needs two" in lines[2]
    assert "4.00 of 1 pair; 4.00 is reached" in lines
    assert lines_of([]) == ["Nobody has scored a pair of this sample yet."]


def test_a_mean_that_only_rounds_up_to_the_threshold_shows_that_it_does_not_reach_it() -> None:
    given = [scored("ann", f"a-{place:03d}", (4, 4, 4, 4, 3 if place == 0 else 4), at=AT) for place in range(50)]

    assert any(line.startswith("3.99900 (") and line.endswith("4.00 is not reached") for line in lines_of(given))


def test_a_name_never_steers_the_terminal() -> None:
    lines = lines_of(scores("\x1b[2Jann\u202e"))

    assert all(line.isprintable() for line in lines)
    assert all(
        line.isprintable() for line in problem_lines("a\x1b.csv", [SheetProblem(2, 3, "tone", "x is no mark")])
    )


def test_a_problem_is_one_line_with_its_file() -> None:
    assert problem_lines("a.csv", [SheetProblem(2, 3, "tone", "x is no mark")]) == [
        "a.csv row 2 (line 3), column tone: x is no mark"
    ]


def test_a_sample_shows_its_strata_and_its_seed() -> None:
    lines = sample_lines(draw([Candidate(f"a-{n}", "dex", "w2-s30-a", n) for n in range(9)], 3, "wave 2"))

    assert lines[2].split() == ["dex", "w2-s30-a", "short", "3", "1"]
    assert lines[-1] == "3 of 9 pairs, drawn by the seed wave 2"


def test_a_calibration_says_its_sentence_and_the_differences() -> None:
    lines = calibration_lines(calibrate(scores("ann"), scores("model:m")))

    assert lines[0].startswith("the judge agrees with the people on 30 pairs")
    assert lines[1].startswith("model minus people: technical accuracy +0.00, clarity +0.00")
    assert len(calibration_lines(calibrate([], []))) == 1


def test_preferences_say_whether_places_lead_the_model() -> None:
    judged = [
        Judgement(
            pair_id=str(place),
            before=(3,) * 5,
            after=(4, 4, 4, 4, 4 + place % 2),
            preferred="after",
            a="after" if place % 2 else "before",
            reasons="",
        )
        for place in range(20)
    ]

    assert preference_lines(preferences(judged)) == [
        "of 20 pairs the model preferred 20 after, 0 before, and neither of 0",
        "weighted score after minus before: +1.02 (+1.01 to +1.04)",
        "the text shown first was preferred 50% (30% to 70%): no sign that places lead it",
    ]
    assert preference_lines(preferences([])) == ["No pair was judged by a model yet."]
