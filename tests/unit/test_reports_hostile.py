"""No tag, link, heading or script comes out of what a report shows, whatever that is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.reports.blocks import Chart, Heading, Items, Report, Sentence, Table
from core.reports.charts.drawing import Beside, Distribution, HeatMap, Parts
from core.reports.markdown import markdown, position_of
from core.reports.page import page
from tests.reports import review_pair

PIECES = (
    *("<script>alert(1)</script>", "</svg>", "<!--", "<a href=x>", "&lt;", "&#60;img&#62;", '" onload="x', "'"),
    *("```", "````text", "~~~", "`", "``", "|", "\\|", "\\", "**b**", "__u__", "_i_", "~~s~~", "$x$"),
    *("# h", "#", "- item", "+ item", "1. item", "2)", "---", "===", "> quote", "[a](http://x)", "![i](x)"),
    *("<http://x>", "http://example.org", "www.example.org", "a@example.org", "[r]: http://x", "[^1]"),
    *(
        "\n",
        "\r\n",
        "\u2028",
        "\x85",
        "\t",
        "    ",
        "\u202e",
        "\u2066",
        "\u200f",
        "\x1b[31m",
        "\x00",
        "\ud7ff",
        "ü",
        "值",
    ),
    *("As of event 1 of the ledger", "snake_case", "2.5 %", "-", ":", "!", "a"),
)
hostile = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=8).map("".join)


def report(text: str) -> Report:
    two = (text, text)
    charts = (
        Distribution(two, text, (1, 2), (2, 1)),
        HeatMap(two, two, (two, two), ((1.0, -1.0), (0.0, 0.5))),
        Parts(two, (("refined", text), ("open", text)), ((1, 0), (1, 1))),
        Beside(two, (1.0, 2.0), (2.0, 1.0), (two, two)),
    )
    return Report(
        text,
        42,
        "2026-11-02 12:00:00",
        (
            Heading(text),
            Sentence(text),
            Items(two),
            Table(text, two, (two, two), frozenset({1})),
            *(Chart(text, text, drawing) for drawing in charts),
            review_pair(text, text),
        ),
    )


class Tags(HTMLParser):
    """Notes every tag with the names of its attributes, and what stands in them but for places."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.seen.append((f"/{tag}", ()))

    def handle_comment(self, data: str) -> None:
        self.seen.append(("comment", (data,)))


def tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(page(report(text)).decode())
    parser.close()
    return parser.seen


def tokens(text: str) -> list[str]:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown(report(text)).decode())
    return [
        child.type
        for token in parsed
        for child in (token, *(token.children or ()))
        if child.type not in {"text", "text_special", "inline"}
    ]


@given(hostile.filter(str.strip))
def test_a_page_has_the_tags_that_it_has_for_harmless_text(text: str) -> None:
    assert tags(text) == tags("harmless")


@given(hostile.filter(lambda text: any(char.isprintable() and not char.isspace() for char in text)))
def test_a_markdown_page_has_the_marks_that_it_has_for_harmless_text(text: str) -> None:
    assert tokens(text) == tokens("harmless")


@pytest.mark.parametrize("piece", PIECES)
def test_every_hostile_piece_alone_marks_up_nothing(piece: str) -> None:
    text = f"{piece} and {piece}"
    assert tags(text) == tags("harmless")
    assert tokens(text) == tokens("harmless")


@given(hostile)
def test_no_address_stands_open_outside_of_a_fence(text: str) -> None:
    said = markdown(report(text)).decode()
    outside = re.sub(r"(?sm)^(`{3,})text\n.*?^\1$", "", said)
    assert not re.search(r"(?i)https?://|www\.|[^\\]@", outside)


@given(hostile)
def test_nothing_that_steers_a_screen_reaches_a_report(text: str) -> None:
    for content in (markdown(report(text)), page(report(text))):
        assert all(char.isprintable() or char == "\n" for char in content.decode())


@given(hostile)
def test_the_position_that_a_report_names_is_its_own(text: str) -> None:
    assert position_of(markdown(report("harmless"))) == 42
    assert position_of(page(report("harmless"))) == 42
    if "As of event" not in text:
        assert position_of(page(report(text))) == 42


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    said = page(report("harmless")).decode()
    assert "default-src 'none'" in said
    assert not re.search(r"<script|<link|<img|<iframe|javascript:|url\(|@import|https?://|\son\w+=", said)


def test_every_chart_has_a_title_and_a_description() -> None:
    said = page(report("harmless")).decode()
    pictures = re.findall(r"<svg .*?</svg>", said)
    assert len(pictures) == 4
    for picture in pictures:
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', picture)
        assert named
        assert f'<title id="{named[1]}">harmless</title>' in picture
        assert f'<desc id="{named[2]}">harmless</desc>' in picture
