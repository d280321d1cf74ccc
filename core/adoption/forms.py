"""The forms a batch may have been sent in, and what can be said of a form without seeing the file."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from core.adoption.names import numbers_in


class FileForm(StrEnum):
    """How the pairs of a batch file stand in its requests."""

    ONE_REQUEST = "one_request"
    MANY_REQUESTS = "many_requests"
    LINE_PER_REQUEST = "line_per_request"
    """The wrong one: every line of the prompt became a request of its own."""
    PLAIN_TEXT = "plain_text"
    """The prompt and the pairs as they are, in no request at all."""
    NO_PAIRS = "no_pairs"

    @property
    def wrong(self) -> bool:
        """Whether no model can have answered with refined pairs to a file of this form."""
        return self not in {FileForm.ONE_REQUEST, FileForm.MANY_REQUESTS}


class FormClaim(msgspec.Struct, frozen=True, gc=False):
    """Somebody's word that batches `first` to `last` were sent in the wrong form; nothing that was checked.

    `source` is the file it stands in, or who said it; `words` are the line as it stands there.
    """

    first: int
    last: int
    source: str
    place: str = ""
    words: str = ""

    def __contains__(self, number: object) -> bool:
        """Whether the word is about this batch."""
        return isinstance(number, int) and self.first <= number <= self.last


#: Words that say that a batch was sent in the wrong form.
WRONG = re.compile(
    r"\b(?:wrong|bad|incorrect|invalid)[ _-]+(?:line[ _-]+)?form(?:at)?\b|\bform(?:at)?[ _-]+error\b"
    r"|\b(?:one|1)[ _-](?:line|request)[ _-](?:per|a)[ _-](?:line|request)\b|\bline[ _-]per[ _-]request\b",
    re.IGNORECASE,
)


def form_claims_in(text: str, source: str, place: str) -> list[FormClaim]:
    """Return what a line says of batches in the wrong form: `Batches 1-10: wrong format` is about ten of them."""
    if not WRONG.search(text) or " not " in text.lower():
        return []
    return [FormClaim(first, last, source, place, text.strip()[:200]) for first, last in numbers_in(text)]


def form_by_count(requests_run: int | None, pairs: int) -> FileForm | None:
    """Return what a job's count of requests proves of a batch's form; None where it proves nothing.

    A request carries a pair or more, so a job of more requests than its batch has pairs was sent line by line.
    """
    if not requests_run or not pairs:
        return None
    if requests_run > pairs:
        return FileForm.LINE_PER_REQUEST
    return FileForm.ONE_REQUEST if requests_run == 1 else None
