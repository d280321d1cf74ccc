from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.emulator.call_faults import Lost, Refused, Reset
from adapters.emulator.row_faults import Missing
from adapters.emulator.scenario import Scenario
from adapters.emulator.troubles import Troubles

if TYPE_CHECKING:
    from adapters.emulator.when import When


def struck(rule: When, calls: int = 12, *, seed: int = 0, names: tuple[str, ...] = ("a",)) -> list[int]:
    """Return the numbers of the calls that a rule strikes, where the display names take turns."""
    troubles = Troubles(Scenario(seed=seed, call=(rule,)))  # type: ignore[arg-type] - every rule here is one of calls
    turns = [(number, names[number % len(names)]) for number in range(calls)]
    return [number + 1 for number, name in turns if troubles.for_call("batches.get", name)]


@pytest.mark.parametrize(
    ("rule", "numbers"),
    [
        (Lost(), list(range(1, 13))),
        (Lost(on="1, 3-5"), [1, 3, 4, 5]),
        (Lost(every=5), [5, 10]),
        (Lost(times=2), [1, 2]),
        (Lost(every=2, times=2), [2, 4]),
        (Lost(probability=0.0), []),
        (Lost(probability=1.0), list(range(1, 13))),
        (Lost(verb="batches.create"), []),
        (Lost(verb=("files.*", "batches.*"), on="1"), [1]),
        (Lost(display_name="b*"), []),
    ],
)
def test_a_rule_strikes_when_it_says(rule: When, numbers: list[int]) -> None:
    assert struck(rule) == numbers


def test_each_display_name_can_have_a_count_of_its_own() -> None:
    assert struck(Lost(on="1"), 6, names=("a", "b")) == [1]
    assert struck(Lost(on="1", per="display_name"), 6, names=("a", "b")) == [1, 2]
    assert struck(Lost(times=2, per="display_name"), 8, names=("a", "b")) == [1, 2, 3, 4]


def test_the_first_rule_that_is_due_wins_and_the_others_count_on() -> None:
    troubles = Troubles(Scenario(call=(Lost(on="1"), Reset(on="1-2", times=1))))

    faults = [troubles.for_call("batches.get", "") for _ in range(3)]

    assert [type(fault) for fault in faults] == [Lost, Reset, type(None)]
    assert troubles.injected == {"call.lost": 1, "call.reset": 1}


@given(seed=st.integers(0, 2**32), probability=st.floats(0, 1))
def test_chance_is_the_same_for_the_same_seed(seed: int, probability: float) -> None:
    rule = Lost(probability=probability)

    assert struck(rule, 40, seed=seed) == struck(rule, 40, seed=seed)


def test_chance_comes_about_as_often_as_it_should_and_differs_by_seed() -> None:
    numbers = struck(Lost(probability=0.25), 4000)

    assert 900 < len(numbers) < 1100
    assert numbers != struck(Lost(probability=0.25), 4000, seed=1)


def test_rows_of_different_jobs_have_different_luck_and_the_same_job_the_same() -> None:
    troubles = Troubles(Scenario(row=(Missing(probability=0.5),), seed=3))

    def luck(name: str) -> list[bool]:
        dealer = troubles.row_dealer(name)
        return [dealer.deal(name, f"r{number}") is not None for number in range(64)]

    assert luck("a") == luck("a")
    assert luck("a") != luck("b")
    assert Counter(luck("a"))[True] > 10


@pytest.mark.parametrize(("retry_info", "delay"), [(None, "34s"), (5.0, "5s")])
def test_a_429_of_an_answer_at_once_says_which_quota_and_when(retry_info: float | None, delay: str) -> None:
    error = Refused(code=429, retry_info=retry_info).error("models.generateContent", "gemini-2.5-flash")

    _, failure, retry = json.loads(json.dumps(error.details))
    assert (retry["retryDelay"], error.wish) == (delay, float(delay.removesuffix("s")))
    assert failure["violations"][0]["quotaDimensions"]["model"] == "gemini-2.5-flash"
    assert f"Please retry in {delay}." in error.message


def test_a_429_that_is_short_says_nothing_else_wherever_it_comes() -> None:
    for verb in ("models.generateContent", "batches.create"):
        assert Refused(code=429, short=True).error(verb).details == []
