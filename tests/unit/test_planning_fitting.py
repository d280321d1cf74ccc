"""How many requests a batch gets, and the refusal of too few with its arithmetic."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import RefusedError
from core.planning.estimate import pair_tokens
from core.planning.learning import Learned
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import DEFAULT_MODEL, Model, models_with
from core.planning.packing import Packing, pack
from core.wave.events import PlanSettings
from tests.stocks import source, stock_of, wave_2

if TYPE_CHECKING:
    from core.planning.inventory import Stock

MODEL = models_with()[DEFAULT_MODEL]
TERMS = PlanTerms(2, 1, 205, MODEL, "sha256 of the prompt", 5_000)
SETTINGS = PlanSettings("indicator", 100, "combine", 10, None)
SINGLE = msgspec.structs.replace(TERMS, requests=1)
sizes = st.lists(st.integers(1, 6_000), min_size=1, max_size=80)


def test_auto_takes_three_requests_for_a_hundred_typical_pairs_and_says_how_full_they_are() -> None:
    plan = make_plan(wave_2(), SETTINGS, TERMS)
    assert [batch.requests for batch in plan.batches] == [3] * 7
    each = pair_tokens(90, 3_000).output
    assert plan.batches[0].most_output_tokens == 34 * each
    assert plan.batches[0].most_output_percent == 100 * 34 * each // 65_536


def test_single_is_refused_with_the_whole_arithmetic() -> None:
    each = pair_tokens(90, 3_000).output
    with pytest.raises(RefusedError) as refused:
        make_plan(wave_2(), SETTINGS, SINGLE)
    said = str(refused.value)
    assert said.startswith("wave 2 cannot be planned with --requests single: ")
    assert (
        f"101 pairs x {each:,}.0 expected tokens = {101 * each:,}, where gemini-2.5-flash stops at 65,536" in said
    )
    assert "a request is filled to 49,152 (75 %)" in said
    assert f"about {100 * 65_536 / (101 * each):.0f} % of it would come home" in said
    assert "auto makes 21 requests of these 7 batches, not 7" in said
    assert "--force" in said


def test_thinking_is_part_of_the_arithmetic() -> None:
    thinking = msgspec.structs.replace(MODEL, thinking_budget=4_096)
    each = pair_tokens(90, 3_000).output
    with pytest.raises(
        RefusedError, match=re.escape(f"= {100 * each:,} + 4,096 of thinking = {100 * each + 4_096:,}")
    ):
        make_plan(stock_of(source("a", 30, 100)), SETTINGS, msgspec.structs.replace(SINGLE, model=thinking))


def test_an_input_that_is_too_long_is_refused_too() -> None:
    narrow = Model("narrow", 1, 1, input_limit=20_000)
    stock = stock_of(source("a", 30, 20))
    for place in range(20):
        stock.sizes["a_qa_pairs.json"].questions[place] = 3_000
        stock.sizes["a_qa_pairs.json"].answers[place] = 1
    with pytest.raises(
        RefusedError, match=r"20 pairs and the prompt are [\d,]+ tokens, where narrow takes 20,000"
    ):
        make_plan(stock, SETTINGS, msgspec.structs.replace(SINGLE, model=narrow))


def stock_with_long_pairs() -> Stock:
    stock = stock_of(source("a", 30, 20))
    for place in (17, 4):
        stock.sizes["a_qa_pairs.json"].answers[place] = 400_000
    return stock


def test_pairs_whose_own_answer_passes_the_limit_are_refused_by_number_and_name() -> None:
    expected = pair_tokens(90, 400_000).output
    with pytest.raises(RefusedError) as refused:
        make_plan(stock_with_long_pairs(), SETTINGS, TERMS)
    said = str(refused.value)
    assert "2 pairs too long for any request, the first is w2-s30-a-005: " in said
    assert f"{expected:,} tokens is expected, and gemini-2.5-flash stops at 65,536" in said
    assert "--force" in said


def test_pairs_that_no_request_takes_are_sent_with_force_and_recorded() -> None:
    plan = make_plan(stock_with_long_pairs(), SETTINGS, msgspec.structs.replace(TERMS, force=True))
    (forced,) = [each for each in plan.decisions if each.subject == "requests"]
    assert forced.action == "2 pairs forced, too long for any request"
    assert plan.settings.packing is not None
    assert plan.settings.packing.forced


def test_a_limit_set_absurdly_low_is_refused_too() -> None:
    tiny = msgspec.structs.replace(MODEL, output_limit=100)
    with pytest.raises(RefusedError, match="20 pairs too long for any request, the first is w2-s30-a-001"):
        make_plan(stock_of(source("a", 30, 20)), SETTINGS, msgspec.structs.replace(TERMS, model=tiny))


def test_a_pair_that_is_too_long_to_be_asked_is_refused_too() -> None:
    narrow = Model("narrow", 1, 1, input_limit=8_000)
    stock = stock_of(source("a", 30, 3))
    stock.sizes["a_qa_pairs.json"].questions[1] = 40_000
    with pytest.raises(RefusedError, match=r"first is w2-s30-a-002: with the prompt .* and narrow takes 8,000"):
        make_plan(stock, SETTINGS, msgspec.structs.replace(TERMS, model=narrow))


@pytest.mark.parametrize(("found", "passed"), [(50, "margin below the limit"), (80, "limit")])
def test_passing_the_margin_is_told_from_passing_the_limit(found: int, passed: str) -> None:
    with pytest.raises(RefusedError, match=rf"one request of batch 205 pass the {passed}: {found} pairs"):
        make_plan(stock_of(source("a", 30, found)), SETTINGS, SINGLE)


def test_forced_single_is_planned_and_recorded_as_a_decision() -> None:
    plan = make_plan(wave_2(), SETTINGS, msgspec.structs.replace(SINGLE, force=True))
    assert [batch.requests for batch in plan.batches] == [1] * 7
    assert plan.settings.packing is not None
    assert (plan.settings.packing.requests, plan.settings.packing.forced) == (1, True)
    (forced,) = [each for each in plan.decisions if each.subject == "requests"]
    assert forced.action == "single forced, too few for 7 of 7 batches"
    assert "would come home" in forced.reason
    assert plan.batches[0].most_output_percent > 100


def test_force_that_was_not_needed_changes_nothing() -> None:
    forced = msgspec.structs.replace(TERMS, force=True)
    assert make_plan(wave_2(), SETTINGS, forced) == make_plan(wave_2(), SETTINGS, TERMS)


def test_single_is_fine_where_it_fits() -> None:
    plan = make_plan(stock_of(source("a", 30, 40)), SETTINGS, SINGLE)
    assert [batch.requests for batch in plan.batches] == [1]


@pytest.mark.parametrize("changes", [{"requests": 5}, {"learned": Learned(1.1, "so it was")}, {"requests": 3}])
def test_the_choice_and_what_was_learned_are_part_of_the_fingerprint(changes: dict[str, object]) -> None:
    other = make_plan(wave_2(), SETTINGS, msgspec.structs.replace(TERMS, **changes))
    assert other.fingerprint != make_plan(wave_2(), SETTINGS, TERMS).fingerprint


def test_what_was_learned_is_planned_with_and_recorded() -> None:
    learned = Learned(1.5, "answers were 1.50 times as long as expected, measured on 1,300 pairs of wave 1")
    plan = make_plan(wave_2(), SETTINGS, msgspec.structs.replace(TERMS, learned=learned))
    assert [batch.requests for batch in plan.batches] == [4] * 7
    assert ("expected answers", "1.50 times the estimate", learned.basis) in [
        (each.subject, each.action, each.reason) for each in plan.decisions
    ]
    assert plan.settings.packing is not None
    assert (plan.settings.packing.room, plan.settings.packing.basis) == learned
    assert plan.estimate.output_tokens > 1.49 * make_plan(wave_2(), SETTINGS, TERMS).estimate.output_tokens


@given(sizes, st.integers(1, 20), st.none() | st.integers(1, 30))
def test_a_number_of_requests_is_kept_evenly_and_raised_only_by_the_cap(
    answers: list[int], asked: int, cap: int | None
) -> None:
    slots = pack([90] * len(answers), answers, Packing(MODEL, 5_000, cap, requests=asked))
    counts = [slot.stop - slot.start for slot in slots]
    assert sum(counts) == len(answers)
    assert max(counts) - min(counts) <= 1
    assert len(slots) == min(len(answers), max(asked, -(-len(answers) // (cap or len(answers)))))


@given(sizes, st.none() | st.integers(1, 30))
def test_auto_takes_the_fewest_requests_that_fit(answers: list[int], cap: int | None) -> None:
    packing = Packing(MODEL, 5_000, cap)
    slots = pack([90] * len(answers), answers, packing)
    fewest, load, held = 1, 0, 0
    for answer in answers:
        tokens = pair_tokens(90, answer).output
        if load + tokens > packing.output_room or held == cap:
            fewest, load, held = fewest + 1, 0, 0
        load, held = load + tokens, held + 1
    assert len(slots) == fewest
    assert not any(slot.oversize for slot in slots)


def test_very_uneven_pairs_are_spread_by_their_weight() -> None:
    answers = [40_000] * 8 + [100] * 40
    slots = pack([90] * 48, answers, Packing(MODEL, 5_000))
    assert len(slots) == 3
    loads = [slot.output_tokens for slot in slots]
    assert max(loads) < 1.3 * min(loads)
