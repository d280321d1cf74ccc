"""An import under way in either database: what differs between the two is how rows reach the staging tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import text

from adapters.sql.corpus import statements
from core.corpus.stored import Held, Import, ImportCounts, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from core.corpus.space import Space
    from core.corpus.stored import Block, Brought

STAGED_PAIRS, STAGED_VECTORS = "staged_pairs", "staged_vectors"


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
    def stage_vectors(self, block: Block, chosen: Sequence[int]) -> None:
        """Take in vectors that are new or changed."""

    @abstractmethod
    def before_vectors(self, brought: Brought) -> None:
        """Make ready for the vectors that were staged."""

    def settle(self, brought: Brought) -> None:
        """Put what was staged into its place, retire, revive, and record the import."""
        number = brought.imported.number
        self.connection.execute(text(statements.RECORD), _recorded(brought.imported))
        for statement in statements.PUT_PAIRS:
            self.connection.execute(text(statement), {"number": number} if ":number" in statement else {})
        self._each(
            statements.RETIRE,
            [{"number": number, "pair": key.decode(), "into": into} for key, into in brought.retired],
        )
        self._each(statements.REVIVE, [{"pair": key.decode()} for key in brought.revived])
        if brought.space:
            self.before_vectors(brought)
            named = {"space": brought.space.name, "dimensions": brought.space.dimensions}
            self.connection.execute(text(statements.PUT_VECTORS), named)
            self._each(
                statements.TAKE_VECTOR,
                [{"space": brought.space.name, "content": content} for content in brought.unwanted],
            )

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
