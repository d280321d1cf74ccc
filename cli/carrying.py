"""Carries events between ledgers: written out as lines, and taken in whole once everything about them is right."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from adapters.clock import SystemClock
from adapters.process import with_article
from adapters.sql.database import holds_ledger, open_database
from adapters.sql.engine import parse, place
from adapters.sql.migrate import found
from cli.compose import database_url, opened
from cli.kept_files import differing
from cli.settings import find_root, load
from core.errors import BadInputError, NotFoundError, RefusedError, UnreadableEventError
from core.ledger.carried import Extent, lines_of, read_extent, rows_from
from core.ledger.chain import Head  # noqa: TC001 - msgspec reads the annotations at run time
from core.ledger.tampering import ChainWalk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cli.compose import Opened
    from core.ledger.stored import StoredEvent
    from core.ledger.verify import Fault

#: Bytes that the first line of an export may have.
LONGEST_FIRST = 10_000
HOLDS_NOT = "the ledger does not hold (`batchmill history --verify` says more), so nothing of it is carried on"


class Carried(msgspec.Struct, frozen=True):
    """How many events came in, the heads before and after, and recorded files that this workspace lacks."""

    events: int
    after: Head
    head: Head
    lacking: tuple[str, ...]


def written_out(opened: Opened, after: int, *, cloud: bool) -> tuple[Extent, Iterator[bytes]]:
    """Return what the events behind a position are, and the lines of their file.

    Raises RefusedError, also on the way, where the ledger does not follow its chain.
    """
    stored, walk = opened.database.stored, ChainWalk()
    head = stored.ledger_head()
    if after > head.position:
        raise NotFoundError(f"the ledger ends at position {head.position}: there is nothing after {after}")
    for _ in _sound(stored.rows(until=after), walk):
        pass
    extent = Extent(walk.head, head)
    rows = _sound(stored.rows(after=after, until=head.position), walk, head)
    return extent, lines_of(extent, rows, cloud=cloud)


def refuse_standing(path: Path, *, force: bool) -> None:
    """Raise RefusedError for a file that is there; with `force` for one that is no earlier export of events.

    Whatever is forced, the ledger itself, settings and results are never written over.
    """
    if not path.exists():
        return
    if not force:
        raise RefusedError(f"{path} is there already; say --force to replace it, or name another file")
    if not path.is_file() or not _is_export(path):
        raise RefusedError(f"{path} is no earlier export of events, so it is not replaced; name another file")


def _is_export(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            read_extent(stream.readline(LONGEST_FIRST))
    except (OSError, BadInputError):
        return False
    return True


def _sound(rows: Iterable[StoredEvent], walk: ChainWalk, head: Head | None = None) -> Iterator[StoredEvent]:
    """Pass on rows that follow each other, and lead to `head` if it is given; RefusedError where they do not."""
    for row in rows:
        if faults := walk.take(row):
            raise RefusedError(f"{_told(faults[0])}; {HOLDS_NOT}")
        yield row
    if head and (faults := walk.end(head)):
        raise RefusedError(f"{_told(faults[0])}; {HOLDS_NOT}")


def take_in(named: Path | None, options: list[str], file: Path) -> Carried:
    """Take the events of a file into a workspace's ledger, which is empty or ends where the file begins.

    Everything is looked at before the first event is written, and all are written in one commit; a database
    without a ledger gets its tables in that same commit. Raises BadInputError for a file that does not hold,
    RefusedError where it does not fit this ledger or somebody drives it.
    """
    root = find_root(named)
    url = database_url(root, load(root, options))
    if holds_ledger(url):
        extent = _append(url, file)
    else:
        walk = ChainWalk()
        extent = _looked_through(file, walk, place(parse(url)))
        with _events(file, ChainWalk()) as (_, rows):
            found(url, rows)
    with opened(root, options) as workspace:
        workspace.catch_up()
        lacking = differing(workspace)
    return Carried(extent.head.position - extent.after.position, extent.after, extent.head, tuple(lacking))


def _append(url: str, file: Path) -> Extent:
    with open_database(url, SystemClock()) as database:
        if holder := database.lease.current():
            raise RefusedError(f"{with_article(holder)} drives this ledger; stop it, then import again")
        walk = ChainWalk()
        for _ in _sound(database.stored.rows(), walk, database.stored.ledger_head()):
            pass
        onto, again = walk.head, walk.fork()
        extent = _looked_through(file, walk, place(parse(url)))
        with _events(file, again) as (_, rows):
            database.stored.take_in(rows, onto=onto)
    return extent


def _looked_through(file: Path, walk: ChainWalk, where: str) -> Extent:
    """Read a file to its end behind what was walked; return what it carries, if all of it holds and fits."""
    onto = walk.head
    with _events(file, walk) as (extent, rows):
        if extent.after != onto:
            raise RefusedError(
                f"{file} begins after {extent.after}, and {where} ends at {onto}; events are taken into an empty "
                "ledger, or into one that ends exactly where they begin"
            )
        for _ in rows:
            pass
    return extent


@contextmanager
def _events(file: Path, walk: ChainWalk) -> Iterator[tuple[Extent, Iterator[StoredEvent]]]:
    """Open a file and give what it carries and its events; BadInputError as soon as something does not hold."""
    try:
        with file.open("rb") as lines:
            try:
                extent, cloud = read_extent(lines.readline())
                yield extent, _held(rows_from(lines, cloud=cloud), walk, extent.head)
            except (BadInputError, UnreadableEventError) as error:
                raise BadInputError(f"{file}: {error}; nothing was taken in") from None
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {file}") from None
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}; nothing was taken in") from None


def _held(rows: Iterable[StoredEvent], walk: ChainWalk, head: Head) -> Iterator[StoredEvent]:
    for row in rows:
        if faults := walk.take(row):
            raise BadInputError(_told(faults[0]))
        row.decoded()
        yield row
    if faults := walk.end(head):
        raise BadInputError(_told(faults[0]))


def _told(fault: Fault) -> str:
    return f"position {fault.position}{f', {fault.stream}' if fault.stream else ''}: {fault.reason}"
