"""A report as one HTML page that needs nothing else: its style and its charts stand in it, and no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from core.one_line import one_line
from core.quality.review_pair import ReviewPair
from core.reports.blocks import Chart, Heading, Items, Sentence, Table
from core.reports.charts.draw import draw
from core.reports.excerpts import excerpt, sides
from core.reports.markdown import standing
from core.reports.style import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.reports.blocks import Block, Report

#: Lets a browser load nothing and run nothing, whatever the page holds.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

_RIGHT = ' class="right"'


def page(report: Report) -> bytes:
    """Return the report as a page; the same report gives the same bytes."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{_text(report.title)}</title><style>{STYLE}</style></head><body>",
        f"<header><h1>{_text(report.title)}</h1><p>{_text(standing(report))}</p>{_contents(report)}</header><main>",
        *_blocks(report.blocks),
        "</main></body></html>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _contents(report: Report) -> str:
    heads = [block.text for block in report.blocks if isinstance(block, Heading)]
    links = "".join(f'<a href="#part-{place}">{_text(name)}</a>' for place, name in enumerate(heads, 1))
    return f'<nav aria-label="Contents">{links}</nav>' if links else ""


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    part = chart = 0
    for block in blocks:
        match block:
            case Heading():
                part += 1
                yield f'<h2 id="part-{part}">{_text(block.text)}</h2>'
            case Sentence():
                yield f"<p>{_text(block.text)}</p>"
            case Items():
                yield f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in block.lines)}</ul>"
            case Table():
                yield _table(block)
            case ReviewPair():
                yield _pair(block)
            case Chart():
                chart += 1
                yield _chart(block, chart)


def _table(block: Table) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        drawn = (
            f"<{tag}{scope}{_RIGHT if place in block.right else ''}>{_text(cell)}</{tag}>"
            for place, cell in enumerate(cells)
        )
        return f"<tr>{''.join(drawn)}</tr>"

    body = "\n".join(row(cells, "td") for cells in block.rows)
    caption = f"<caption>{_text(block.caption)}</caption>" if block.caption else ""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{_text(block.caption)}"><table>{caption}'
        f"<thead>{row(block.headers, 'th')}</thead><tbody>{body}</tbody></table></div>"
    )


def _pair(pair: ReviewPair) -> str:
    columns = "".join(
        f'<div><h4>{name} before</h4><div class="text" tabindex="0">{_lines(before)}</div></div>'
        f'<div><h4>{name} after</h4><div class="text" tabindex="0">{_lines(after)}</div></div>'
        for name, before, after in sides(pair)
    )
    return f'<article><h3>{_text(pair.pair_id)}</h3><div class="pair">{columns}</div></article>'


def _chart(chart: Chart, number: int) -> str:
    shapes, width, height = draw(chart.drawing)
    named = f'aria-labelledby="chart-{number} chart-{number}-words"'
    return (
        f'<figure><figcaption>{_text(chart.title)}</figcaption><svg viewBox="0 0 {width} {height}" '
        f'role="img" {named}><title id="chart-{number}">{_text(chart.title)}</title>'
        f'<desc id="chart-{number}-words">{_text(chart.description)}</desc>{shapes}</svg></figure>'
    )


def _text(value: str) -> str:
    return escape(one_line(value))


def _lines(text: str) -> str:
    """Return a text of many lines, each with its direction of its own, so that none turns another around."""
    return "\n".join(escape(line) for line in excerpt(text).split("\n"))
