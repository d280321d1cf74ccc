from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.render.distribution import distribution_lines
from core.errors import BadInputError
from core.quality.distribution import Distribution, Holding, distribution, holdings_of, targets_of
from core.wave.events import LeftOut, PlannedSource

HOLDINGS = [
    Holding(1, "dex", 20, "tvl", 1_000),
    Holding(2, "dex", 30, "TVL", 50),
    Holding(2, "lending", 31, "borrow_rate", 9),
    Holding(2, "dex", 31, "slippage", 0),
    Holding(2, None, None, "apr", 99),
    Holding(2, "lending", 9, "apy", 100),
    Holding(2, "lending", 9, "supply_rate", 10),
    Holding(2, "lending", 9, "rest", 1_000),
    *(Holding(1, "bulk", 9, f"bulk_{number}", 110) for number in range(10)),
]
TARGETS = targets_of({"TVL": 1_050, "borrow rate": 50, "Funding Rate": 100, "apr": 90})


def standings(found: Distribution) -> dict[str, str]:
    return {each.slug: each.standing.value for each in found.indicators if not each.slug.startswith("bulk")}


def test_every_indicator_has_its_standing() -> None:
    assert standings(distribution(HOLDINGS, TARGETS)) == {
        "tvl": "over",
        "rest": "over",
        "apy": "fair",
        "apr": "low",
        "supply_rate": "low",
        "borrow_rate": "critical",
        "slippage": "missing",
        "funding_rate": "missing",
    }


@pytest.mark.parametrize(
    ("pairs", "of", "standing"),
    [(0, 100, "missing"), (1, 100, "critical"), (9, 9, "critical"), (10, 10, "low"), (99, 100, "low"),
     (100, 100, "over"), (100, 2_000, "fair"), (101, 2_000, "over")],
)  # fmt: skip
def test_the_edges_of_the_standings(pairs: int, of: int, standing: str) -> None:
    found = distribution([Holding(1, None, None, "tvl", pairs), Holding(1, None, None, "other", of - pairs)])

    assert standings(found)["tvl"] == standing


def test_spellings_of_one_indicator_are_one() -> None:
    tvl = next(each for each in distribution(HOLDINGS, TARGETS).indicators if each.slug == "tvl")

    assert (tvl.name, tvl.pairs, tvl.waves, tvl.sessions, tvl.target, tvl.short) == (
        "tvl", 1_050, (1, 2), (20, 30), 1_050, 0,
    )  # fmt: skip


def test_what_is_short_of_the_targets_is_summed() -> None:
    found = distribution(HOLDINGS, TARGETS)

    assert {each.slug: each.short for each in found.indicators if each.short} == {
        "borrow_rate": 41,
        "funding_rate": 100,
    }
    assert found.short == 141


@given(st.lists(st.sampled_from(HOLDINGS), max_size=40), st.randoms())
def test_every_table_holds_all_pairs_and_the_order_does_not_matter(
    holdings: list[Holding], random: object
) -> None:
    found = distribution(holdings)
    random.shuffle(holdings)  # type: ignore[attr-defined]

    assert distribution(holdings) == found
    for parts in (found.waves, found.categories, found.sessions, found.indicators):
        assert sum(each.pairs for each in parts) == found.pairs == sum(each.pairs for each in holdings)
        if found.pairs:
            assert sum(each.share for each in parts) == pytest.approx(1)
    assert sum(found.standings.values()) == len(found.indicators)


def test_numbers_are_in_their_order_and_pairs_without_a_name_at_the_end() -> None:
    assert [each.name for each in distribution(HOLDINGS).sessions] == ["9", "20", "30", "31", None]


def test_a_source_holds_what_the_content_rules_left_in_it() -> None:
    source = PlannedSource(
        "w2-s30-tvl", "t.json", "f", 30, "tvl", None, 100, 100, 90, None, (LeftOut("padding", "B", ((1, 10),)),)
    )

    assert holdings_of({2: [source]}) == [Holding(2, None, 30, "tvl", 90)]


def held(indicator: str, sha256: str, found: int, planned: int) -> PlannedSource:
    return PlannedSource(f"x-{indicator}", "f", sha256, 30, indicator, None, None, found, planned, None)


def test_a_file_that_several_waves_came_upon_is_held_once_by_the_one_that_sends_it() -> None:
    empty, tvl = held("slippage", "e", 0, 0), held("tvl", "t", 100, 0)
    sent, unread = held("tvl", "t", 100, 100), held("batch_001", "", 50, 0)

    found = holdings_of({3: [sent, empty, unread], 2: [tvl, empty, unread], 4: [tvl]})

    assert [(each.wave, each.indicator, each.pairs) for each in found] == [
        (2, "slippage", 0),
        (2, "batch_001", 50),
        (3, "tvl", 100),
        (3, "batch_001", 50),
    ]


def test_two_empty_files_of_two_indicators_are_two() -> None:
    found = holdings_of({2: [held("slippage", "e", 0, 0)], 3: [held("gas", "e", 0, 0)]})

    assert [(each.wave, each.indicator) for each in found] == [(2, "slippage"), (3, "gas")]


@pytest.mark.parametrize("wanted", [0, -1, True, 1.5, "100", None])
def test_a_target_that_is_no_number_of_pairs_is_refused(wanted: object) -> None:
    with pytest.raises(BadInputError, match="the target of tvl must be a whole number"):
        targets_of({"tvl": wanted})


def test_two_targets_of_one_indicator_are_refused() -> None:
    with pytest.raises(BadInputError, match="twice"):
        targets_of({"Borrow Rate": 5, "borrow_rate": 6})


def test_the_table_names_what_is_wrong() -> None:
    lines = distribution_lines(distribution(HOLDINGS, TARGETS))

    row = next(line for line in lines if line.startswith("borrow_rate"))
    assert row.split() == ["borrow_rate", "9", "0.3%", "critical", "50", "41", "lending", "31", "2"]
    assert "  2 missing: no pair at all" in lines
    assert "141 pairs short of the targets." in lines
    assert any(line.split() == ["-", "99", "2.9%"] for line in lines)


def test_a_narrow_terminal_keeps_the_numbers() -> None:
    lines = distribution_lines(distribution([Holding(2, "dex" * 9, 30, "x" * 90, 5)], TARGETS), 60)

    assert all(len(line) <= 60 for line in lines)
    assert any("critical" in line for line in lines)


def test_names_never_steer_the_terminal() -> None:
    found = distribution([Holding(2, "\x1b[2J", 30, "tvl\n\x1b]0;x\x07\u202e", 5)])

    assert all(line.isprintable() for line in distribution_lines(found))


def test_an_empty_ledger_says_what_to_do() -> None:
    assert distribution_lines(distribution([])) == [
        "The ledger holds no source yet; begin with `batchmill plan --wave N`."
    ]


def test_the_answer_in_json_has_every_part() -> None:
    said = msgspec.json.decode(msgspec.json.encode(distribution(HOLDINGS, TARGETS)))

    assert said["pairs"] == 3_368
    assert said["indicators"][0]["standing"] == "over"
