"""The emulated judge: it marks two texts by their form alone, whichever stands first, the same way every time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.editing import refine_answer, refine_question
from adapters.emulator.wire import field, text_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.emulator.wire import Message

_FULL_ANSWER = 3000
_USE = re.compile(r"\b(?:example|trader|strategy|signal|use|risk)", re.IGNORECASE)
_LINES = 4
_LOWEST, _HIGHEST = 1, 5


class Marks(msgspec.Struct, frozen=True):
    """Marks of 1 to 5. The emulator knows nothing about truth: every text gets the same for accuracy."""

    technical_accuracy: int
    clarity: int
    depth: int
    practical_use: int
    tone: int


class Judgement(msgspec.Struct, frozen=True):
    """One pair in the form that the judging prompt asks for."""

    pair_id: object
    reasons: str
    scores_a: Marks
    scores_b: Marks
    preferred: str


def judges(pairs: Sequence[Message]) -> bool:
    """Return whether these pairs are to be judged, since each has two texts."""
    return all(isinstance(pair.get(name), dict) for pair in pairs for name in ("text_a", "text_b"))


def judge(pairs: Sequence[Message]) -> list[Judgement]:
    """Return each pair judged, in order."""
    return [_judged(pair) for pair in pairs]


def _judged(pair: Message) -> Judgement:
    a, b = (_marks(field(pair, name)) for name in ("textA", "textB"))
    one, other = (sum(msgspec.structs.astuple(marks)) for marks in (a, b))
    preferred = "tie" if one == other else "A" if one > other else "B"
    reasons = f"Judged by form alone (emulated): A comes to {one} of 25 points, B to {other}."
    return Judgement(pair["pair_id"], reasons, a, b, preferred)


def _marks(text: Message) -> Marks:
    question, answer = text_field(text, "question"), text_field(text, "answer")
    small_talk = refine_answer(answer)[1]
    return Marks(
        technical_accuracy=4,
        clarity=_mark(2 + min(2, answer.count("\n") // _LINES) + (refine_question(question) == question)),
        depth=_mark(1 + 4 * len(answer) // _FULL_ANSWER),
        practical_use=_mark(2 + len({found.lower() for found in _USE.findall(answer)})),
        tone=_mark(5 - 2 * sum(made.startswith("Removed") for made in small_talk)),
    )


def _mark(points: int) -> int:
    return max(_LOWEST, min(_HIGHEST, points))
