"""Texts of pairs as a report shows them: their lines kept, nothing that steers a screen, and not endless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.one_line import one_line

if TYPE_CHECKING:
    from core.quality.review_pair import ReviewPair

#: Characters of a text that are shown.
MOST = 1_500


def excerpt(text: str, most: int = MOST) -> str:
    """Return a text line by line, cut with a word on how much more there is; empty lines in a row are one."""
    shown = [one_line(line) for line in text[:most].splitlines()]
    lines = [line for place, line in enumerate(shown) if line or (place and shown[place - 1])]
    more = len(text) - most
    if more > 0:
        lines.append(f"… {more:,} more characters")
    return "\n".join(lines)


def sides(pair: ReviewPair) -> tuple[tuple[str, str, str], ...]:
    """Return the question and the answer, each with its name, before and after."""
    return (
        ("Question", pair.question_before, pair.question_after),
        ("Answer", pair.answer_before, pair.answer_after),
    )
