"""The event store in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from contextlib import nullcontext
from datetime import UTC
from threading import Lock
from typing import TYPE_CHECKING

from msgspec.structs import replace

from adapters.memory.lease import MemoryLease
from core.errors import ConflictError, RefusedError
from core.ledger.chain import GENESIS, NOTHING, follow_on, link
from core.ledger.codec import encode
from core.ledger.recorded import Recorded, stamp
from core.ledger.stored import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from core.ledger.chain import Head
    from core.ledger.recorded import NewEvent
    from core.ports import Clock, Fence


class MemoryEventStore:
    """EventStore and StoredEvents that forget with their process; safe between threads."""

    def __init__(self, clock: Clock, lease: MemoryLease | None = None) -> None:
        """Begin empty; `lease` judges fences, and without one there is none that holds."""
        self._clock = clock
        self._lease = lease or MemoryLease(clock)
        self._lock = Lock()
        self._all: list[Recorded] = []
        self._streams: defaultdict[str, list[Recorded]] = defaultdict(list)
        self._rows: list[StoredEvent] = []
        self._head = NOTHING

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        """Append all events or none; see the port."""
        with self._lock, nullcontext() if fence is None else self._lease.holding(fence):
            if moved := self._moved(events):
                raise ConflictError(moved)
            last = self._all[-1].recorded_at if self._all else ""
            recorded_at = max(stamp(self._clock.now()), last)
            rows = self._linked(events, recorded_at)
            recorded = [_told(new, row) for new, row in zip(events, rows, strict=True)]
            self._keep(recorded, rows)
            return recorded

    def _linked(self, events: Sequence[NewEvent], recorded_at: str) -> list[StoredEvent]:
        """Return the events as a database would hold them; what cannot be encoded is refused here as well."""
        chains: dict[str, str] = {}
        rows = []
        for position, new in enumerate(events, start=len(self._all) + 1):
            earlier = self._streams.get(new.stream)
            before = chains.get(new.stream) or (self._rows[earlier[-1].position - 1].chain if earlier else GENESIS)
            row = _row(new, position, recorded_at)
            chains[new.stream] = link(before, row)
            rows.append(replace(row, chain=chains[new.stream]))
        return rows

    def _keep(self, recorded: Iterable[Recorded], rows: Iterable[StoredEvent]) -> None:
        for one, row in zip(recorded, rows, strict=True):
            self._all.append(one)
            self._streams[one.stream].append(one)
            self._rows.append(row)
            self._head = follow_on(self._head, row.chain)

    def _moved(self, events: Sequence[NewEvent]) -> list[str]:
        """Return the streams whose next version is another than the events say."""
        reached = {new.stream: len(self._streams.get(new.stream, ())) for new in events}
        moved: dict[str, None] = {}
        for new in events:
            reached[new.stream] += 1
            if new.version != reached[new.stream]:
                moved[new.stream] = None
        return list(moved)

    def read(self, *, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Yield events by position; see the port."""
        position = after
        while position < len(self._all) and (until is None or position < until):
            yield self._all[position]
            position += 1

    def read_stream(self, stream: str, *, after_version: int = 0) -> Iterator[Recorded]:
        """Yield the events of one stream by version."""
        yield from self._streams.get(stream, [])[after_version:]

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with `prefix`, sorted."""
        with self._lock:
            return sorted(name for name in self._streams if name.startswith(prefix))

    def head(self) -> int:
        """Return the highest position, 0 for an empty ledger."""
        return len(self._all)

    def position_at(self, moment: datetime) -> int:
        """Return the highest position recorded at or before `moment`, 0 when there is none."""
        return bisect_right(self._all, stamp(moment.astimezone(UTC)), key=lambda recorded: recorded.recorded_at)

    def rows(self, *, after: int = 0, until: int | None = None) -> Iterator[StoredEvent]:
        """Yield rows by position; see the port."""
        yield from self._rows[after:until]

    def rows_of(self, stream: str) -> Iterator[StoredEvent]:
        """Yield the rows of one stream by version."""
        yield from (self._rows[one.position - 1] for one in self._streams.get(stream, []))

    def ledger_head(self) -> Head:
        """Return the head of all rows."""
        return self._head

    def take_in(self, rows: Iterable[StoredEvent], *, onto: Head) -> Head:
        """Put rows of another ledger behind this one's head; see the port."""
        with self._lock:
            if self._head != onto:
                raise RefusedError(
                    f"the ledger ends at {self._head} by now and not at {onto}; nothing was taken in"
                )
            new = list(rows)
            if [row.position for row in new] != list(range(onto.position + 1, onto.position + len(new) + 1)):
                raise RefusedError("the positions do not follow; nothing was taken in")
            self._keep([row.decoded() for row in new], new)
            return self._head


def _row(new: NewEvent, position: int, recorded_at: str) -> StoredEvent:
    name, schema, data = encode(new.event)
    context = new.context
    return StoredEvent(
        position,
        new.stream,
        new.version,
        name,
        schema,
        data,
        recorded_at,
        context.actor,
        context.correlation,
        context.causation,
        "",
    )


def _told(new: NewEvent, row: StoredEvent) -> Recorded:
    return Recorded(
        row.position,
        row.stream,
        row.version,
        row.type,
        row.schema,
        new.event,
        row.recorded_at,
        row.actor,
        row.correlation,
        row.causation,
    )
