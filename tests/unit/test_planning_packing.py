"""Requests carry as many pairs as their expected answers leave room for, and no pair is lost between them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInputError
from core.pairs import PairRange, count, ids
from core.planning.content import runs_of
from core.planning.estimate import estimate, expected_hours, pair_tokens, total
from core.planning.models import DEFAULT_MODEL, MARGIN_PERCENT, Model, model_named, models_with
from core.planning.packing import Packing, Slot, asked_requests, pack
from core.planning.ranges import cut, split_evenly, take, without

MODELS = models_with()
FLASH = Packing(MODELS[DEFAULT_MODEL], 5_000)
sizes = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 400_000) | st.integers(1, 6_000)), max_size=120)


def packed(drawn: list[tuple[int, int]], packing: Packing) -> list[Slot]:
    return pack([question for question, _ in drawn], [answer for _, answer in drawn], packing)


def test_a_hundred_typical_pairs_take_three_requests_of_even_size() -> None:
    slots = packed([(90, 3_000)] * 100, FLASH)
    assert [slot.stop - slot.start for slot in slots] == [33, 33, 34]


@given(sizes, st.none() | st.integers(1, 50))
def test_every_pair_is_in_one_request_and_every_request_within_the_limits(
    drawn: list[tuple[int, int]], most: int | None
) -> None:
    model = MODELS[DEFAULT_MODEL]
    slots = packed(drawn, Packing(model, 5_000, most))
    assert [place for slot in slots for place in range(slot.start, slot.stop)] == list(range(len(drawn)))
    for slot in slots:
        assert slot.stop - slot.start <= (most or len(drawn))
        if slot.oversize:
            assert slot.stop - slot.start == 1
        else:
            assert slot.output_tokens <= model.output_limit * MARGIN_PERCENT // 100
            assert slot.input_tokens <= model.input_limit * MARGIN_PERCENT // 100


@given(sizes)
def test_two_neighbouring_requests_would_not_fit_into_one(drawn: list[tuple[int, int]]) -> None:
    small = [(question, min(answer, 6_000)) for question, answer in drawn]
    slots = packed(small, FLASH)
    whole = sum(slot.output_tokens for slot in slots)
    room = FLASH.model.output_limit * MARGIN_PERCENT // 100
    assert len(slots) <= 2 * (whole // room) + 1


def test_the_input_limit_bounds_a_request_too() -> None:
    narrow = Model("narrow", 1, 1, input_limit=4_000)
    assert [slot.stop for slot in packed([(90, 3_000)] * 4, Packing(narrow, 0))] == [2, 4]


@pytest.mark.parametrize("requests", [None, 1])
def test_a_prompt_that_leaves_no_room_is_refused_with_its_size(requests: int | None) -> None:
    narrow = Model("narrow", 1, 1, input_limit=4_000)
    with pytest.raises(BadInputError, match=r"the prompt of 3,100 tokens leaves no room .* of narrow: of 4,000"):
        packed([(90, 3_000)], Packing(narrow, 10_000, requests=requests))


@pytest.mark.parametrize("asked", ["0", 0, -1, "foo", "", "1.5", True, [1]])
def test_what_is_no_number_of_requests_is_refused(asked: Any) -> None:  # noqa: ANN401 - whatever a file may hold
    with pytest.raises(ValueError, match="must be auto, single or a number of requests"):
        asked_requests(asked)


@pytest.mark.parametrize(("asked", "requests"), [("auto", None), ("single", 1), ("7", 7), (7, 7)])
def test_a_number_of_requests_is_read_from_word_and_figure(asked: str | int, requests: int | None) -> None:
    assert asked_requests(asked) == requests


def test_thinking_is_kept_free_and_paid_for() -> None:
    thinking = Model("thinking", 1, 1, thinking_budget=32_768)
    slots = packed([(90, 3_000)] * 100, Packing(thinking, 5_000))
    assert len(slots) > len(packed([(90, 3_000)] * 100, FLASH))
    assert sum(slot.output_tokens for slot in slots) == 100 * pair_tokens(90, 3_000).output + len(slots) * 32_768


def test_a_typical_pair_needs_what_was_seen() -> None:
    tokens = pair_tokens(90, 3_000)
    assert 700 <= tokens.input <= 900
    assert 1_000 <= tokens.output <= 1_250


def test_a_short_answer_is_expected_to_grow_and_a_long_one_not_to_shrink() -> None:
    assert pair_tokens(90, 100).output == pair_tokens(90, 2_000).output
    assert pair_tokens(90, 8_000).output > 8_000 // 4


def test_each_request_is_priced_by_itself() -> None:
    pro = MODELS["gemini-2.5-pro"]
    assert pro.cost(200_000, 1_000_000) == pytest.approx(0.125 + 5.0)
    assert pro.cost(200_001, 1_000_000) == pytest.approx(0.25 + 7.5, abs=1e-4)
    both = [Slot(0, 1, 100_000, 0, oversize=False), Slot(1, 2, 300_000, 0, oversize=False)]
    assert estimate(both, pro).cost_usd == pytest.approx(0.0625 + 0.375)
    assert total([estimate(both, pro)] * 2).input_tokens == 800_000


@pytest.mark.parametrize(("batches", "hours"), [(1, 24), (100, 24), (101, 48), (0, 0)])
def test_hours_are_rounds_of_the_providers_target(batches: int, hours: int) -> None:
    assert expected_hours(batches) == hours


def test_prices_and_limits_can_be_set() -> None:
    table = models_with(
        {
            DEFAULT_MODEL: {"batch_input": 0.1, "output_limit": 8_192.0},
            "own": {"batch_input": 1, "batch_output": 2},
        }
    )
    assert (table[DEFAULT_MODEL].batch_input, table[DEFAULT_MODEL].batch_output) == (0.1, 1.25)
    assert table[DEFAULT_MODEL].output_limit == 8_192
    assert table[DEFAULT_MODEL].prices_dated == "own figures, settings"
    assert table["own"].cost(1_000_000, 1_000_000) == 3
    assert models_with()[DEFAULT_MODEL].batch_input == 0.15


@pytest.mark.parametrize(
    "figures",
    [
        {"price": 1},
        {"name": 1},
        {"batch_input": -1},
        {"batch_input": float("nan")},
        {"output_limit": 0.5},
        {"thinking_budget": 65_536},
    ],
)
def test_figures_that_make_no_sense_are_refused(figures: dict[str, float]) -> None:
    with pytest.raises(BadInputError, match=r"gemini-2\.5-flash"):
        models_with({DEFAULT_MODEL: figures})


def test_a_new_model_needs_prices() -> None:
    with pytest.raises(BadInputError, match="needs batch_input and batch_output"):
        models_with({"own": {"batch_input": 1}})


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInputError, match=r"gemini-2\.5-flash"):
        model_named(MODELS, "gemini-9")
    assert model_named(MODELS, DEFAULT_MODEL).name == DEFAULT_MODEL


runs = st.lists(st.builds(PairRange, st.sampled_from(["a", "b"]), st.just(1), st.integers(1, 30)), max_size=5)


@given(runs, st.integers(1, 20))
def test_cutting_loses_nothing(ranges: list[PairRange], size: int) -> None:
    parts = cut(ranges, size)
    assert [pair for part in parts for pair in ids(part)] == list(ids(ranges))
    assert all(sum(map(len, part)) == size for part in parts[:-1])


@given(st.integers(1, 500), st.integers(1, 120))
def test_an_even_split_is_even_and_whole(found: int, most: int) -> None:
    half = found // 2
    ranges = (PairRange("a", 1, half), PairRange("a", half + 5, found + 4))
    parts = split_evenly(ranges, most)
    assert [pair for part in parts for pair in ids(part)] == list(ids(ranges))
    assert all(len(run) for part in parts for run in part)
    sizes = [count(part) for part in parts]
    assert len(sizes) == -(-found // most)
    assert sizes == sorted(sizes, reverse=True)
    assert max(sizes) - min(sizes) <= 1


@given(st.integers(0, 40), st.sets(st.integers(1, 40)))
def test_a_run_without_places_holds_the_others(found: int, places: set[int]) -> None:
    gaps = list(runs_of(sorted(place for place in places if place <= found)))
    kept = without(PairRange("a", 1, found), gaps)
    assert [int(pair[2:]) for pair in ids(kept)] == [place for place in range(1, found + 1) if place not in places]
    assert all(len(run) for run in kept)
    assert len(gaps) + 1 >= len(kept)


@given(runs, st.integers(0, 60), st.integers(0, 60))
def test_taking_a_stretch_is_slicing_the_ids(ranges: list[PairRange], start: int, stop: int) -> None:
    assert list(ids(take(ranges, start, stop))) == list(ids(ranges))[start:stop]
