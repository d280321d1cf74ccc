"""What a report is made of: headings, sentences, tables, pairs beside each other, and charts.

Every string in it is text and nothing else. Whoever writes a report as Markdown or HTML escapes all of them, so no
part of a report has to know which of its words came from data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.quality.review_pair import ReviewPair
from core.reports.charts.drawing import Drawing  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What stands in a cell that has nothing to say.
NOTHING = "-"
#: Rows of a table before the rest is only counted.
MOST_ROWS = 300


class Heading(msgspec.Struct, frozen=True):
    """The heading of a part; a report's title is above all of them."""

    text: str


class Sentence(msgspec.Struct, frozen=True):
    """A paragraph of its own."""

    text: str


class Items(msgspec.Struct, frozen=True):
    """A list of sentences."""

    lines: tuple[str, ...]


class Table(msgspec.Struct, frozen=True):
    """Rows under headers; columns in `right` are aligned at their right ends. `caption` says what it shows."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()


class Chart(msgspec.Struct, frozen=True):
    """A picture of figures that also stand in a table beside it; a Markdown page goes without."""

    title: str
    description: str
    drawing: Drawing


Block = Heading | Sentence | Items | Table | ReviewPair | Chart


class Report(msgspec.Struct, frozen=True):
    """A whole report; `position` is the place in the ledger up to which it tells."""

    title: str
    position: int
    as_of: str
    blocks: tuple[Block, ...]


def table(
    caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()
) -> list[Block]:
    """Return a table of any values (None: nothing), and how many rows more there would have been."""
    cells = [tuple(NOTHING if value in {None, ""} else str(value) for value in row) for row in rows]
    blocks: list[Block] = [Table(caption, tuple(headers), tuple(cells[:MOST_ROWS]), frozenset(right))]
    if len(cells) > MOST_ROWS:
        blocks.append(Sentence(f"… and {len(cells) - MOST_ROWS:,} more."))
    return blocks


def facts(caption: str, pairs: Iterable[tuple[str, object]]) -> list[Block]:
    """Return a table of names and values."""
    return table(caption, ("what", "figure"), pairs)
