"""The review at a terminal, driven by what is typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.reviewing import Reviewed, Screen, review
from core.quality.review_pair import ReviewPair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.scores import Score

AT = datetime(2026, 11, 3, tzinfo=UTC)


def pair(number: int) -> ReviewPair:
    return ReviewPair(
        pair_id=f"s-{number:03d}",
        category="dex",
        source="s",
        question_before="what is tvl",
        answer_before="TVL.",
        question_after="What is TVL?",
        answer_after="TVL is value.",
    )


class Typist:
    """Types prepared lines, and ends the input after them."""

    def __init__(self, typed: str) -> None:
        self.lines = iter(typed.split("|"))
        self.prompts: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        line = next(self.lines, None)
        if line is None:
            raise EOFError
        if line == "^C":
            raise KeyboardInterrupt
        return line


class Table:
    """A table with a sample of pairs on it, at which people review."""

    def __init__(self, pairs: int = 3) -> None:
        self.pairs = [pair(number) for number in range(1, pairs + 1)]
        self.recorded: list[Score] = []
        self.said: list[str] = []
        self.prompts: list[str] = []
        self._clock = self._moments()

    def type(self, typed: str) -> Reviewed:
        typist = Typist(typed)
        given = {score.pair_id: score for score in self.recorded}
        screen = Screen(say=self.said.append, width=lambda: 80)
        try:
            return review(
                iter(self.pairs),
                given,
                self.recorded.append,
                "ann",
                typist,
                now=lambda: next(self._clock),
                screen=screen,
            )
        finally:
            self.prompts = typist.prompts

    @property
    def marks(self) -> dict[str, str]:
        return {score.pair_id: "".join(map(str, score.marks)) + score.comment for score in self.recorded}

    @staticmethod
    def _moments() -> Iterator[datetime]:
        moment = AT
        while True:
            moment += timedelta(minutes=1)
            yield moment


def test_five_marks_and_a_comment_are_a_score() -> None:
    table = Table(1)

    assert table.type("5|4|3|2|1| fine = \t good ") == Reviewed(1, 1, 1)
    (score,) = table.recorded
    assert (score.marks, score.comment, score.reviewer, score.pair_id) == (
        (5, 4, 3, 2, 1),
        "fine = good",
        "ann",
        "s-001",
    )
    assert table.prompts == [
        "technical accuracy, 35 %: ",
        "clarity, 25 %: ",
        "depth, 20 %: ",
        "practical use, 15 %: ",
        "tone, 5 %: ",
        "comment (Enter for none): ",
    ]
    assert table.said[-1] == "All of 1 pair scored by ann."


def test_five_digits_at_once_are_all_marks() -> None:
    table = Table(2)
    table.type("54321||11111|bad")

    assert table.marks == {"s-001": "54321", "s-002": "11111bad"}


@pytest.mark.parametrize("odd", ["", "0", "6", "55", "543210", "x", "\u0664", "4.0", "-1", "54326"])
def test_what_is_no_mark_is_asked_again(odd: str) -> None:
    table = Table(1)
    table.type(f"{odd}|4|4|4|4|4|")

    assert table.marks == {"s-001": "44444"}
    assert table.said.count("Type a whole number from 1 to 5, or ? for help.") == 1


def test_five_digits_are_taken_at_the_first_question_alone() -> None:
    table = Table(1)
    table.type("3|54321|4|4|4|4|")

    assert table.marks == {"s-001": "34444"}


def test_b_goes_back_to_the_question_before_and_then_to_the_pair_before() -> None:
    table = Table(2)
    table.type("5|5|b|b|1|2|3|4|5|b|4||33333|b|1|| b |22222|x")

    assert [(score.pair_id, "".join(map(str, score.marks))) for score in table.recorded] == [
        ("s-001", "12344"),
        ("s-002", "33331"),
    ]


def test_going_back_to_a_scored_pair_shows_its_score_and_enter_keeps_each_part() -> None:
    table = Table(2)
    table.type("54321|good|b|||1||||33333|")

    assert [(score.pair_id, "".join(map(str, score.marks)), score.comment) for score in table.recorded] == [
        ("s-001", "54321", "good"),
        ("s-001", "54121", "good"),
        ("s-002", "33333", ""),
    ]
    assert "scored before: 5 4 3 2 1; good" in table.said
    assert "depth, 20 % [3]: " in table.prompts
    assert "comment [good; - takes it away]: " in table.prompts


def test_a_comment_can_be_taken_away() -> None:
    table = Table(2)
    table.type("54321|good|b|||||| -")

    assert [score.comment for score in table.recorded] == ["good", ""]


def test_back_at_the_first_pair_stays_there() -> None:
    table = Table(1)
    table.type("b|54321|")

    assert "This is the first pair." in table.said
    assert table.marks == {"s-001": "54321"}


def test_a_skipped_pair_is_left_open_and_comes_again_the_next_time() -> None:
    table = Table(3)

    assert table.type("s|11111||s") == Reviewed(3, 1, 1)
    assert table.said[-1] == "1 of 3 pairs scored by ann; the same command goes on."
    assert table.type("22222||33333|") == Reviewed(3, 3, 2)
    assert table.marks == {"s-002": "11111", "s-001": "22222", "s-003": "33333"}


@pytest.mark.parametrize("end", ["q", "^C", "5|5|q", "5|5|^C", "54321|q", "54321|^C", "54321"])
def test_leaving_keeps_what_is_complete_and_the_next_time_goes_on_there(end: str) -> None:
    table = Table(3)
    table.type(f"11111||{end}")

    assert table.marks == {"s-001": "11111"}
    table.type("22222||33333|")
    assert list(table.marks) == ["s-001", "s-002", "s-003"]
    assert any(line.startswith("pair 2 of 3: s-002 (dex, s)") for line in table.said)


def test_when_all_is_scored_nothing_is_asked() -> None:
    table = Table(1)
    table.type("11111|")

    assert table.type("") == Reviewed(1, 1, 0)
    assert table.prompts == []


def test_help_and_the_page_can_be_asked_for_at_any_question() -> None:
    table = Table(1)
    table.type("?|p|5|?|4|3|2|1|p|?|fine")

    assert table.marks == {"s-001": "54321fine"}
    assert sum(line.startswith("pair 1 of 1") for line in table.said) == 3
    assert sum(line.startswith("b goes back") for line in table.said) == 4


def test_a_comment_that_is_too_long_is_asked_again() -> None:
    table = Table(1)
    table.type(f"54321|{'x' * 2_001}|short")

    assert table.marks == {"s-001": "54321short"}
    assert "That is 2,001 characters; 2,000 are the most." in table.said


def test_a_score_that_cannot_be_kept_stops_the_review() -> None:
    def full(score: Score) -> None:
        raise OSError(score.pair_id)

    with pytest.raises(OSError, match="s-001"):
        review([pair(1)], {}, full, "ann", Typist("54321|"), now=lambda: AT, screen=Screen(say=lambda _: None))


WORDS = st.sampled_from(["b", "s", "p", "?", "", "1", "5", "54321", "x", "q", "^C", "-", "words", "\x1b[A"])


@given(st.lists(WORDS, max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_is_typed_every_score_is_whole_and_no_pair_is_lost(typed: list[str]) -> None:
    table = Table(3)
    ended = table.type("|".join(typed))

    assert ended.given == len(table.recorded)
    assert ended.scored == len(table.marks) <= ended.pairs == 3
    assert all(line.isprintable() for line in table.said)
    table.type("|".join(["33333", ""] * 3))
    assert set(table.marks) == {"s-001", "s-002", "s-003"}
