"""Tables that heed the terminal's width: names give way, numbers never."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from cli.render.text import clean, table

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The narrowest that a column of names is cut to.
NARROWEST = 12
#: The most digits of a width that anybody has.
DIGITS = 5
#: Columns between two columns of a table.
GAP = 2


class Fit(NamedTuple):
    """What gives way: texts of the column `cut`, and whole columns of `spare`, the first one first."""

    cut: str
    spare: tuple[str, ...]
    right: frozenset[str]


def columns() -> int | None:
    """Return how wide a line may be: what COLUMNS says, or the terminal; None where nobody looks at columns."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdecimal() and len(said) <= DIGITS and int(said):
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):
        return None


def fitted(
    headers: Sequence[str], rows: Sequence[Sequence[object]], fit: Fit, width: int | None = None
) -> list[str]:
    """Return a table that is no wider than `width` (None: as wide as it is), as far as names can give way.

    Spare columns are left out, and said to be, until the names that are cut keep 12 columns.
    """
    cells = {
        header: ["" if row[place] is None else clean(str(row[place])) for row in rows]
        for place, header in enumerate(headers)
    }
    widths = {header: max(map(len, [header, *texts])) for header, texts in cells.items()}
    shown = list(headers)
    least = min(NARROWEST, widths[fit.cut])
    for header in fit.spare:
        if _room(shown, widths, fit.cut, width) < least:
            shown.remove(header)
    most = max(_room(shown, widths, fit.cut, width), least)
    cells[fit.cut] = [text if len(text) <= most else f"{text[: most - 1]}…" for text in cells[fit.cut]]
    places = [place for place, header in enumerate(shown) if header in fit.right]
    lines = table(shown, list(zip(*(cells[header] for header in shown), strict=True)), right=places)
    missing = [header for header in headers if header not in shown]
    return lines + ([f"(a wider terminal shows {', '.join(missing)} too)"] if missing else [])


def _room(shown: Sequence[str], widths: dict[str, int], cut: str, width: int | None) -> int:
    """Return the columns that are left for the texts that may be cut."""
    others = sum(widths[header] + GAP for header in shown if header != cut)
    return widths[cut] if width is None else min(widths[cut], width - others)
