"""The emulated model: it refines the pairs it finds in the prompt by rule, the same way every time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.editing import refine_answer, refine_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.emulator.wire import Message

MARK = "emulated"
"""Stands in the flags of every pair that the emulator refined."""

_FULL_ANSWER = 3000
_ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{1,5}\b")
_USES = {
    "arbitrage": "arbitrage",
    "entry": "entry_signals",
    "exit": "exit_signals",
    "liquidity": "liquidity_analysis",
    "risk": "risk_management",
    "trend": "trend_analysis",
    "yield": "yield_comparison",
}
_WORD = re.compile(r"[a-z]+")


class Scores(msgspec.Struct, frozen=True):
    """Scores of 0 to 100, counted from the form of the text alone: the emulator knows nothing about its truth."""

    overall: int
    technical_accuracy: int
    completeness: int
    rag_readiness: int


class Duplicates(msgspec.Struct, frozen=True):
    """Earlier pairs of the same request that ask the same."""

    is_duplicate: bool
    similar_to: list[object]
    merge_recommendation: str


class Metadata(msgspec.Struct, frozen=True):
    """Words for retrieval, all taken from the pair itself."""

    primary_tags: list[str]
    secondary_tags: list[str]
    difficulty_level: str
    use_cases: list[str]


class RefinedPair(msgspec.Struct, frozen=True):
    """One pair in the form that the prompt asks for."""

    pair_id: object
    refined_question: str
    refined_answer: str
    quality_scores: Scores
    duplicate_analysis: Duplicates
    rag_metadata: Metadata
    enhancements_made: list[str]
    flags: list[str]


def refine(pairs: Sequence[Message]) -> list[RefinedPair]:
    """Return each pair refined, in order."""
    asked: dict[str, list[object]] = {}
    refined = []
    for pair in pairs:
        question = refine_question(str(pair.get("question") or ""))
        earlier = asked.setdefault(question.casefold(), [])
        refined.append(_refined(pair, question, list(earlier)))
        earlier.append(pair["pair_id"])
    return refined


def _refined(pair: Message, question: str, earlier: list[object]) -> RefinedPair:
    answer, made = refine_answer(str(pair.get("answer") or ""))
    topic = str(pair.get("topic") or "")
    return RefinedPair(
        pair_id=pair["pair_id"],
        refined_question=question,
        refined_answer=answer,
        quality_scores=_scores(question, answer),
        duplicate_analysis=Duplicates(
            is_duplicate=bool(earlier),
            similar_to=earlier,
            merge_recommendation=f"merge_with_{earlier[0]}" if earlier else "keep_separate",
        ),
        rag_metadata=_metadata(f"{question} {topic}", answer),
        enhancements_made=made,
        flags=[MARK],
    )


def _scores(question: str, answer: str) -> Scores:
    completeness = min(95, 40 + 55 * len(answer) // _FULL_ANSWER)
    rag_readiness = 60 + min(25, 5 * answer.count("\n")) + (5 if question.endswith("?") else 0)
    accuracy = 80
    return Scores((completeness + rag_readiness + accuracy) // 3, accuracy, completeness, rag_readiness)


def _metadata(subject: str, answer: str) -> Metadata:
    words = dict.fromkeys(word for word in _WORD.findall(subject.lower()) if len(word) > 3)  # noqa: PLR2004 - short words tag nothing
    acronyms = dict.fromkeys(_ACRONYM.findall(answer))
    lowered = answer.lower()
    return Metadata(
        primary_tags=list(words)[:3],
        secondary_tags=list(acronyms)[:5],
        difficulty_level="advanced" if "formula" in lowered or " = " in answer else "intermediate",
        use_cases=[use for word, use in _USES.items() if word in lowered],
    )
