"""A report as a page of Markdown in which text is text: none of it can mark up the page or leave its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.one_line import one_line
from core.quality.review_pair import ReviewPair
from core.reports.blocks import Chart, Heading, Items, Sentence, Table
from core.reports.excerpts import excerpt, sides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.reports.blocks import Block, Report

#: Signs that mark up text wherever they stand, an underscore that is not within a word, and what makes an address
#: a link (`://`, `www.`, `@`).
_MARKUP = re.compile(
    r"[\\`*\[\]|~$<>&@!]"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|:(?=/)|(?<=www)\.",
    re.IGNORECASE,
)
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
#: What makes a line a heading, a list or a rule, where it stands at the beginning.
_LEADING = re.compile(r"^(\d*)(?=[.)](?:\s|$)|[#+\-=:])")
_FENCE = "```"


def text(value: str) -> str:
    """Return text that shows as itself as a line of its own, a heading or a list's item."""
    return _LEADING.sub(r"\1\\", cell(value))


def cell(value: str) -> str:
    """Return text that shows as itself in a table's cell: one line, and no sign of markup in it."""
    return _MARKUP.sub(lambda sign: _ENTITIES.get(sign[0], f"\\{sign[0]}"), one_line(value))


def markdown(report: Report) -> bytes:
    """Return the report as a page; the same report gives the same bytes."""
    parts = [f"# {text(report.title)}", text(standing(report))]
    parts += [part for block in report.blocks for part in _block(block)]
    return ("\n\n".join(parts) + "\n").encode()


def standing(report: Report) -> str:
    """Return the sentence that says up to where the report tells; `position_of` reads it again."""
    return f"As of event {report.position} of the ledger, recorded {report.as_of} UTC."


def position_of(page: bytes) -> int | None:
    """Return the position that a report was made at, by its own words; None where it has none."""
    found = re.search(rb"As of event (\d{1,18}) of the ledger", page)
    return int(found[1]) if found else None


def _block(block: Block) -> Iterable[str]:
    match block:
        case Heading():
            return [f"## {text(block.text)}"]
        case Sentence():
            return [text(block.text)]
        case Items():
            return ["\n".join(f"- {text(line)}" for line in block.lines)]
        case Table():
            return [f"{text(block.caption)}:", _table(block)]
        case ReviewPair():
            return _pair(block)
        case Chart():
            return []


def _table(block: Table) -> str:
    rules = ("---:" if place in block.right else "---" for place in range(len(block.headers)))
    rows = [f"| {' | '.join(map(cell, row))} |" for row in (block.headers, *block.rows)]
    return "\n".join([rows[0], f"|{'|'.join(rules)}|", *rows[1:]])


def _pair(pair: ReviewPair) -> list[str]:
    parts = [f"### {text(pair.pair_id)}"]
    for name, before, after in sides(pair):
        for when, shown in (("before", before), ("after", after)):
            parts += [f"{name} {when}:", _fenced(excerpt(shown))]
    return parts


def _fenced(shown: str) -> str:
    """Return text in a block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * max(len(_FENCE), longest + 1)
    return f"{fence}text\n{shown}\n{fence}"
