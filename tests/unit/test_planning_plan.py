"""How sources become batches, and what is recorded about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.errors import BadInputError
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import DEFAULT_MODEL, models_with
from core.planning.plan_events import batches_planned, wave_planned
from core.planning.staged import ERROR, Finding
from core.wave.events import PlanSettings, WavePlanned
from tests.stocks import WAVE_2, source, stock_of, wave_2

if TYPE_CHECKING:
    from core.planning.plan import Plan

MODEL = models_with()[DEFAULT_MODEL]
TERMS = PlanTerms(2, 1, 205, MODEL, "sha256 of the prompt", 5_000)
SETTINGS = PlanSettings("indicator", 100, "combine", 10, None)


def table(plan: Plan) -> list[tuple[int, str, int]]:
    return [(batch.number, batch.title, batch.pairs) for batch in plan.batches]


def decisions(plan: Plan) -> list[tuple[str, str, str]]:
    return [(decision.subject, decision.action, decision.reason) for decision in plan.decisions]


def test_wave_2_gives_the_seven_recommended_batches() -> None:
    plan = make_plan(wave_2(), SETTINGS, TERMS)
    assert table(plan) == [
        (205, "dex_volume_24h", 100),
        (206, "dex_volume_7d", 100),
        (207, "dex_volume_30d", 100),
        (208, "dex_to_cex_volume_ratio", 100),
        (209, "liquidity_pool_depth", 100),
        (210, "impermanent_loss", 100),
        (211, "supply_rate + borrow_rate", 101),
    ]
    assert (plan.found, plan.planned, plan.hours) == (701, 701, 24)


def test_every_choice_is_recorded_with_its_reason() -> None:
    recorded = decisions(make_plan(wave_2(), SETTINGS, TERMS))
    assert ("slippage_qa_pairs.json", "excluded", "empty: 100 queries, 0 % success; ask for it again") in recorded
    low = "1 pair, fewer than 10; same session, same category, shares the word rate"
    assert ("borrow_rate_qa_pairs.json", "combined with supply_rate", low) in recorded
    assert recorded[0][:2] == ("grouping", "indicator")


@pytest.mark.parametrize(("action", "words"), [("skip", "skipped"), ("hold", "held back for a later wave")])
def test_a_low_count_can_be_left_out_with_its_reason(action: str, words: str) -> None:
    plan = make_plan(wave_2(), PlanSettings("indicator", 100, action, 10, None), TERMS)
    left_out = next(each for each in plan.sources if each.indicator == "borrow_rate")
    assert (left_out.found, left_out.planned, left_out.excluded) == (
        1,
        0,
        f"low count: 1 pair, fewer than 10; {words}",
    )
    assert table(plan)[-1] == (211, "supply_rate", 100)


def test_a_fixed_size_cuts_across_sources_in_order() -> None:
    plan = make_plan(wave_2(), PlanSettings("size", 150, "combine", 10, 1), TERMS)
    assert [batch.pairs for batch in plan.batches] == [150, 150, 150, 150, 101]
    assert plan.batches[0].title == "dex_volume_24h + dex_volume_7d 1-50"
    assert plan.batches[0].number == 1


def test_an_indicator_of_many_pairs_is_split_evenly() -> None:
    plan = make_plan(stock_of(source("depth", 30, 250)), SETTINGS, TERMS)
    assert table(plan) == [(205, "depth 1-84", 84), (206, "depth 85-167", 83), (207, "depth 168-250", 83)]
    assert decisions(plan)[1][1] == "split into 3 batches of 84, 83, 83 pairs"


def test_low_counts_for_which_no_batch_has_room_are_combined_with_each_other() -> None:
    lows = [source(f"rate_{number}", 30, 9) for number in range(4)]
    plan = make_plan(stock_of(source("rate", 30, 100), *lows), SETTINGS, TERMS)
    assert [batch.pairs for batch in plan.batches] == [109, 27]


def test_a_wave_of_low_counts_alone_is_one_batch() -> None:
    plan = make_plan(stock_of(*(source(name, 30, 3) for name in "abcde")), SETTINGS, TERMS)
    assert table(plan) == [(205, "a + 4 others", 15)]


def test_a_low_count_without_a_relative_joins_the_neighbour_before() -> None:
    plan = make_plan(
        stock_of(source("a", 30, 50), source("b", 30, 50), source("c", 30, 2), source("d", 30, 50)),
        SETTINGS,
        TERMS,
    )
    assert [batch.title for batch in plan.batches] == ["a", "b + c", "d"]


def test_a_low_count_prefers_its_session_and_its_category() -> None:
    low = source("pool_fee", 31, 2)
    other_session, other_category = source("pool_depth", 30, 50), source("pool_age", 31, 50, category="chain")
    plan = make_plan(stock_of(low, other_session, other_category, source("zeta", 31, 50)), SETTINGS, TERMS)
    assert [batch.title for batch in plan.batches] == ["pool_depth", "pool_age", "zeta + pool_fee"]


def test_planning_again_gives_the_same_plan_whatever_the_order_of_the_files() -> None:
    again = make_plan(stock_of(*(source(*row) for row in reversed(WAVE_2))), SETTINGS, TERMS)
    assert again == make_plan(wave_2(), SETTINGS, TERMS)


@pytest.mark.parametrize(
    "changes",
    [
        {"wave": 3},
        {"prompt_sha256": "other"},
        {"model": models_with()["gemini-2.5-pro"]},
        {"max_pairs_per_request": 5},
    ],
)
def test_the_fingerprint_changes_with_what_the_plan_was_made_from(changes: dict[str, object]) -> None:
    other = msgspec.structs.replace(TERMS, **changes)
    assert make_plan(wave_2(), SETTINGS, other).fingerprint != make_plan(wave_2(), SETTINGS, TERMS).fingerprint


def test_the_fingerprint_does_not_change_with_the_ledgers_next_number() -> None:
    later = msgspec.structs.replace(TERMS, next_number=300, revision=2)
    assert make_plan(wave_2(), SETTINGS, later).fingerprint == make_plan(wave_2(), SETTINGS, TERMS).fingerprint


def test_a_source_with_an_error_stops_the_plan_and_is_named() -> None:
    bad = source("a", 30, 5, findings=(Finding("a_qa_pairs.json", "bad-json", ERROR, "is not JSON", 3, 7),))
    with pytest.raises(BadInputError, match=r"a_qa_pairs\.json:3:7: is not JSON"):
        make_plan(stock_of(bad, source("b", 30, 5)), SETTINGS, TERMS)


def test_a_claim_that_disagrees_stops_the_plan_until_it_is_accepted() -> None:
    claim = Finding("a_qa_pairs.json", "count-differs", ERROR, "claims 6 pairs and holds 5; some may be lost")
    stock = stock_of(source("a", 30, 5, claimed=6, findings=(claim,)))
    with pytest.raises(BadInputError, match="--accept-counts"):
        make_plan(stock, SETTINGS, TERMS)
    plan = make_plan(stock, SETTINGS, msgspec.structs.replace(TERMS, accept_counts=True))
    assert decisions(plan)[-1][:2] == ("a_qa_pairs.json", "count accepted")


def test_accepting_counts_accepts_no_other_error() -> None:
    bad = source("a", 30, 5, findings=(Finding("a_qa_pairs.json", "bad-json", ERROR, "is not JSON"),))
    with pytest.raises(BadInputError, match="is not JSON"):
        make_plan(stock_of(bad), SETTINGS, msgspec.structs.replace(TERMS, accept_counts=True))


def test_a_wave_without_a_pair_is_refused() -> None:
    with pytest.raises(BadInputError, match="wave 2 cannot be planned"):
        make_plan(stock_of(source("slippage", 31, 0)), SETTINGS, TERMS)


@pytest.mark.parametrize(
    "settings",
    [
        PlanSettings("random", 100, "combine", 10, None),
        PlanSettings("size", 0, "combine", 10, None),
        PlanSettings("size", 100, "drop", 10, None),
        PlanSettings("size", 100, "combine", 10, 0),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: PlanSettings) -> None:
    with pytest.raises(BadInputError):
        make_plan(wave_2(), settings, TERMS)


def test_answers_past_the_margin_alone_are_sent_alone_and_said_so() -> None:
    stock = stock_of(source("a", 30, 3))
    stock.sizes["a_qa_pairs.json"].answers[1] = 190_000
    plan = make_plan(stock, SETTINGS, TERMS)
    assert plan.batches[0].requests == 3
    assert decisions(plan)[-1][:2] == ("batch 205", "1 pair sent alone in a request")


def test_the_events_say_what_the_plan_says() -> None:
    plan = make_plan(wave_2(), SETTINGS, TERMS)
    at = datetime(2026, 11, 2, 12, tzinfo=UTC)
    wave = wave_planned(
        plan,
        extract_path="wave2_extracted.json",
        extract_sha256="e",
        prompt_path="prompt.md",
        depends_on=1,
        at=at,
    )
    assert isinstance(wave, WavePlanned)
    assert wave.depends_on == 1
    assert wave.batches == (205, 206, 207, 208, 209, 210, 211)
    assert (wave.sources, wave.decisions, wave.fingerprint) == (plan.sources, plan.decisions, plan.fingerprint)
    batches = batches_planned(plan, at=at)
    assert [(each.number, each.ranges, each.estimate) for each in batches] == [
        (each.number, each.ranges, each.estimate) for each in plan.batches
    ]
    assert plan.estimate.input_tokens == sum(each.estimate.input_tokens for each in batches)
