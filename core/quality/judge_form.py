"""The form of a judge's answer: its schema in the provider's words, and what makes one unusable."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from core.exchange.answer_schema import every
from core.exchange.forms import AnswerForm
from core.exchange.texts import is_deep
from core.quality.scores import DIMENSIONS, HIGHEST, LOWEST

if TYPE_CHECKING:
    from core.exchange.answer_schema import Schema

#: What a judge may prefer.
A, B, TIE = "A", "B", "tie"

_TEXT: Final[Schema] = {"type": "STRING"}
_MARK: Final[Schema] = {"type": "INTEGER", "minimum": LOWEST, "maximum": HIGHEST}
_MARKS: Final[Schema] = every(**dict.fromkeys(DIMENSIONS, _MARK))

#: An array of judgements, one a pair; the reasons come first, since a model reasons no more once it has decided.
JUDGE_SCHEMA: Final[Schema] = {
    "type": "ARRAY",
    "items": every(
        pair_id=_TEXT,
        reasons=_TEXT,
        scores_a=_MARKS,
        scores_b=_MARKS,
        preferred={"type": "STRING", "enum": [A, B, TIE]},
    ),
}


def default_judge_prompt() -> str:
    """Return the judging prompt that comes with the program."""
    return resources.files("core.quality").joinpath("judge_prompt.md").read_text(encoding="utf-8")


def judging_fault(answer: dict[str, object]) -> str | None:
    """Return what keeps an answer from being a judgement, as a clause that names the field, or None."""
    for field in ("scores_a", "scores_b"):
        fault = _marks_fault(field, answer.get(field))
        if fault is not None:
            return fault
    if answer.get("preferred") not in (A, B, TIE):
        return f"preferred is not {A}, {B} or {TIE}" if "preferred" in answer else "preferred is missing"
    if not isinstance(answer.get("reasons"), str):
        return "reasons is not text" if "reasons" in answer else "reasons is missing"
    return "it is nested too deeply" if is_deep(answer) else None


def _marks_fault(field: str, marks: object) -> str | None:
    if marks is None:
        return f"{field} is missing"
    if not isinstance(marks, dict):
        return f"{field} is not an object"
    for name in DIMENSIONS:
        mark = marks.get(name)
        if name not in marks:
            return f"{field}.{name} is missing"
        if type(mark) is not int or not LOWEST <= mark <= HIGHEST:
            return f"{field}.{name} is not a whole number from {LOWEST} to {HIGHEST}"
    return None


#: What `AnswerReader` reads a judge's answers by.
JUDGEMENT: Final = AnswerForm(("reasons", "scores_a", "scores_b", "preferred"), judging_fault)
