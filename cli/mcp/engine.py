"""Driving for the length of a call: the same engine and lease as `submit`, or a look at who else drives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cli.driving import Drive
from cli.logs import open_log, tell
from core.batch.holds import Hold
from core.batch.lifecycle import Status
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
    if row.hold and status not in {Status.SUBMITTED, Status.PROCESSING, Status.SUCCEEDED}:
        return True
    return bool(row.read_at) or status in {Status.FAILED, Status.WITHDRAWN}


def rests(books: Books, only: Collection[int]) -> bool:
    """Whether nothing is left to do but to send what is not among `only`, or may not be sent."""
    for number in books.open_numbers():
        batch = books.get(number)
        if next_step(batch).kind is not Kind.SUBMIT:
            return False
        if number in only and batch.hold is not Hold.PAUSED and not is_barred(books, batch):
            return False
    return True
