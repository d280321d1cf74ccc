"""An import under way in either database: what differs between the two is how rows reach the staging tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import text

from adapters.sql.corpus import statements
from core.corpus.stored import Held, Import, ImportCounts, Ready, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from core.corpus.space import Space
    from core.corpus.stored import Block, Brought

STAGED_PAIRS, STAGED_VECTORS = "staged_pairs", "staged_vectors"
#: Rows in memory while all are read.
ROWS_AT_ONCE = 4_000


class SqlImporting(ABC):
    """`core.corpus.stored.Importing` over one connection, whose transaction somebody else ends."""

    def __init__(self, connection: Connection) -> None:
        """Make the staging tables."""
        self.connection = connection
        for statement in statements.STAGE:
            connection.execute(text(statement))

    def last(self) -> Import | None:
        """Return the last import."""
        return last_import(self.connection)

    def held(self) -> dict[bytes, Held]:
        """Return all pairs by their ids."""
        return held_pairs(self.connection)

    def held_vectors(self, space: Space) -> dict[bytes, bytes]:
        """Return the sha256 of each vector of a space, by content hash."""
        return vector_digests(self.connection, space)

    def make_ready(self) -> Ready:
        """Give pairs a version that none of their former ones has, and what they refer to."""
        references = sum(
            self.connection.execute(text(statement.format(source=table))).rowcount
            for statement in statements.PUT_KEYS
            for table in ("qa_pairs", "qa_versions")
        )
        texts = self.unknown_texts()
        self.connection.execute(text(statements.LIFT_VERSIONS))
        return Ready(references, texts)

    @abstractmethod
    def unknown_texts(self) -> int:
        """Return how many texts searching does not know; what must be put right before rows change is."""

    @abstractmethod
    def mend_words(self) -> int:
        """Analyse again texts whose words are not theirs."""

    def amend(self, imported: Import) -> None:
        """Record other counts of an import."""
        recorded = _recorded(imported)
        self.connection.execute(text(statements.AMEND), {name: recorded[name] for name in ("number", "counts")})

    def stored(self) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Yield the columns of all pairs."""
        found = self.connection.execute(
            text(statements.STORED), execution_options={"yield_per": ROWS_AT_ONCE}
        ).mappings()
        for rows in found.partitions(ROWS_AT_ONCE):
            yield [self.values(dict(row)) for row in rows]

    @abstractmethod
    def values(self, row: dict[str, Any]) -> Mapping[str, Any]:
        """Return the columns of a pair as they are compared."""

    @abstractmethod
    def stored_vectors(self, space: Space) -> Iterator[tuple[bytes, bytes, bytes]]:
        """Yield content hash, claimed sha256 and values of each vector of a space."""

    def last_versions(self) -> dict[bytes, int]:
        """Return the last former version of each pair that has former ones alone."""
        found = self.connection.execute(text(statements.LAST_VERSIONS))
        return {pair_id.encode(): version for pair_id, version in found}

    def former(self) -> int:
        """Return how many versions were replaced."""
        return count(self.connection, statements.COUNT_FORMER)

    def vectors(self) -> int:
        """Return how many vectors there are."""
        return count(self.connection, statements.COUNT_VECTORS)

    @abstractmethod
    def stage_pairs(self, block: Block, chosen: Sequence[int]) -> None:
        """Take in pairs that are new or changed."""

    @abstractmethod
    def stage_vectors(self, space: Space, block: Block, chosen: Sequence[int]) -> None:
        """Take in vectors that are new or changed."""

    def settle(self, brought: Brought) -> None:
        """Put what was staged into its place, retire, revive, and record the import."""
        number = brought.imported.number
        self.connection.execute(text(statements.RECORD), _recorded(brought.imported))
        for statement in statements.POINT_AGAIN if brought.repairs else ():
            self.connection.execute(text(statement), {"number": number})
        self.put_pairs(number)
        self._each(
            statements.CONTINUE, [{"pair": key.decode(), "version": version} for key, version in brought.continued]
        )
        self._each(
            statements.RETIRE,
            [{"number": number, "pair": key.decode(), "into": into} for key, into in brought.retired],
        )
        self._each(statements.REVIVE, [{"pair": key.decode()} for key in brought.revived])
        self._each(
            statements.ADMIT, [{"pair": key.decode(), "digest": digest} for key, digest in brought.admitted]
        )
        if brought.space:
            aside = f"{brought.space.name}-aside-{number}"
            self._each(
                statements.PUT_ASIDE,
                [{"aside": aside, "space": brought.space.name, "content": content} for content in brought.aside],
            )
            self.put_vectors(brought.space, brought)
            self._each(
                statements.TAKE_VECTOR,
                [{"space": brought.space.name, "content": content} for content in brought.unwanted],
            )

    def put_pairs(self, number: int) -> None:
        """Put the pairs that were staged into their place, former versions aside."""
        for statement in statements.PUT_KEYS:
            self.connection.execute(text(statement.format(source=STAGED_PAIRS)))
        for statement in statements.PUT_PAIRS:
            self.connection.execute(text(statement), {"number": number})

    def put_vectors(self, space: Space, brought: Brought) -> None:
        """Put the vectors that were staged into their place."""
        del brought
        named = {"space": space.name, "dimensions": space.dimensions}
        self.connection.execute(text(statements.PUT_VECTORS), named)

    def close(self) -> None:
        """Take the staging tables away."""
        for statement in statements.UNSTAGE:
            self.connection.execute(text(statement))

    def _each(self, statement: str, values: list[dict[str, Any]]) -> None:
        if values:
            self.connection.execute(text(statement), values)


def held_pairs(connection: Connection) -> dict[bytes, Held]:
    """Return all pairs by their ids."""
    return {
        pair_id.encode(): Held(version, bytes(digest), bool(current))
        for pair_id, version, digest, current in connection.execute(text(statements.HELD))
    }


def count(connection: Connection, statement: str) -> int:
    """Return the one number that a question finds."""
    return int(connection.scalar(text(statement)) or 0)


def last_import(connection: Connection) -> Import | None:
    """Return the last import that the tables hold."""
    row = connection.execute(text(statements.LAST)).one_or_none()
    if row is None:
        return None
    return Import(
        number=row.number,
        build=row.build,
        dedup=row.dedup,
        space=row.space,
        counts=msgspec.json.decode(row.counts, type=ImportCounts),
        tally=Tally(pairs=row.pairs, former=row.former, vectors=row.vectors, pairs_hash=row.pairs_hash),
        at=datetime.fromisoformat(row.at),
    )


def vector_digests(connection: Connection, space: Space) -> dict[bytes, bytes]:
    """Return the sha256 of each vector of a space, by content hash."""
    found = connection.execute(text(statements.HELD_VECTORS), {"space": space.name})
    return {bytes(content): bytes(digest) for content, digest in found}


def _recorded(imported: Import) -> dict[str, Any]:
    return {
        "number": imported.number,
        "build": imported.build,
        "dedup": imported.dedup,
        "space": imported.space,
        "counts": msgspec.json.encode(imported.counts).decode(),
        **msgspec.structs.asdict(imported.tally),
        "at": imported.at.isoformat(),
    }
