"""What an answer to one pair is made of, and when it can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from core.exchange.texts import fault_of

if TYPE_CHECKING:
    from collections.abc import Callable

FIELDS = (
    "refined_question",
    "refined_answer",
    "quality_scores",
    "duplicate_analysis",
    "rag_metadata",
    "enhancements_made",
    "flags",
)


class AnswerForm(NamedTuple):
    """What an answer to one pair is made of: the fields that are kept, and what says whether it can be used.

    `fault_of` returns what is wrong with an answer as a clause that names the field, or None; it never raises.
    """

    fields: tuple[str, ...]
    fault_of: Callable[[dict[str, object]], str | None]


REFINEMENT: Final = AnswerForm(FIELDS, fault_of)
