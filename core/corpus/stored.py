"""The corpus in a database: what an import asks of one, and in which form rows cross."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from core.corpus.space import Space


class Held(msgspec.Struct, frozen=True, gc=False):
    """A pair that the database holds: which version, the sha256 over its columns, whether it is current."""

    version: int
    row_sha256: bytes
    current: bool


class Tally(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the tables hold, to be found again: rows of each, and a hash over the pairs in any order.

    `pairs` counts retired ones too, `former` the versions that another replaced, `vectors` those of all spaces.
    """

    pairs: int
    former: int
    vectors: int
    pairs_hash: str


class Repaired(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a repair found beside what an import brings anyway.

    `pairs` held something else than an import had written (they are among the `changed`), `vectors` likewise
    (among the new ones); `aside` are vectors that no text of the corpus has and no file: they are kept under
    another space. `references` are sessions and indicators that lacked, `texts` those whose words were analysed
    again for searching, all where the full text was not what the pairs hold. `lost` are rows that no file has, so
    that only a copy of the database brings them back: retired pairs and former versions that are gone, and rows
    outside the corpus that are not what their digest says.
    """

    pairs: int = 0
    vectors: int = 0
    aside: int = 0
    references: int = 0
    texts: int = 0
    lost: int = 0

    @property
    def nothing(self) -> bool:
        """Whether nothing was put right."""
        return not (self.pairs or self.vectors or self.aside or self.references or self.texts)


class ImportCounts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an import did to pairs, and how many of the current ones have a vector.

    `changed` pairs got a new version, `revived` ones had been retired; one that comes back changed is only
    `changed`. `current` = `new` + `changed` + `revived` + `unchanged`. In `replaced` of the current pairs U+FFFD
    stands for the character NUL. `repaired` is None where the import trusted what the database says of itself.
    """

    current: int
    new: int
    changed: int
    revived: int
    retired: int
    unchanged: int
    vectors_new: int
    vectors: int
    vectors_missing: int
    replaced: int = 0
    repaired: Repaired | None = None

    @property
    def nothing(self) -> bool:
        """Whether the database was as the corpus is."""
        mended = self.repaired is not None and not self.repaired.nothing
        return not (self.new or self.changed or self.revived or self.retired or self.vectors_new or mended)


class Import(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An import as the database records it: fingerprints of what it brought, and what the tables held after it.

    `space` is the name of the vectors' space, None without vectors.
    """

    number: int
    build: str
    dedup: str
    space: str | None
    counts: ImportCounts
    tally: Tally
    at: datetime


class Block(Protocol):
    """Some thousand rows, pairs or vectors, by their keys; each with the sha256 over what it holds."""

    @property
    def keys(self) -> Sequence[bytes]:
        """Pair ids in UTF-8, or content hashes."""
        ...

    @property
    def digests(self) -> Sequence[bytes]:
        """One a key."""
        ...

    @property
    def replaced(self) -> Mapping[bytes, Sequence[str]]:
        """The columns in which U+FFFD stands for the character NUL, by the keys of those rows."""
        ...

    def copied(self, chosen: Sequence[int]) -> bytes:
        """Return rows as PostgreSQL's binary COPY has them, without its header and trailer."""
        ...

    def listed(self, chosen: Sequence[int]) -> Iterable[tuple[Any, ...]]:
        """Return rows as values for SQLite: texts as JSON, digests and vectors as bytes."""
        ...


class Importing(Protocol):
    """An import that is under way, in one transaction: nobody sees it until it has ended well."""

    def last(self) -> Import | None:
        """Return the last import."""
        ...

    def held(self) -> dict[bytes, Held]:
        """Return all pairs, retired ones too, by their ids."""
        ...

    def held_vectors(self, space: Space) -> dict[bytes, bytes]:
        """Return the sha256 of each vector of a space, by content hash."""
        ...

    def make_ready(self) -> Ready:
        """Make ready for a repair, and return what that put right.

        No pair's version is one that a former version of it has, and what pairs refer to is there.
        """
        ...

    def mend_words(self) -> int:
        """Analyse again, at the end of a repair, texts whose words are not theirs; return how many."""
        ...

    def amend(self, imported: Import) -> None:
        """Record other counts of an import that was settled in this transaction."""
        ...

    def stored(self) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Yield the columns of all pairs, retired ones too, some thousand at a time: texts as lists."""
        ...

    def stored_vectors(self, space: Space) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield the content hash of each vector of a space, the sha256 that it claims, and its float32 values."""
        ...

    def last_versions(self) -> dict[bytes, int]:
        """Return the last former version of each pair that has former ones alone."""
        ...

    def former(self) -> int:
        """Return how many versions were replaced."""
        ...

    def vectors(self) -> int:
        """Return how many vectors there are, whatever their space."""
        ...

    def stage_pairs(self, block: Block, chosen: Sequence[int]) -> None:
        """Take in pairs that are new or changed."""
        ...

    def stage_vectors(self, space: Space, block: Block, chosen: Sequence[int]) -> None:
        """Take in vectors of a space that are new or changed."""
        ...

    def settle(self, brought: Brought) -> None:
        """Put what was staged into its place, retire, revive, and record the import."""
        ...


class Ready(NamedTuple):
    """What was put right before a repair began: sessions and indicators that lacked, texts without their words."""

    references: int
    texts: int


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What an import does beside the rows that were staged.

    `retired` are the ids of pairs that dropped out, each with that of the pair it was merged into, if any.
    `continued` are pairs of which former versions alone were left, each with the version that comes after those;
    `admitted` are pairs outside the corpus whose digest is corrected to what they hold. Vectors that are put
    `aside` are named by their contents.
    """

    imported: Import
    space: Space | None
    retired: Sequence[tuple[bytes, str | None]]
    revived: Sequence[bytes]
    unwanted: Sequence[bytes]
    continued: Sequence[tuple[bytes, int]] = ()
    admitted: Sequence[tuple[bytes, bytes]] = ()
    aside: Sequence[bytes] = ()
    repairs: bool = False
