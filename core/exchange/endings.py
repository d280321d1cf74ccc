"""What a result line means for those of its request's pairs that it does not bring home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.verdicts import Verdict, clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.exchange.found import Found
    from core.exchange.rows import Row

BLOCKING = frozenset(
    {
        "BLOCKLIST",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "IMAGE_SAFETY",
        "LANGUAGE",
        "MODEL_ARMOR",
        "PROHIBITED_CONTENT",
        "RECITATION",
        "SAFETY",
        "SPII",
    }
)

Ending = tuple[Verdict, str]


def ending_of(row: Row, found: Sequence[Found], *, came: int, asked: int) -> Ending:
    """Return the verdict and reason of the pairs that are still open after this line; `came` of `asked` are home.

    The reason is ready to be shown: it may quote the provider, so it went through `clause`.
    """
    verdict, reason = refusal(row) or _cut(row, found, f"{came} of {asked} pairs") or _emptiness(row, found)
    return verdict, clause(reason)


def refusal(row: Row) -> Ending | None:
    """Return the verdict and reason of a request that the provider refused, None where it did not."""
    if row.blocked:
        return Verdict.BLOCKED, f"the provider blocked the prompt: {row.blocked}"
    if row.finish in BLOCKING:
        return Verdict.BLOCKED, f"the provider stopped the answer: {row.finish}"
    return None


def _cut(row: Row, found: Sequence[Found], progress: str) -> Ending | None:
    if row.finish == "MAX_TOKENS":
        return Verdict.CUT_OFF, f"the answer ended at the output limit after {progress}"
    if any(text.truncated for text in found):
        return Verdict.CUT_OFF, f"the answer breaks off in the middle of an object after {progress}"
    return None


def _emptiness(row: Row, found: Sequence[Found]) -> Ending:
    if row.error:
        return Verdict.MISSING, f"provider error {row.error}"
    if row.finish:
        return Verdict.MISSING, f"the provider ended the answer with {row.finish}"
    if not found:
        return Verdict.MISSING, "the answer is empty"
    if not any(text.answers or text.broken for text in found):
        return Verdict.MALFORMED, "the answer holds no object with a pair_id"
    return Verdict.MISSING, "the answer leaves this pair out"
