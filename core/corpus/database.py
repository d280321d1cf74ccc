"""The database of the corpus as everybody else asks it: what stands there, what differs, what a search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from core.corpus.stored import Import  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from core.corpus.space import Space
    from core.corpus.stored import Importing, Tally

    #: The vectors of a space, some thousand at a time: content hashes, and float32 in little-endian order, joined.
    Vectors = Iterable[tuple[Sequence[bytes], bytes]]
    #: Returns the content hashes of the `depth` vectors nearest to one, and their cosines, the nearest first.
    Nearest = Callable[[Vectors, Sequence[float], int], list[tuple[bytes, float]]]


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a look at the tables shows: their schema, the last import, rows of each table, and current pairs."""

    schema: str
    last: Import | None
    rows: dict[str, int]
    current: int


class StoredText(msgspec.Struct, frozen=True, gc=False):
    """A current pair as it is to be verified: its id, the content hash it claims, its text, what it refers to."""

    pair_id: str
    content_sha256: bytes
    question: str
    answer: str
    session: int | None
    indicator: str | None


class References(msgspec.Struct, frozen=True, gc=False):
    """A table that pairs refer to: what they refer to and it lacks, and how many rows no pair refers to."""

    table: str
    lacking: tuple[str, ...]
    needless: int


class Words(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How far searching by words knows the current texts, and which indexes are not there.

    `lacking` counts texts without words, `needless` words without a text, `other` are texts whose words are not
    theirs. `broken` says that the full text as a whole is not what the pairs hold.
    """

    lacking: int = 0
    needless: int = 0
    other: tuple[bytes, ...] = ()
    broken: bool = False
    unindexed: tuple[str, ...] = ()


class Hit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pair that a search found, with where it comes from."""

    pair_id: str
    version: int
    wave: int
    batch: int
    source: str | None
    session: int | None
    indicator: str | None
    question: str
    answer: str


class Indexed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was made for searching: texts that were analysed, and whether an index over all was built anew."""

    texts: int
    text_index: bool
    vector_index: bool


class CorpusDatabase(Protocol):
    """A database that holds the corpus; every failure is a DatabaseError."""

    @property
    def place(self) -> str:
        """Where it is, for people, without user and password."""
        ...

    def importing(self) -> AbstractContextManager[Importing]:
        """Begin an import, which is undone by an exception; nobody else imports meanwhile."""
        ...

    def index(self, space: Space | None) -> Indexed:
        """Bring up to date what searching needs beside the rows; nothing that is there is made again."""
        ...

    def last(self) -> Import | None:
        """Return the last import."""
        ...

    def standing(self) -> Standing | None:
        """Return what a look shows, None where no corpus is."""
        ...

    def tally(self) -> Tally:
        """Return what the tables hold now, whatever imports left."""
        ...

    def texts(self) -> Iterator[StoredText]:
        """Yield every current pair, some thousand in memory at a time."""
        ...

    def references(self) -> list[References]:
        """Return how sessions and indicators suit the pairs that refer to them."""
        ...

    def words(self, space: Space, texts: Mapping[bytes, tuple[str, str]]) -> Words:
        """Return how far the words of all current texts are known; those of these are analysed again.

        `texts` are questions and answers by content hash; `space` is that whose vectors are searched.
        """
        ...

    def rows(self, pair_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Return all columns of current pairs by their ids: texts as lists, digests as bytes."""
        ...

    def spaces(self) -> dict[str, int]:
        """Return how many vectors of each space there are."""
        ...

    def vector_digests(self, space: Space) -> dict[bytes, bytes]:
        """Return the sha256 of each vector of a space as it was imported, by content hash."""
        ...

    def vectors_of(self, space: Space, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return vectors by content hash, as float32 in little-endian order."""
        ...

    def by_text(self, text: str, depth: int) -> list[str]:
        """Return the ids of current pairs that the words of any text find, the best first."""
        ...

    def by_vector(
        self, space: Space, vector: Sequence[float], depth: int, nearest: Nearest
    ) -> list[tuple[str, float]]:
        """Return the ids of the current pairs nearest to a vector, and their cosines, the nearest first.

        `nearest` is for who has no index.
        """
        ...

    def hits(self, pair_ids: Sequence[str]) -> list[Hit]:
        """Return current pairs in the order of their ids."""
        ...
