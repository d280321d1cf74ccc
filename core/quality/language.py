"""What a checker of grammar and spelling must say; the adapter that asks a library is replaceable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The kind of an error that is about the spelling of one word, in whatever words a checker says it.
SPELLING = "spelling"


class LanguageError(msgspec.Struct, frozen=True, gc=False):
    """One error: its kind in small letters (SPELLING, or the checker's own word), and the words it is about."""

    kind: str
    text: str


class LanguageChecker(Protocol):
    """Finds errors of grammar and spelling in plain prose. The same text always has the same errors."""

    @property
    def name(self) -> str:
        """What checks, with its version, for a report: two names are not to be compared with each other."""

    def errors(self, text: str) -> Sequence[LanguageError]:
        """Return the errors in the order of the text, which holds no markup."""
