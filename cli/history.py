"""Questions to the ledger's past: one stream's events, the state it had, and whether history is sound."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec

from core.batch.numbers import parse
from core.errors import BadInputError, NotFoundError
from core.ledger.load import load_batch
from core.ledger.recorded import Recorded  # noqa: TC001 - msgspec reads the annotations at run time
from core.ledger.streams import batch_number, batch_stream, wave_stream
from core.ledger.verify import Fault, verify_stream

if TYPE_CHECKING:
    from cli.compose import Opened

#: No ledger has a higher position: the largest number that its databases hold.
LAST = 2**63 - 1


class History(msgspec.Struct, frozen=True):
    """A stream's events up to a position, and for a batch the state that they leave it in."""

    stream: str
    until: int | None
    events: list[Recorded]
    state: Any


def stream_of(subject: str) -> str:
    """Return the stream that a person means by `207`, `batch-207` or `wave-2`; BadInputError for other words."""
    kind, dash, name = subject.partition("-")
    try:
        if not dash:
            return batch_stream(parse(subject))
        if kind == "batch":
            return batch_stream(parse(name))
    except BadInputError:
        pass
    if kind == "wave" and name.isdecimal():
        return wave_stream(int(name))
    raise BadInputError(f"{subject!r} names no stream; give a batch number, batch-207, batch-205r1 or wave-2")


def until_of(opened: Opened, at: str | None) -> int | None:
    """Return the position that `--at` or `--until` means, None for now; a bare date is the end of that day (UTC).

    Raises BadInputError for text that is neither a position nor a time.
    """
    if at is None:
        return None
    if at.isdecimal():
        return min(int(at), LAST)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise BadInputError(f"{at!r} is neither a position nor a time such as 2026-11-02T12:00:00") from None
    if len(at) == len("2026-11-02"):
        moment = datetime.combine(moment.date(), time.max)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return opened.database.store.position_at(moment)


def events_of(opened: Opened, stream: str, until: int | None) -> History:
    """Return a stream's history; NotFoundError when it has none by then."""
    events = [
        recorded
        for recorded in opened.database.store.read_stream(stream)
        if until is None or recorded.position <= until
    ]
    if not events:
        then = f" up to position {until}" if until is not None else ""
        raise NotFoundError(
            f"the ledger has no event of {stream}{then}; `batchmill status` shows the batches it has"
        )
    number = batch_number(stream)
    state = load_batch(opened.database.store, number, until=until) if number is not None else None
    return History(stream=stream, until=until, events=events, state=state)


def verified(opened: Opened, subject: str | None) -> tuple[int, list[Fault]]:
    """Walk one stream or all through the lifecycle; return how many were walked, and every fault."""
    store = opened.database.store
    streams = [stream_of(subject)] if subject else store.streams()
    if subject and not list(store.read_stream(streams[0])):
        raise NotFoundError(
            f"the ledger has no event of {streams[0]}; `batchmill status` shows the batches it has"
        )
    return len(streams), [fault for stream in streams for fault in verify_stream(store.read_stream(stream))]
