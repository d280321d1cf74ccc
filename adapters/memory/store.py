"""The event store in memory."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from contextlib import nullcontext
from datetime import UTC
from threading import Lock
from typing import TYPE_CHECKING

from adapters.memory.lease import MemoryLease
from core.errors import ConflictError
from core.ledger.codec import encode
from core.ledger.recorded import Recorded, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from core.ledger.recorded import NewEvent
    from core.ports import Clock, Fence


class MemoryEventStore:
    """EventStore that forgets with its process; safe between threads."""

    def __init__(self, clock: Clock, lease: MemoryLease | None = None) -> None:
        """Begin empty; `lease` judges fences, and without one there is none that holds."""
        self._clock = clock
        self._lease = lease or MemoryLease(clock)
        self._lock = Lock()
        self._all: list[Recorded] = []
        self._streams: defaultdict[str, list[Recorded]] = defaultdict(list)

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        """Append all events or none; see the port."""
        with self._lock, nullcontext() if fence is None else self._lease.holding(fence):
            if moved := self._moved(events):
                raise ConflictError(moved)
            last = self._all[-1].recorded_at if self._all else ""
            recorded_at = max(stamp(self._clock.now()), last)
            recorded = [
                _recorded(new, position, recorded_at)
                for position, new in enumerate(events, start=len(self._all) + 1)
            ]
            self._all += recorded
            for one in recorded:
                self._streams[one.stream].append(one)
            return recorded

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


def _recorded(new: NewEvent, position: int, recorded_at: str) -> Recorded:
    """Return the event as a database would hold it; what cannot be encoded is refused here as well."""
    name, schema, _ = encode(new.event)
    context = new.context
    return Recorded(
        position,
        new.stream,
        new.version,
        name,
        schema,
        new.event,
        recorded_at,
        context.actor,
        context.correlation,
        context.causation,
    )
