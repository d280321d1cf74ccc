"""Questions to the ledger's past: one stream's events, the state it had, and whether history is sound."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import msgspec

from core.batch.numbers import parse
from core.errors import BadInputError, NotFoundError, UnreadableEventError
from core.ledger.chain import Head  # noqa: TC001 - msgspec reads the annotations at run time
from core.ledger.load import load_batch
from core.ledger.recorded import Recorded  # noqa: TC001 - the same
from core.ledger.streams import CORPUS, batch_number, batch_stream, wave_stream
from core.ledger.tampering import ChainWalk, broken_stream
from core.ledger.verify import Fault, verify_stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.compose import Opened
    from core.ledger.stored import StoredEvent, StoredEvents

#: No ledger has a higher position: the largest number that its databases hold.
LAST = 2**63 - 1


class Verified(msgspec.Struct, frozen=True):
    """How many streams were walked, the head that the events lead to (None for one stream alone), every fault."""

    streams: int
    head: Head | None
    faults: tuple[Fault, ...]


class History(msgspec.Struct, frozen=True):
    """A stream's events up to a position, and for a batch the state that they leave it in."""

    stream: str
    until: int | None
    events: list[Recorded]
    state: Any


def stream_of(subject: str) -> str:
    """Return the stream that a person means by `207`, `batch-207`, `wave-2`, `wave 2` or `corpus`.

    Raises BadInputError for other words.
    """
    if subject == CORPUS:
        return CORPUS
    kind, dash, name = " ".join(subject.split()).replace(" ", "-", 1).partition("-")
    try:
        if not dash:
            return batch_stream(parse(subject))
        if kind == "batch":
            return batch_stream(parse(name))
    except BadInputError:
        pass
    if kind == "wave" and name.isascii() and name.isdecimal():
        return wave_stream(int(name))
    raise BadInputError(
        f"{subject[:80]!r} names no stream; give a batch number, batch-207, batch-205r1, wave-2 or corpus"
    )


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


def verified(opened: Opened, subject: str | None, kept: Head | None = None) -> Verified:
    """Follow one stream or the whole ledger through its chain of hashes, and through the lifecycle.

    `kept` is a head that was kept elsewhere, and that the whole ledger must have had.
    """
    stored = opened.database.stored
    streams = [stream_of(subject)] if subject else opened.database.store.streams()
    if subject and next(stored.rows_of(streams[0]), None) is None:
        raise NotFoundError(
            f"the ledger has no event of {streams[0]}; `batchmill status` shows the batches it has"
        )
    head, faults = None, broken_stream(stored.rows_of(streams[0])) if subject else []
    if not subject:
        head, faults = follow_chain(stored, kept)
    for stream in streams:
        faults += walked(stored.rows_of(stream))
    return Verified(len(streams), head, tuple(sorted(faults, key=lambda fault: fault.position)))


def follow_chain(stored: StoredEvents, kept: Head | None = None) -> tuple[Head, list[Fault]]:
    """Return the head that a ledger's rows lead to, and every fault of its chain of hashes.

    What is appended meanwhile is left to the next look.
    """
    walk, stated = ChainWalk(kept), stored.ledger_head()
    faults = [fault for row in stored.rows(until=stated.position) for fault in walk.take(row)]
    faults += walk.end(stated)
    # A row and the head that covers it come in one commit, so a head that is read later is no smaller.
    beyond = next(stored.rows(after=stated.position), None)
    if beyond and stored.ledger_head().position < beyond.position:
        reason = f"it stands behind the ledger's head at position {stated.position}: it was added by hand"
        faults.append(Fault(beyond.position, beyond.stream, beyond.version, reason))
    return walk.head, faults


def walked(rows: Iterable[StoredEvent]) -> list[Fault]:
    """Return where one stream does not follow the lifecycle; what cannot be read at all is a fault too."""
    readable: list[Recorded] = []
    for row in rows:
        try:
            readable.append(row.decoded())
        except UnreadableEventError as error:
            return [*verify_stream(readable), Fault(row.position, row.stream, row.version, str(error))]
    try:
        return verify_stream(readable)
    except BadInputError as error:
        first = readable[0]
        return [Fault(first.position, first.stream, first.version, str(error))]
