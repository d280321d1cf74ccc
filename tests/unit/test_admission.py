"""What content rules make of a plan: pairs left out one by one, plans held until somebody accepts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadInputError, RefusedError
from core.pairs import PairRange, ids
from core.planning.content import Content, runs_of
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import DEFAULT_MODEL, models_with
from core.planning.plan import Plan, rest_of
from core.screening.findings import ContentFinding, Severity
from core.wave.events import LeftOut, PlanSettings
from tests.stocks import source, stock_of, wave_2

if TYPE_CHECKING:
    from core.planning.inventory import Stock

TERMS = PlanTerms(2, 1, 205, models_with()[DEFAULT_MODEL], "sha256 of the prompt", 5_000)
ACCEPTING = msgspec.structs.replace(TERMS, accept_findings=True)
SETTINGS = PlanSettings("indicator", 100, "combine", 10, None)
DEPTH = "liquidity_pool_depth_qa_pairs.json"
KEY = "w2-s30-liquidity_pool_depth"


def finding(path: str, ordinal: int, rule: str, repeats: tuple[str, int] | None = None) -> ContentFinding:
    severity = {"mojibake": Severity.HOLD, "wrong-language": Severity.HOLD, "opener": Severity.WARN}
    return ContentFinding(path, ordinal, rule, severity.get(rule, Severity.EXCLUDE), f"seen in {ordinal}", repeats)


def with_findings(stock: Stock, *findings: ContentFinding) -> Stock:
    content = Content()
    for each in sorted(findings, key=lambda one: (one.source, one.ordinal)):
        content.note(each)
    return stock._replace(content=content)


def planned(plan: Plan, key: str) -> list[str]:
    return [pair for batch in plan.batches for run in batch.ranges if run.source == key for pair in run]


def test_a_pair_in_the_middle_is_left_out_by_name_and_its_neighbours_stay() -> None:
    plan = make_plan(with_findings(wave_2(), finding(DEPTH, 27, "padding")), SETTINGS, TERMS)
    (batch,) = [batch for batch in plan.batches if batch.title == "liquidity_pool_depth"]
    assert batch.ranges == (PairRange(KEY, 1, 26), PairRange(KEY, 28, 100))
    (mine,) = [each for each in plan.sources if each.key == KEY]
    assert (mine.found, mine.planned, mine.excluded) == (100, 99, None)
    reason = "One character or word again and again only fills space."
    assert mine.left_out == (LeftOut("padding", reason, ((27, 27),)),)
    assert rest_of(mine) == [(PairRange(KEY, 27, 27), f"padding: {reason}")]
    assert (plan.found, plan.planned, len(plan.batches)) == (701, 700, 7)
    assert [(each.action, each.reason) for each in plan.decisions if each.subject == DEPTH] == [
        ("1 pair left out", f"padding: {reason}")
    ]


def test_of_two_rules_the_first_in_the_table_is_the_reason() -> None:
    stock = with_findings(wave_2(), finding(DEPTH, 3, "padding"), finding(DEPTH, 3, "empty"))
    (mine,) = [each for each in make_plan(stock, SETTINGS, TERMS).sources if each.left_out]
    assert [(each.rule, each.runs) for each in mine.left_out] == [("empty", ((3, 3),))]


def test_a_held_pair_refuses_the_plan_with_its_name_and_the_way_on() -> None:
    stock = with_findings(
        wave_2(),
        finding(DEPTH, 9, "mojibake"),
        finding(DEPTH, 9, "wrong-language"),
        finding(DEPTH, 30, "mojibake"),
    )
    with pytest.raises(RefusedError) as refused:
        make_plan(stock, SETTINGS, TERMS)
    said = str(refused.value)
    assert said.startswith(
        f"wave 2 cannot be planned: 2 pairs must be looked at before money is spent, the first is {KEY}-009"
    )
    assert "seen in 9" in said
    assert "--accept-findings" in said
    assert "[screening]" in said


def test_accepted_findings_are_sent_and_recorded_as_a_decision() -> None:
    plan = make_plan(with_findings(wave_2(), finding(DEPTH, 9, "mojibake")), SETTINGS, ACCEPTING)
    assert plan.planned == 701
    (decision,) = [each for each in plan.decisions if each.subject == DEPTH]
    assert decision.action == "1 pair sent as found"
    assert decision.reason.startswith("mojibake: ")
    assert decision.reason.endswith("; accepted by hand")


def test_a_held_pair_that_another_rule_leaves_out_holds_nothing() -> None:
    stock = with_findings(wave_2(), finding(DEPTH, 9, "mojibake"), finding(DEPTH, 9, "padding"))
    assert make_plan(stock, SETTINGS, TERMS).planned == 700


def test_findings_in_a_source_that_is_left_out_hold_nothing() -> None:
    borrow = "borrow_rate_qa_pairs.json"
    stock = with_findings(wave_2(), finding(borrow, 1, "mojibake"))
    plan = make_plan(stock, PlanSettings("indicator", 100, "skip", 10, None), TERMS)
    assert (plan.planned, plan.content) == (700, ())


def test_warnings_change_nothing_but_what_is_told() -> None:
    plain = make_plan(wave_2(), SETTINGS, TERMS)
    plan = make_plan(with_findings(wave_2(), *(finding(DEPTH, n, "opener") for n in (4, 8))), SETTINGS, TERMS)
    assert (plan.batches, plan.sources, plan.fingerprint) == (plain.batches, plain.sources, plain.fingerprint)
    (told,) = plan.content
    assert (told.rule, told.pairs, told.sample.pair_id) == ("opener", 2, f"{KEY}-004")


def test_what_is_left_out_or_accepted_is_part_of_the_fingerprint() -> None:
    held, padded = finding(DEPTH, 9, "mojibake"), finding(DEPTH, 9, "padding")
    prints = [
        make_plan(stock, SETTINGS, terms).fingerprint
        for stock, terms in (
            (wave_2(), TERMS),
            (with_findings(wave_2(), held), ACCEPTING),
            (with_findings(wave_2(), padded), TERMS),
            (with_findings(wave_2(), msgspec.structs.replace(padded, ordinal=10)), TERMS),
        )
    ]
    assert len(set(prints)) == 4
    assert make_plan(wave_2(), SETTINGS, ACCEPTING).fingerprint == prints[0]


def test_a_repeated_pair_is_left_out_where_the_first_is_sent_or_another_wave_has_it() -> None:
    here = finding(DEPTH, 5, "repeated-pair", (DEPTH, 2))
    there = finding(DEPTH, 6, "repeated-pair")
    plan = make_plan(with_findings(wave_2(), here, there), SETTINGS, TERMS)
    assert {f"{KEY}-005", f"{KEY}-006"} == set(PairRange(KEY, 1, 100)) - set(planned(plan, KEY))


@pytest.mark.parametrize("why", ["the rules leave the first out", "its source is left out"])
def test_a_repeated_pair_stays_when_the_first_is_not_sent_itself(why: str) -> None:
    small = source("a", 30, 3)
    stock = stock_of(small, source("b", 30, 50))
    doubles = [finding("b_qa_pairs.json", n, "repeated-pair", (small.path, 2)) for n in (7, 8)]
    if "rules" in why:
        plan = make_plan(with_findings(stock, finding(small.path, 2, "padding"), *doubles), SETTINGS, TERMS)
    else:
        plan = make_plan(with_findings(stock, *doubles), PlanSettings("indicator", 100, "skip", 10, None), TERMS)
    assert [pair for pair in PairRange("w2-s30-b", 1, 50) if pair not in planned(plan, "w2-s30-b")] == [
        "w2-s30-b-008"
    ]
    assert [each.pairs for each in plan.content if each.rule == "repeated-pair"] == [1]


def test_a_source_without_a_pair_left_is_left_out_and_named() -> None:
    stock = with_findings(
        stock_of(source("a", 30, 20), source("b", 30, 3)),
        *(finding("b_qa_pairs.json", n, "empty") for n in (1, 2, 3)),
    )
    plan = make_plan(stock, SETTINGS, TERMS)
    assert [(batch.title, batch.pairs) for batch in plan.batches] == [("a", 20)]
    assert [(each.planned, each.excluded, [one.runs for one in each.left_out]) for each in plan.sources] == [
        (20, None, []),
        (0, None, [((1, 3),)]),
    ]


def test_a_wave_of_which_nothing_is_left_is_refused() -> None:
    stock = with_findings(stock_of(source("a", 30, 1)), finding("a_qa_pairs.json", 1, "empty"))
    with pytest.raises(BadInputError, match=r"no pair that may be sent; a_qa_pairs\.json: empty"):
        make_plan(stock, SETTINGS, TERMS)


def test_a_source_with_few_pairs_left_is_combined_as_a_low_count() -> None:
    stock = stock_of(source("rate", 30, 50), source("rate_b", 30, 12))
    found = [finding("rate_b_qa_pairs.json", n, "empty") for n in range(1, 12, 2)]
    plan = make_plan(with_findings(stock, *found), SETTINGS, TERMS)
    assert [(batch.title, batch.pairs) for batch in plan.batches] == [("rate + rate_b", 56)]


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=5),
    st.sets(st.tuples(st.integers(0, 4), st.integers(1, 30), st.sampled_from(["empty", "padding", "mojibake"]))),
    st.sampled_from(["indicator", "size"]),
    st.integers(1, 25),
)
def test_every_pair_is_in_one_batch_or_has_its_own_reason(
    sizes: list[int], drawn: set[tuple[int, int, str]], strategy: str, batch_size: int
) -> None:
    sources = [source(f"i{place}", 30, size) for place, size in enumerate(sizes)]
    bad = {(place, n, rule) for place, n, rule in drawn if place < len(sizes) and n <= sizes[place]}
    stock = with_findings(
        stock_of(*sources), *(finding(f"i{place}_qa_pairs.json", n, rule) for place, n, rule in bad)
    )
    out = {(place, n) for place, n, rule in bad if rule != "mojibake"}
    everything = [(place, n) for place, size in enumerate(sizes) for n in range(1, size + 1)]
    stay = [pair for pair in everything if pair not in out]
    try:
        plan = make_plan(stock, PlanSettings(strategy, batch_size, "combine", 10, None), ACCEPTING)
    except BadInputError:
        assert not stay
        return
    sent = [pair for batch in plan.batches for pair in ids(batch.ranges)]
    assert sorted(sent) == sorted(f"w2-s30-i{place}-{n:03d}" for place, n in stay)
    rest = [pair for each in plan.sources for run, reason in rest_of(each) if reason for pair in run]
    assert sorted(rest) == sorted(f"w2-s30-i{place}-{n:03d}" for place, n in out)
    assert sum(each.found - each.planned for each in plan.sources) == len(rest)


@pytest.mark.parametrize(
    "left_out",
    [
        (LeftOut("padding", "it is padding", ((100, 101),)),),
        (LeftOut("padding", "it is padding", ((99, 100),)),),
        (LeftOut("padding", "it is padding", ((100, 100),)), LeftOut("empty", "it is empty", ((100, 100),))),
        (LeftOut("padding", "", ((100, 100),)),),
        (LeftOut("", "it is padding", ((100, 100),)),),
        (),
    ],
)
def test_a_plan_that_leaves_a_pair_out_twice_or_in_silence_cannot_be_built(left_out: tuple[LeftOut, ...]) -> None:
    plan = make_plan(with_findings(wave_2(), finding(DEPTH, 100, "padding")), SETTINGS, TERMS)
    sources = tuple(
        msgspec.structs.replace(each, left_out=left_out) if each.key == KEY else each for each in plan.sources
    )
    with pytest.raises(RefusedError, match="cannot be planned"):
        Plan(**{**msgspec.structs.asdict(plan), "sources": sources})


@given(st.sets(st.integers(1, 60)))
def test_runs_hold_the_places_they_were_made_of(places: set[int]) -> None:
    runs = list(runs_of(sorted(places)))
    assert [place for first, last in runs for place in range(first, last + 1)] == sorted(places)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(runs))
