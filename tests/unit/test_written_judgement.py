from __future__ import annotations

import pytest

from core.quality.in_words import in_words
from core.quality.statistics import BETTER, NO_DIFFERENCE, Comparison, compare_groups
from core.quality.written.judgement import judge
from core.quality.written.measures import Measures
from core.quality.written.pair import WrittenPair


def text(errors: int = 0, ease: float | None = 50.0, **traces: str) -> Measures:
    counted = {"spelling": errors} if errors else {}
    return Measures(90, 90, counted, traces, ease, 18.0, 0.02)


def pairs(*errors: tuple[int, int]) -> list[WrittenPair]:
    return [WrittenPair(f"w2-a-{at:03d}", text(old), text(new)) for at, (old, new) in enumerate(errors, 1)]


def test_a_gain_in_every_pair_is_better_and_its_size_is_errors_per_100_words() -> None:
    judged = judge(pairs(*[(3, 1)] * 12), "wave-2")
    assert judged.compared.verdict == BETTER
    assert judged.compared.difference == pytest.approx(2.0)
    assert judged.before.error_rate == pytest.approx(100 * 3 / 90)
    assert judged.after.errors == {"spelling": pytest.approx(100 / 90)}
    assert judged.worst == ()


def test_the_pairs_that_lost_most_are_named_worst_first() -> None:
    judged = judge(pairs((0, 1), (5, 0), (0, 4), (2, 2), (0, 2)), "wave-2")
    assert [pair_id for pair_id, _ in judged.worst] == ["w2-a-003", "w2-a-005", "w2-a-001"]
    assert judged.compared.verdict == NO_DIFFERENCE


def test_traces_are_counted_by_texts_and_texts_without_words_have_no_ease() -> None:
    chatty = WrittenPair("w2-a-001", text(opener="Sure!"), text(ease=None))
    plain = WrittenPair("w2-a-002", text(opener="Sure!", closer="Ask me."), text(ease=40.0))
    judged = judge([chatty, plain], "wave-2")
    assert judged.before.traces == {"opener": 2, "closer": 1}
    assert judged.after.traces == {}
    assert judged.after.ease == 40.0


def test_no_pair_is_no_difference() -> None:
    judged = judge([], "wave-2")
    assert (judged.compared.count, judged.before.ease, judged.worst) == (0, None, ())


def test_a_difference_is_said_with_its_size_interval_and_number() -> None:
    compared = Comparison(BETTER, 0.414, 0.12, 0.7, 0.004, 0.05, 1701)
    said = in_words(compared, "errors per 100 words", "wave 2", "its source")
    assert said == (
        "wave 2 is better than its source by 0.41 errors per 100 words (95% interval +0.12 to +0.70, n = 1,701)"
    )


def test_a_difference_within_noise_is_said_to_be_none() -> None:
    compared = compare_groups([0.1, 0.3, 0.2, 0.4], [0.2, 0.3, 0.1, 0.4], "waves")
    said = in_words(compared, "errors per 100 words", "wave 2", "wave 1")
    assert said.startswith(
        "wave 2 and wave 1 do not differ beyond noise: +0.00 errors per 100 words (95% interval -"
    )
    assert said.endswith(", n = 4 against 4)")


def test_nothing_to_compare_is_said_so() -> None:
    compared = judge([], "wave-2").compared
    assert in_words(compared, "errors", "wave 2", "its source") == (
        "there is nothing of wave 2 to compare with its source"
    )
