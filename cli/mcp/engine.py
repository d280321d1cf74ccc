"""Driving for the length of a call: the same engine and lease as `submit`, or a look at who else drives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cli.driving import Drive
from cli.logs import open_log, tell
from cli.mcp.wording import as_tools
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.steering import way_out
from core.engine.gate import is_barred
from core.engine.steps import Kind, next_step
from core.errors import LeaseHeldError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from cli.compose import Opened
    from cli.mcp.desk import Desk
    from core.engine.books import Books
    from core.projections.rows import BatchRow

#: Seconds between two looks at a ledger that another process drives.
LOOK_EVERY = 0.2


def drive(  # noqa: PLR0913, PLR0917 - what a call says of it
    desk: Desk, opened: Opened, kind: str, only: Collection[int], done: Callable[[Books], bool], seconds: float
) -> str | None:
    """Drive until `done`, for so many seconds at most, sending nothing but `only`; None when that was possible.

    Where another process drives the ledger, returns the sentence that names it, and nothing was done. Raises what
    the engine raises.
    """
    until = time.monotonic() + seconds
    log = open_log(as_json=False)
    engine = Drive(
        opened,
        kind,
        only=only,
        guest=True,
        observe=lambda events: tell(log, events),
        warn=lambda text: log.warning("trouble", said=text),
    )
    try:
        with desk.halt.calling(engine.stop):
            engine.run(lambda pulse: pulse.open == 0 or done(engine.books) or time.monotonic() >= until)
    except LeaseHeldError as error:
        return f"{str(error).partition(';')[0]}, and does this work; `status` shows how far it is"
    return None


def watch(desk: Desk, opened: Opened, done: Callable[[Opened], bool], seconds: float) -> None:
    """Wait until `done`, while another process drives the ledger; for so many seconds at most."""
    until = time.monotonic() + seconds
    opened.catch_up()
    while not (done(opened) or desk.halt.asked or time.monotonic() >= until):
        desk.halt.sleep(LOOK_EVERY)
        opened.catch_up()


def settled(row: BatchRow) -> bool:
    """Whether nothing more becomes of a batch by itself: its answers were read, or a person is needed."""
    status = Status(row.status)
    if row.hold and not under_way(row):
        return True
    return bool(row.read_at) or status in {Status.FAILED, Status.WITHDRAWN}


def complete(row: BatchRow) -> bool:
    """Whether a batch has come to its end: settled, and not merely held until a person lets it go on."""
    return settled(row) and not awaits_person(row)


def awaits_person(row: BatchRow) -> bool:
    """Whether a batch that was not sent, or not with a known end, is held until a person lets it go on."""
    held = row.hold is not None and Hold(row.hold) is not Hold.CANCELLED
    return held and Status(row.status) in {Status.PLANNED, Status.WRITTEN} and not under_way(row)


def under_way(row: BatchRow) -> bool:
    """Whether something is still to become of a batch by itself, without another job that is paid for.

    It was sent, or its submission was begun and its end is not known, and its answers were not read yet. A pause
    or a cancellation leaves that end to be found out all the same, a quarantine leaves it to a person.
    """
    match Status(row.status):
        case Status.SUBMITTED | Status.PROCESSING | Status.SUCCEEDED:
            return True
        case Status.DOWNLOADED:
            return not row.read_at
        case Status.WRITTEN:
            return row.started_at is not None and row.hold != Hold.QUARANTINED.value
        case _:
            return False


def how_held(row: BatchRow) -> str:
    """Return that a batch is held, for what, and what releases it."""
    hold = Hold(row.hold)
    return as_tools(f"it is {hold.value} ({row.reason or 'no reason was given'}); {way_out(row.number, hold)}")


def rests(books: Books, only: Collection[int]) -> bool:
    """Whether nothing is left to do but to send what is not among `only`, or may not be sent."""
    for number in books.open_numbers():
        batch = books.get(number)
        if next_step(batch).kind is not Kind.SUBMIT:
            return False
        if number in only and batch.hold is not Hold.PAUSED and not is_barred(books, batch):
            return False
    return True
