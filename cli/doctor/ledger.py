"""Checks of the ledger: its database, its schema, its driver, its events, and the tables made from them."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, NamedTuple

from adapters.memory.read_model import MemoryReadModel
from adapters.process import describe, is_dead
from adapters.sql.database import SCHEMA
from cli.doctor.finding import fail, fail_of, ok, safely, warn
from core.batch.lifecycle import Status
from core.errors import LedgerError
from core.ledger.recorded import stamp
from core.projections.catch_up import catch_up

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from datetime import datetime

    from adapters.sql.glance import Glance, OnRecord
    from cli.doctor.finding import Finding
    from core.ledger.stored import StoredEvents
    from core.ports import EventStore, Holder, ReadModel
    from core.projections.rows import BatchRow, WaveRow

REBUILD = "run `batchmill replay --rebuild`"
#: A batch whose job exists, or may still give its result.
UNDER_WAY = {Status.SUBMITTED.value, Status.PROCESSING.value, Status.SUCCEEDED.value}
#: Most names in one line.
MOST = 5


class Rows(NamedTuple):
    """The rows of a read model at a position of the ledger."""

    position: int
    waves: list[WaveRow]
    batches: list[BatchRow]

    @property
    def under_way(self) -> int:
        """How many batches have a job whose result is not home."""
        return sum(row.status in UNDER_WAY for row in self.batches)


def check_database(database: Glance) -> Generator[Finding, None, bool]:
    """See that the database answers, has this program's schema and takes writes; return whether it can be read."""
    try:
        database.answer()
    except LedgerError as error:
        yield fail_of("database", error)
        return False
    yield ok("database", f"{database.kind}, {database.place}")
    try:
        finding = judge_schema(database.schema())
    except LedgerError as error:
        finding = fail_of("schema", error)
    yield finding
    if finding != ok("schema", SCHEMA):
        return False
    yield from safely("writes", lambda: _writes(database))
    return True


def _writes(database: Glance) -> Iterator[Finding]:
    database.take_writes()
    yield ok("writes", "the database takes them")


def judge_schema(found: str | None) -> Finding:
    """Compare the schema of the tables with this program's."""
    if found == SCHEMA:
        return ok("schema", SCHEMA)
    if found is None:
        return fail("schema", "the database holds no ledger yet", "run `batchmill init`")
    if found > SCHEMA:
        return fail("schema", f"{found} is newer than this program's {SCHEMA}", "update batchmill")
    return fail(
        "schema",
        f"{found} is older than this program's {SCHEMA}",
        "run `batchmill db upgrade` to bring it up to date",
    )


class Drivers(NamedTuple):
    """Who is on record as a driver: who lives, who has died, and who let its lease run out and may live."""

    living: list[Holder]
    dead: list[Holder]
    late: list[Holder]


def sort_drivers(
    on_record: Sequence[OnRecord], now: datetime, dead: Callable[[Holder], bool] = is_dead
) -> Drivers:
    """Divide the drivers on record by what became of them."""
    drivers = Drivers([], [], [])
    for holder, expires_at in on_record:
        lot = drivers.dead if dead(holder) else drivers.living if expires_at > stamp(now) else drivers.late
        lot.append(holder)
    return drivers


def judge_drivers(drivers: Drivers, under_way: int | None) -> Finding:
    """Say who drives the ledger; jobs `under_way` (None: not known) that nobody drives are a warning."""
    if drivers.living:
        return ok("driver", " and ".join(f"{describe(holder)}, {_sight(holder)}" for holder in drivers.living))
    found = "nobody drives this ledger"
    if drivers.dead:
        found = f"{describe(drivers.dead[0])} has died"
    elif drivers.late:
        found = f"{describe(drivers.late[0])} has not been heard of since its lease ran out"
    if under_way:
        jobs = "a job" if under_way == 1 else f"{under_way} jobs"
        return warn(
            "driver",
            f"{found}, and {jobs} may have results that expire",
            "start `batchmill run` to bring them home",
        )
    if drivers.late:
        return warn("driver", found, "look after that process; another one may take over")
    return ok("driver", found if under_way is None else f"{found}, and no job is under way")


def _sight(holder: Holder) -> str:
    here = holder.host == socket.gethostname()
    return "which lives" if here else "which renewed its lease within the last minute"


def check_events(store: EventStore) -> Generator[Finding, None, Rows | None]:
    """Read and fold every event; return the rows they make, None where they make none."""
    fresh = MemoryReadModel()
    try:
        rows = _rows(store, fresh, None)
    except LedgerError as error:
        yield fail_of("events", error)
        return None
    except LookupError as error:
        yield fail("events", str(error), "`batchmill history --verify` says more; restore a backup of the ledger")
        return None
    yield ok("events", f"all can be read: {rows.position}; batches: {len(rows.batches)}, waves: {len(rows.waves)}")
    return rows


def check_head(store: EventStore, stored: StoredEvents) -> Iterator[Finding]:
    """Compare the head that the ledger keeps with the last event that is there: a ledger cut short has another.

    Whether every event is what was recorded takes the hashes of all of them, which `history --verify` follows.
    """
    advice = "`batchmill history --verify` says more; restore a backup, and keep this database"
    try:
        head = stored.ledger_head()
        # A daemon may append between the two questions.
        while (last := store.head()) != head.position and (now := stored.ledger_head()) != head:
            head = now
    except LedgerError as error:
        yield fail_of("head", error)
        return
    if last != head.position:
        found = f"the last event is at position {last}, but the ledger's head is at {head.position}"
        yield fail("head", found, advice)
    else:
        yield ok("head", f"at the last event: {head}")


def check_tables(store: EventStore, kept: ReadModel, rows: Rows) -> Iterator[Finding]:
    """Compare the tables with what the events up to their checkpoint say; `rows` are what all events made."""
    found = _settled(kept)
    fresh = rows if rows.position == found.position else _rows(store, MemoryReadModel(), found.position)
    if found.position > fresh.position:
        yield warn("tables", f"they are ahead of the events ({found.position}: a restored ledger?)", REBUILD)
        return
    wrong = [f"wave {wave}" for wave in differing_keys(_by_wave(found), _by_wave(fresh))]
    wrong += [f"batch {number}" for number in differing_keys(_by_number(found), _by_number(fresh))]
    if wrong:
        yield warn("tables", f"they are not what the events say about {listed(wrong)}", REBUILD)
    else:
        yield ok("tables", f"as the events say, up to position {found.position}")


def differing_keys(one: dict[int, object], other: dict[int, object]) -> list[int]:
    """Return the keys whose values differ or are missing from one side, sorted."""
    return [key for key in sorted(one | other) if one.get(key) != other.get(key)]


def listed(names: Sequence[str]) -> str:
    """Return the first few names, and how many there are besides."""
    more = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {more} more" if more > 0 else "")


def _by_wave(rows: Rows) -> dict[int, object]:
    return {row.wave: row for row in rows.waves}


def _by_number(rows: Rows) -> dict[int, object]:
    return {row.number: row for row in rows.batches}


def _rows(store: EventStore, model: ReadModel, until: int | None) -> Rows:
    position = catch_up(store, model, until=until)
    return Rows(position, model.waves(), model.batches())


def _settled(kept: ReadModel) -> Rows:
    """Read the rows between two looks at their checkpoint that agree: a daemon may be moving it."""
    while True:
        rows = Rows(kept.checkpoint(), kept.waves(), kept.batches())
        if kept.checkpoint() == rows.position:
            return rows
