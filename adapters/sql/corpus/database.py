"""Opens the database of the corpus, and what is asked of either kind in the same words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, text

from adapters.sql.corpus import statements
from adapters.sql.corpus.importing import ROWS_AT_ONCE, count, held_pairs, last_import, vector_digests
from adapters.sql.corpus.schema import bring_up, is_there
from core.corpus.database import Hit, References, Standing, StoredText
from core.corpus.importing import pairs_hash
from core.corpus.stored import Tally
from core.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, TextClause
    from sqlalchemy.engine import Row

    from adapters.sql.access import Access
    from adapters.sql.corpus.importing import SqlImporting
    from core.corpus.database import Indexed, Nearest, Words
    from core.corpus.space import Space
    from core.corpus.stored import Import, Importing

#: Keys that one question names.
KEYS_AT_ONCE = 500


class SqlCorpus(ABC):
    """`core.corpus.database.CorpusDatabase`, but for what the two databases do differently."""

    def __init__(self, access: Access) -> None:
        """Ask through `access`; nothing is connected yet."""
        self.access = access
        self.place = access.place

    @contextmanager
    def importing(self) -> Iterator[Importing]:
        """Begin an import in one transaction, with the tables made or brought up to date in it."""
        with self.access.writing() as connection:
            self.wait_in_line(connection)
            bring_up(connection, self.place)
            importing = self.begin(connection)
            yield importing
            importing.close()

    @abstractmethod
    def wait_in_line(self, connection: Connection) -> None:
        """Let nobody else import until the transaction ends; DatabaseError when somebody does."""

    @abstractmethod
    def begin(self, connection: Connection) -> SqlImporting:
        """Return the import that runs in this transaction."""

    @abstractmethod
    def index(self, space: Space | None) -> Indexed:
        """Bring up to date what searching needs beside the rows."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for questions; DatabaseError when no corpus is there."""
        nothing = DatabaseError(f"{self.place} holds no corpus yet; run `batchmill corpus import`")
        if self.is_absent():
            raise nothing
        with self.access.reading() as connection:
            if not is_there(connection, self.place):
                raise nothing
            yield connection

    @abstractmethod
    def is_absent(self) -> bool:
        """Return whether asking would make a database where there is none."""

    def standing(self) -> Standing | None:
        """Return the last import and how many rows there are, None where no corpus is."""
        if self.is_absent():
            return None
        with self.access.reading() as connection:
            if not is_there(connection, self.place):
                return None
            return Standing(
                schema=str(connection.scalar(text(statements.SCHEMA))),
                last=last_import(connection),
                rows={table: count(connection, counted) for table, counted in statements.COUNTED.items()},
                current=count(connection, statements.COUNT_CURRENT),
            )

    def last(self) -> Import | None:
        """Return the last import."""
        with self.reading() as connection:
            return last_import(connection)

    def tally(self) -> Tally:
        """Return what the tables hold now."""
        with self.reading() as connection:
            held = held_pairs(connection)
            return Tally(
                pairs=len(held),
                former=count(connection, statements.COUNT_FORMER),
                vectors=count(connection, statements.COUNT_VECTORS),
                pairs_hash=pairs_hash(held),
            )

    def texts(self) -> Iterator[StoredText]:
        """Yield every current pair."""
        with self.reading() as connection:
            streamed = connection.execution_options(yield_per=ROWS_AT_ONCE)
            for pair_id, content, *rest in streamed.execute(text(statements.TEXTS)):
                yield StoredText(pair_id, bytes(content), *rest)

    def references(self) -> list[References]:
        """Return how sessions and indicators suit the pairs that refer to them."""
        with self.reading() as connection:
            return [
                References(
                    table,
                    tuple(
                        str(name)
                        for name in connection.scalars(text(statements.LACKING.format(table=table, column=column)))
                    ),
                    count(connection, statements.NEEDLESS.format(table=table, column=column)),
                )
                for table, column in statements.REFERRED.items()
            ]

    @abstractmethod
    def words(self, space: Space, texts: Mapping[bytes, tuple[str, str]]) -> Words:
        """Return how far the words of all current texts are known; those of these are analysed again."""

    def rows(self, pair_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        """Return all columns of current pairs by their ids."""
        return {row.pair_id: self.values(dict(row._mapping)) for row in self.among(statements.ROWS, pair_ids)}  # noqa: SLF001 - its public name

    @abstractmethod
    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""

    def spaces(self) -> dict[str, int]:
        """Return how many vectors of each space there are."""
        with self.reading() as connection:
            return {row.space: row.vectors for row in connection.execute(text(statements.SPACES))}

    def vector_digests(self, space: Space) -> dict[bytes, bytes]:
        """Return the sha256 of each vector of a space as it was imported, by content hash."""
        with self.reading() as connection:
            return vector_digests(connection, space)

    @abstractmethod
    def vectors_of(self, space: Space, contents: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return vectors by content hash, as float32 in little-endian order."""

    def hits(self, pair_ids: Sequence[str]) -> list[Hit]:
        """Return current pairs in the order of their ids."""
        found = {row.pair_id: Hit(**row._mapping) for row in self.among(statements.HITS, pair_ids)}  # noqa: SLF001 - its public name
        return [found[pair_id] for pair_id in pair_ids if pair_id in found]

    @abstractmethod
    def by_text(self, words: str, depth: int) -> list[str]:
        """Return the ids of current pairs that the words of any text find, the best first."""

    @abstractmethod
    def by_vector(
        self, space: Space, vector: Sequence[float], depth: int, nearest: Nearest
    ) -> list[tuple[str, float]]:
        """Return the ids of the current pairs nearest to a vector, and their cosines."""

    def among(self, statement: str, keys: Sequence[Any], **named: object) -> Iterator[Row[Any]]:
        """Yield what a question with `IN :keys` finds, asked for some keys at a time."""
        asked = expanding(statement)
        with self.reading() as connection:
            for at in range(0, len(keys), KEYS_AT_ONCE):
                yield from connection.execute(asked, {"keys": list(keys[at : at + KEYS_AT_ONCE]), **named})

    def close(self) -> None:
        """Close every connection."""
        self.access.close()


def expanding(statement: str) -> TextClause:
    """Return a question in which `:keys` stands for a list."""
    return text(statement).bindparams(bindparam("keys", expanding=True))


def is_missing(path: str) -> bool:
    """Return whether there is no SQLite file, or an empty one, which connecting would make a database."""
    file = Path(path)
    return not file.exists() or (file.is_file() and not file.stat().st_size)
