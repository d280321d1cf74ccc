"""The order of sources and the keys that their pair ids start with."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.planning.inventory import SourceStock
from core.planning.naming import slug, source_keys
from core.planning.order import in_order


def source(indicator: str, session: int | None = 30, path: str | None = None) -> SourceStock:
    return SourceStock(
        path or f"{indicator}.json", "sha", 1, session, indicator, None, None, 1, 0, 1, 1, None, None, ()
    )


def ordered(*sources: SourceStock) -> list[str]:
    return [each.indicator for each in in_order(sources)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("dex_volume_24h", "dex_volume_24h"), ("DEX Volume (24h)", "dex_volume_24h"), ("Café--Rate ", "cafe_rate")],
)
def test_a_slug_is_plain(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text())
def test_every_name_has_a_short_safe_slug(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,100}", slug(name))


def test_names_without_a_latin_letter_have_different_slugs() -> None:
    assert slug("流动性") != slug("滑点")


def test_keys_carry_wave_session_and_indicator() -> None:
    keys = source_keys(2, [source("dex_volume_24h"), source("slippage", None)])
    assert list(keys.values()) == ["w2-s30-dex_volume_24h", "w2-x-slippage"]


def test_colliding_slugs_are_numbered_by_path() -> None:
    clash = [source("Supply Rate", path="b"), source("supply-rate", path="a"), source("supply_rate_2", path="c")]
    expected = {"a": "w2-s30-supply_rate", "b": "w2-s30-supply_rate_3", "c": "w2-s30-supply_rate_2"}
    assert source_keys(2, clash) == source_keys(2, clash[::-1]) == expected


@given(st.lists(st.tuples(st.text(max_size=4), st.sampled_from([None, 1, 11])), max_size=8), st.integers(1, 20))
def test_no_two_sources_share_a_key(drawn: list[tuple[str, int | None]], wave: int) -> None:
    sources = [source(name, session, f"{place}.json") for place, (name, session) in enumerate(drawn)]
    keys = source_keys(wave, sources)
    assert len(set(keys.values())) == len(keys) == len(sources)


def test_sessions_are_in_order_and_sources_without_one_last() -> None:
    assert ordered(source("a", None), source("b", 31), source("c", 30)) == ["c", "b", "a"]


def test_families_of_time_windows_stand_first_by_length() -> None:
    names = ["fees_1h", "dex_volume_7d", "apy_30d", "dex_volume_24h", "a", "apy_1w", "dex_volume_30d"]
    expected = ["apy_1w", "apy_30d", "dex_volume_24h", "dex_volume_7d", "dex_volume_30d", "a", "fees_1h"]
    assert ordered(*(source(name) for name in names)) == expected


def test_a_window_in_another_session_makes_no_family() -> None:
    assert ordered(source("z_24h", 30), source("z_7d", 31), source("a", 30)) == ["a", "z_24h", "z_7d"]
