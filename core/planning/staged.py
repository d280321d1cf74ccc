"""What a staged file gives to the rest of the program: its pairs one by one, its own claims, and its problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ERROR = "error"
WARNING = "warning"
#: The code of a link to a folder, which is shown and belongs to no plan.
FOLDER_LINK = "folder-link"


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One problem of one staged file.

    An `error` stops the plan, a `warning` does not. `line` and `column` count from 1 (column in characters), and
    `pair` is the pair's place in the file, from 1; each is None where it says nothing. `code` is for machines.
    """

    path: str
    code: str
    severity: str
    sentence: str
    line: int | None = None
    column: int | None = None
    pair: int | None = None

    def __str__(self) -> str:
        """Return the problem as one line: path, line, column, pair as far as known, and the sentence."""
        place = "".join(f":{number}" for number in (self.line, self.column) if number is not None)
        pair = "" if self.pair is None else f"pair {self.pair}: "
        return f"{self.path}{place}: {pair}{self.sentence}"


class StagedPair(msgspec.Struct, frozen=True, gc=False):
    """One usable pair; `ordinal` is its place in the file, from 1, and the rest is data as the file holds it."""

    ordinal: int
    question: str
    answer: str
    topic: str | None = None
    indicator: str | None = None
    category: str | None = None
    created_date: str | None = None
    session: int | None = None
    pair_number: int | None = None


class SourceHeader(msgspec.Struct, frozen=True, gc=False):
    """What a staged file says about itself; a bare array or JSONL says nothing."""

    session: int | None = None
    indicator: str | None = None
    category: str | None = None
    claimed: int | None = None
    queries_executed: int | None = None
    success_rate: str | None = None


class StagedSource(Protocol):
    """A staged file that can be read once from start to end, pair by pair."""

    @property
    def path(self) -> str:
        """The file's path relative to the inbox, with forward slashes."""
        ...

    def pairs(self) -> Iterator[StagedPair]:
        """Yield the usable pairs in the file's order; everything below is complete once this has ended."""
        ...

    @property
    def header(self) -> SourceHeader:
        """What the file says about itself."""
        ...

    @property
    def complete(self) -> bool:
        """Whether the file could be read to its end."""
        ...

    @property
    def found(self) -> int:
        """How many pairs the file holds, usable or not."""
        ...

    @property
    def sha256(self) -> str:
        """The sha256 of the whole file in hex; empty when it could not be read."""
        ...

    @property
    def size(self) -> int:
        """The file's size in bytes."""
        ...

    @property
    def findings(self) -> Sequence[Finding]:
        """The problems met while reading."""
        ...
