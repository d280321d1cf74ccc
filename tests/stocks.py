"""Inventories made of numbers alone, for tests that plan."""

from __future__ import annotations

from array import array
from typing import Any

import msgspec

from core.planning.inventory import Inventory, PairSizes, SourceStock, Stock

WAVE_2 = (
    ("borrow_rate", 31, 1),
    ("dex_to_cex_volume_ratio", 30, 100),
    ("dex_volume_24h", 30, 100),
    ("dex_volume_30d", 30, 100),
    ("dex_volume_7d", 30, 100),
    ("impermanent_loss", 31, 100),
    ("liquidity_pool_depth", 30, 100),
    ("slippage", 31, 0),
    ("supply_rate", 31, 100),
)


def source(indicator: str, session: int | None, found: int, **changes: Any) -> SourceStock:  # noqa: ANN401 - any field
    stock = SourceStock(
        path=f"{indicator}_qa_pairs.json",
        sha256=f"sha256 of {indicator}",
        size=found * 3_000,
        session=session,
        indicator=indicator,
        category="dex_metrics",
        claimed=found,
        found=found,
        repeated=0,
        question_characters=found * 90,
        answer_characters=found * 3_000,
        queries_executed=100,
        success_rate=f"{found}%",
        findings=(),
    )
    return msgspec.structs.replace(stock, **changes)


def stock_of(*sources: SourceStock) -> Stock:
    inventory = Inventory("inbox", sources, 0, sum(each.found for each in sources), 0, 0, 0, 0, 0)
    sizes = {
        each.path: PairSizes(array("I", [90] * each.found), array("I", [3_000] * each.found)) for each in sources
    }
    return Stock(inventory, sizes)


def wave_2() -> Stock:
    return stock_of(*(source(*row) for row in WAVE_2))
