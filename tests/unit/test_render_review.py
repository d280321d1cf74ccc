"""The page of one pair: both texts, what differs, and nothing that steers the terminal."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cli.render.review import page_lines
from core.quality.review_pair import ReviewPair

SGR = re.compile("\x1b\\[[0-9;]*m")


def pair(**texts: str) -> ReviewPair:
    fields = {
        "question_before": "what is tvl",
        "answer_before": "Sure! TVL is value. It is locked.",
        "question_after": "What is TVL?",
        "answer_after": "TVL is value.\n\n- It is locked.\n- It moves.",
    }
    return ReviewPair(pair_id="s-001", category="dex", source="s", **(fields | texts))


def test_both_texts_stand_side_by_side_with_what_went_and_came() -> None:
    lines = [line for line in page_lines(pair(), 80) if line]

    assert re.fullmatch(r" +question before +question after", lines[0])
    assert re.fullmatch(r"- what is tvl +\+ What is TVL\?", lines[1])
    assert re.fullmatch(r"- Sure! TVL is value\. It is locked\. +TVL is value\.", lines[3])
    assert [line.strip() for line in lines[4:]] == ["+ - It is locked.", "+ - It moves."]


def test_the_sentences_that_differ_are_coloured_and_no_others() -> None:
    (line,) = (line for line in page_lines(pair(), 80, colour=True) if "It is locked." in line and "Sure" in line)

    assert "\x1b[31mSure!\x1b[0m TVL is value. \x1b[31mIt is locked.\x1b[0m" in line
    assert line.rstrip().endswith("TVL is value.")


def test_on_a_narrow_terminal_one_stands_under_the_other() -> None:
    lines = [line.strip() for line in page_lines(pair(), 40) if line]

    assert [
        line for line in lines if line in ("question before", "question after", "answer before", "answer after")
    ] == [
        "question before",
        "question after",
        "answer before",
        "answer after",
    ]


HOSTILE = (
    "\x1b[2J\x1b]0;title\x07", "\u202egnirts", "[bold red]markup[/] [link=http://x]", ":smile:", "a\tb\rc\x08\x08",
    "漢字かな" * 30, "x" * 300, "é" * 50, "\x85\u2028\u2029", "👩‍👩‍👧 🏳️‍🌈", "\x9b31m",
)  # fmt: skip


@given(
    st.lists(st.sampled_from(HOSTILE) | st.text(), min_size=4, max_size=4),
    st.integers(1, 200),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_text_steers_the_terminal_or_is_wider_than_it(texts: list[str], width: int, colour: bool) -> None:  # noqa: FBT001 - a case
    names = ("question_before", "answer_before", "question_after", "answer_after")
    lines = page_lines(pair(**dict(zip(names, texts, strict=True))), width, colour=colour)

    plain = [SGR.sub("", line) if colour else line for line in lines]
    assert all(line.isprintable() for line in plain)
    assert all(cell_len(line) <= max(width, 20) for line in plain)


def test_markup_and_emoji_names_in_a_text_are_shown_as_they_are() -> None:
    page = "\n".join(page_lines(pair(answer_after="[bold]x[/bold] :smile: \x1b[2J"), 120))

    assert r"[bold]x[/bold] :smile: \x1b[2J" in page


def test_every_word_of_both_texts_is_on_the_page() -> None:
    words = [f"word{number}" for number in range(400)]
    page = " ".join(page_lines(pair(answer_before=" ".join(words[:200]), answer_after=" ".join(words[200:])), 120))

    assert set(words) <= set(page.split())


def test_an_empty_text_is_said_to_be_empty() -> None:
    assert any("(empty)" in line for line in page_lines(pair(answer_after=""), 80))
