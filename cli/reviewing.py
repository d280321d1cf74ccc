"""The review of a sample at a terminal: pair by pair, five marks and a comment, with a way back and a way out."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from cli.render.review import page_lines
from cli.render.text import clean, say
from core.one_line import one_line
from core.planning.naming import counted
from core.quality.scores import DIMENSIONS, HIGHEST, LONGEST_COMMENT, LOWEST, WEIGHTS, Score, scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from core.quality.review_pair import ReviewPair

HELP = (
    f"{LOWEST} is bad, {HIGHEST} is good; five digits at the first question give all marks at once.",
    "Enter keeps a mark or a comment that is shown in brackets.",
    "b goes back, s skips the pair, p shows the page again, q ends; what was scored is kept.",
)
#: Takes the comment of an earlier score away.
NO_COMMENT = "-"


class Reviewed(NamedTuple):
    """How a review ended: pairs of the sample, those scored by the reviewer in all, and scores given just now."""

    pairs: int
    scored: int
    given: int


class Screen(NamedTuple):
    """Where pages go: what prints a line, what tells the columns (None: no limit), and whether in colour."""

    say: Callable[[str], None] = say
    width: Callable[[], int | None] = lambda: None
    colour: bool = False


class _Wish(Enum):
    BACK = "b"
    SKIP = "s"
    PAGE = "p"
    QUIT = "q"
    HELP = "?"


class _Move(Enum):
    NEXT = auto()
    BACK = auto()
    QUIT = auto()


_WISHES = {wish.value: wish for wish in _Wish}
_MOVES = {_Wish.BACK: _Move.BACK, _Wish.QUIT: _Move.QUIT, _Wish.SKIP: _Move.NEXT}
_DIGITS = {str(mark) for mark in range(LOWEST, HIGHEST + 1)}


def review(  # noqa: PLR0913 - what it is told, what it asks, and where it shows
    pairs: Iterable[ReviewPair],
    given: Mapping[str, Score],
    record: Callable[[Score], None],
    reviewer: str,
    ask: Callable[[str], str],
    *,
    now: Callable[[], datetime],
    screen: Screen = Screen(),  # noqa: B008 - it holds nothing that changes
) -> Reviewed:
    """Show every pair that has no score yet, and record each score as soon as it is complete.

    `given` are the reviewer's scores so far by pair id. `ask` shows a prompt and returns what was typed; EOFError
    and KeyboardInterrupt from it end the review as `q` does. A score that is given again is recorded again.
    """
    session = _Session(list(pairs), dict(given), record, reviewer)
    return _Talk(session, ask, now, screen).run()


class _Session(NamedTuple):
    """The pairs, the scores by pair id as they stand, and what keeps one."""

    pairs: Sequence[ReviewPair]
    scores: dict[str, Score]
    record: Callable[[Score], None]
    reviewer: str

    def first_open(self, place: int) -> int:
        """Return the first place from `place` on whose pair has no score; the number of pairs if there is none."""
        places = range(place, len(self.pairs))
        return next((each for each in places if self.pairs[each].pair_id not in self.scores), len(self.pairs))

    def done(self) -> int:
        """Return how many pairs have a score."""
        return sum(pair.pair_id in self.scores for pair in self.pairs)


class _Talk:
    """One reviewer at one terminal."""

    def __init__(
        self, session: _Session, ask: Callable[[str], str], now: Callable[[], datetime], screen: Screen
    ) -> None:
        self._session = session
        self._ask = ask
        self._now = now
        self._screen = screen
        self._given = 0

    def run(self) -> Reviewed:
        pairs = self._session.pairs
        place = self._session.first_open(0)
        if place < len(pairs):
            self._say_all(HELP)
        try:
            while place < len(pairs):
                move = self._pair(place)
                if move is _Move.QUIT:
                    break
                place = self._session.first_open(place + 1) if move is _Move.NEXT else max(place - 1, 0)
        except (EOFError, KeyboardInterrupt):
            self._screen.say("")
        return self._ended()

    def _ended(self) -> Reviewed:
        size, done, reviewer = len(self._session.pairs), self._session.done(), clean(self._session.reviewer)
        if done == size:
            self._screen.say(f"All of {counted(size, 'pair')} scored by {reviewer}.")
        else:
            self._screen.say(f"{done} of {counted(size, 'pair')} scored by {reviewer}; the same command goes on.")
        return Reviewed(size, done, self._given)

    def _pair(self, place: int) -> _Move:
        """Show a pair and take its score; return where to go from there."""
        before = self._session.scores.get(self._session.pairs[place].pair_id)
        self._page(place, before)
        typed: list[int | str] = []
        while len(typed) <= len(DIMENSIONS):
            said = self._mark(typed, before) if len(typed) < len(DIMENSIONS) else self._comment(before)
            if isinstance(said, list):
                typed += said
            elif said is _Wish.PAGE:
                self._page(place, before)
            elif said is _Wish.BACK and typed:
                typed.pop()
            else:
                if said is _Wish.BACK and not place:
                    self._screen.say("This is the first pair.")
                return _MOVES[said]
        self._keep(place, typed)
        return _Move.NEXT

    def _keep(self, place: int, typed: Sequence[int | str]) -> None:
        pair_id = self._session.pairs[place].pair_id
        marks = [mark for mark in typed if isinstance(mark, int)]
        score = scored(self._session.reviewer, pair_id, marks, comment=str(typed[-1]), at=self._now())
        self._session.record(score)
        self._session.scores[pair_id] = score
        self._given += 1

    def _page(self, place: int, before: Score | None) -> None:
        pair, size, width = self._session.pairs[place], len(self._session.pairs), self._screen.width()
        about = ", ".join(each for each in (pair.category, pair.source) if each)
        head = ["", clean(f"pair {place + 1} of {size}: {pair.pair_id} ({about})")]
        if before is not None:
            marks = " ".join(map(str, before.marks))
            head.append(clean(f"scored before: {marks}{'; ' if before.comment else ''}{before.comment}"))
        self._say_all([*head, *page_lines(pair, width, colour=self._screen.colour), ""])

    def _mark(self, typed: Sequence[int | str], before: Score | None) -> list[int | str] | _Wish:
        """Ask for the next mark; the first question takes all five at once as well."""
        place = len(typed)
        name = DIMENSIONS[place]
        default = None if before is None else before.marks[place]
        shown = "" if default is None else f" [{default}]"
        while True:
            said = self._ask(f"{name.replace('_', ' ')}, {WEIGHTS[name]} %{shown}: ").strip()
            if not said and default is not None:
                return [default]
            if _are_marks(said) and (len(said) == 1 or (len(said) == len(DIMENSIONS) and not place)):
                return [int(digit) for digit in said]
            wish = self._wish(said)
            if wish is not None:
                return wish
            if _WISHES.get(said.casefold()) is not _Wish.HELP:
                self._screen.say(f"Type a whole number from {LOWEST} to {HIGHEST}, or ? for help.")

    def _comment(self, before: Score | None) -> list[int | str] | _Wish:
        default = before.comment if before else ""
        shown = f" [{clean(default)}; {NO_COMMENT} takes it away]" if default else " (Enter for none)"
        while True:
            said = one_line(self._ask(f"comment{shown}: "))
            wish = self._wish(said)
            if wish is not None:
                return wish
            if len(said) > LONGEST_COMMENT:
                self._screen.say(f"That is {len(said):,} characters; {LONGEST_COMMENT:,} are the most.")
            elif _WISHES.get(said.casefold()) is not _Wish.HELP:
                return ["" if said == NO_COMMENT else said or default]

    def _wish(self, said: str) -> _Wish | None:
        """Return what was wished for instead of an answer; help is given at once, and nothing more is wished."""
        wish = _WISHES.get(said.casefold())
        if wish is _Wish.HELP:
            self._say_all(HELP)
            return None
        return wish

    def _say_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._screen.say(line)


def _are_marks(said: str) -> bool:
    return bool(said) and all(digit in _DIGITS for digit in said)


def typed_at_terminal(prompt: str) -> str:
    """Show a prompt and return the line that is typed; what is not UTF-8 in it becomes `?`."""
    return input(prompt).encode("utf-8", "replace").decode()
