"""How the data is spread, as tables: indicators with their standing, then categories, sessions and waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.fitting import Fit, fitted
from cli.render.text import table
from core.planning.naming import counted
from core.quality.distribution import LOW_BELOW, OVER_SHARE, Standing
from core.quality.requests import CRITICAL_BELOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.distribution import Distribution, IndicatorPart, Part

FIT = Fit(
    cut="indicator",
    spare=("waves", "sessions", "categories"),
    right=frozenset({"pairs", "share", "target", "short"}),
)

#: What the table of standings says beside each number.
MEANING = {
    Standing.MISSING: "no pair at all",
    Standing.CRITICAL: f"fewer than {CRITICAL_BELOW} pairs",
    Standing.LOW: f"{CRITICAL_BELOW} to {LOW_BELOW - 1} pairs",
    Standing.OVER: f"more than {OVER_SHARE:.0%} of all pairs",
    Standing.FAIR: "neither",
}


def distribution_lines(found: Distribution, width: int | None = None) -> list[str]:
    """Return the tables; `width` is the terminal's (None: no limit). Names from data are shown as text."""
    if not found.indicators:
        return ["The ledger holds no source yet; begin with `batchmill plan --wave N`."]
    rows = [_row(each) for each in found.indicators]
    headers = ("indicator", "pairs", "share", "standing", "target", "short", "categories", "sessions", "waves")
    lines = [*fitted(headers, rows, FIT, width), "", *_summed(found)]
    for name, parts in (("category", found.categories), ("session", found.sessions), ("wave", found.waves)):
        lines += ["", *_part_table(name, parts)]
    return lines


def _row(each: IndicatorPart) -> tuple[object, ...]:
    return (
        each.name,
        each.pairs,
        f"{each.share:.1%}",
        each.standing.value,
        each.target,
        each.short or None,
        _listed(each.categories),
        _listed(each.sessions),
        _listed(each.waves),
    )


def _summed(found: Distribution) -> list[str]:
    lines = [f"{counted(found.pairs, 'pair')} of {counted(len(found.indicators), 'indicator')}"]
    lines += [
        f"  {found.standings[standing.value]} {standing.value}: {meaning}"
        for standing, meaning in MEANING.items()
        if found.standings[standing.value]
    ]
    if found.short:
        lines.append(f"{counted(found.short, 'pair')} short of the targets.")
    return lines


def _part_table(name: str, parts: Sequence[Part]) -> list[str]:
    rows = [("-" if each.name is None else each.name, each.pairs, f"{each.share:.1%}") for each in parts]
    return table((name, "pairs", "share"), rows, right=(1, 2))


def _listed(values: Sequence[object]) -> str | None:
    return ", ".join(map(str, values)) or None
