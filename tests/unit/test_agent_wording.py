"""Sentences reach an agent with the names of its tools; what has none is the user's to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.mcp.catalogue import TOOLS
from cli.mcp.wording import BY_THE_USER, as_tools


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("run `batchmill plan --wave 2` first", "run `plan` with wave=2 first"),
        ("`batchmill status` shows those it has", "`status` shows those it has"),
        ("next: `batchmill run`.", "next: `drive`."),
        (
            "waits for its approval (`batchmill approve --wave 2`)",
            "waits for its approval (`submit` of its batches)",
        ),
        ("look at `batchmill history 207`", "look at `history` with subject=207"),
        ("`batchmill balance --which given_up` lists them", "`balance` with which=given_up lists them"),
        ("`batchmill submit 205 206`, sends it", "`submit` with first=205, last=206, sends it"),
        (
            "`batchmill accept --wave 1 --reason …` reverses that",
            "`accept` with wave=1, reason=… reverses that",
        ),
        ("plan again with --replace", "plan again with `replace`"),
        ("--depends-on x: give the number of a wave", "`depends_on` x: give the number of a wave"),
        ("a file called --wave-of-data.json", "a file called --wave-of-data.json"),
        ("`batchmill retry x1` sends it again", f"`batchmill retry x1` sends it again; {BY_THE_USER}"),
        (
            "`batchmill release --wave 2` lets it go now",
            f"`batchmill release --wave 2` lets it go now; {BY_THE_USER}",
        ),
        ("`batchmill history --verify` tells", f"`batchmill history --verify` tells; {BY_THE_USER}"),
        ("nothing to say", "nothing to say"),
        ("run `batchmill corpus build` first", "run `corpus_build` first"),
        ("`batchmill corpus build --wave N` takes it", "`corpus_build` with waves=[N] takes it"),
        ("`batchmill corpus embed` first", f"`batchmill corpus embed` first; {BY_THE_USER}"),
    ],
)
def test_commands_are_told_as_tools_where_there_are_such(said: str, told: str) -> None:
    assert as_tools(said) == told
    assert as_tools(told) == told


@given(st.text("`batchmill run-history 2='\"", max_size=60))
def test_any_words_are_told_somehow(said: str) -> None:
    assert len(as_tools(said)) >= 0


def test_every_tool_that_a_sentence_may_name_is_one() -> None:
    for command in (
        "run",
        "cancel 205",
        "inventory",
        "plan --wave 2",
        "history 205",
        "status 205",
        "cost --by wave",
    ):
        tool = as_tools(f"`batchmill {command}`").split("`")[1]
        assert tool in TOOLS
