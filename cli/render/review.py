"""One pair before and after, side by side, as wide as the terminal; nothing in a text can steer it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.differences import sentences
from cli.render.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from core.quality.review_pair import ReviewPair

#: How wide a page is where nobody says, and the narrowest that two texts stand side by side in.
USUAL, NARROW = 100, 72
#: Below this nothing can be read.
NARROWEST = 20
TAB = 4
BEFORE, AFTER = "before", "after"
#: Stand before a line with something that the other text has not.
MARKS = {BEFORE: "-", AFTER: "+"}
STYLES = {BEFORE: "red", AFTER: "green"}


def page_lines(pair: ReviewPair, width: int | None = None, *, colour: bool = False) -> list[str]:
    """Return question and answer before and after: side by side, or one under the other where that is too narrow.

    Lines stay as the texts have them, and are marked where they differ: `-` went, `+` came. No line is wider than
    `width` columns, of which wide characters take two. But for colours that were asked for, lines are printable.
    """
    across = max(width or USUAL, NARROWEST)
    lines: list[str] = []
    for name, before, after in (
        ("question", pair.question_before, pair.question_after),
        ("answer", pair.answer_before, pair.answer_after),
    ):
        sides = {BEFORE: _side(before, after, BEFORE), AFTER: _side(after, before, AFTER)}
        if across >= NARROW:
            lines += ["", *_printed(_beside(name, sides), across, colour=colour)]
        else:
            for side, rows in sides.items():
                lines += ["", *_printed(_column(f"{name} {side}", rows), across, colour=colour)]
    return lines


def _side(text: str, other: str, side: str) -> list[tuple[str, Text]]:
    """Return the lines of a text, each with its mark; the sentences that the other text has not are coloured."""
    lines = text.expandtabs(TAB).splitlines()
    known = set(sentences(other.expandtabs(TAB)))
    return [_line(line.rstrip(), known, side) for line in lines] or [("", Text("(empty)"))]


def _line(line: str, known: set[str], side: str) -> tuple[str, Text]:
    shown, mark, done = Text(), "", 0
    for sentence in sentences(line):
        start = line.find(sentence, done)
        shown.append(clean(line[done:start]))
        done = start + len(sentence)
        if sentence in known:
            shown.append(clean(sentence))
        else:
            mark = MARKS[side]
            shown.append(clean(sentence), style=STYLES[side])
    shown.append(clean(line[done:]))
    return mark, shown


def _column(title: str, rows: list[tuple[str, Text]]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=True, expand=True)
    table.add_column("", width=1, no_wrap=True)
    table.add_column(Text(title), ratio=1, overflow="fold")
    for mark, line in rows:
        table.add_row(Text(mark), line)
    return table


def _beside(name: str, sides: dict[str, list[tuple[str, Text]]]) -> Table:
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    table.add_row(*(_column(f"{name} {side}", rows) for side, rows in sides.items()))
    return table


def _printed(drawn: RenderableType, across: int, *, colour: bool) -> Iterator[str]:
    sink = io.StringIO()
    console = Console(
        file=sink,
        width=across,
        color_system="standard" if colour else None,
        force_terminal=colour,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    console.print(drawn)
    return (line.rstrip() for line in sink.getvalue().splitlines())
