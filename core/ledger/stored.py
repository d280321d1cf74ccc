"""Events as rows: the bytes that a ledger holds and their hashes, for whoever checks or carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from core.ledger.codec import decode
from core.ledger.recorded import Recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.ledger.chain import Head


class StoredEvent(msgspec.Struct, frozen=True, gc=False):
    """One row of the ledger as it stands there: `data` is its JSON text, `chain` its hash (core.ledger.chain)."""

    position: int
    stream: str
    version: int
    type: str
    schema: int
    data: str
    recorded_at: str
    actor: str
    correlation: str
    causation: str
    chain: str

    def decoded(self) -> Recorded:
        """Return the event with its envelope; UnreadableEventError when this program cannot read it."""
        return Recorded(
            self.position,
            self.stream,
            self.version,
            self.type,
            self.schema,
            decode(self.type, self.schema, self.data),
            self.recorded_at,
            self.actor,
            self.correlation,
            self.causation,
        )


class StoredEvents(Protocol):
    """A ledger's rows; implemented over every event store."""

    def rows(self, *, after: int = 0, until: int | None = None) -> Iterator[StoredEvent]:
        """Yield rows by position, `after` exclusive, `until` inclusive, without holding them all in memory."""
        ...

    def rows_of(self, stream: str) -> Iterator[StoredEvent]:
        """Yield the rows of one stream by version."""
        ...

    def ledger_head(self) -> Head:
        """Return the head that the ledger keeps beside its rows; LedgerError when there is none."""
        ...

    def take_in(self, rows: Iterable[StoredEvent], *, onto: Head) -> Head:
        """Put rows of another ledger behind this one's head, as they are, and return the new head.

        All or none, in one commit: what `rows` raises leaves everything as it was. The rows must follow each other
        (see core.ledger.tampering); here it is only seen to that their positions do. Raises RefusedError when the
        ledger does not end at `onto`.
        """
        ...
