"""What the core asks of the world; every adapter implements one of these, and the tests run over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import BinaryIO

    from core.ledger.recorded import NewEvent, Recorded
    from core.projections.rows import BatchRow, Outline, WaveRow


class Clock(Protocol):
    """The time, so that nothing in the core reads it by itself."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class EventStore(Protocol):
    """The append-only log."""

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        """Append all events, of one or many streams, in one durable commit, and return them as recorded.

        Each event's version must be the next of its stream (several for one stream: consecutive); otherwise
        nothing is appended and ConflictError names the streams. Positions become visible in order: a reader
        that has seen position N never finds a smaller one later. With a `fence`, nothing is appended and
        LeaseLostError raised unless that lease is still the one on record, judged in the same commit.
        """
        ...

    def read(self, *, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Yield events by position, `after` exclusive, `until` inclusive, without holding them all in memory."""
        ...

    def read_stream(self, stream: str, *, after_version: int = 0) -> Iterator[Recorded]:
        """Yield the events of one stream by version."""
        ...

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with `prefix`, sorted."""
        ...

    def head(self) -> int:
        """Return the highest position, 0 for an empty ledger."""
        ...

    def position_at(self, moment: datetime) -> int:
        """Return the highest position recorded at or before `moment`, 0 when there is none."""
        ...


class ReadModel(Protocol):
    """The tables that answer questions quickly; always rebuildable from the events."""

    def checkpoint(self) -> int:
        """Return the position up to which the rows account for the ledger."""
        ...

    def waves(self) -> list[WaveRow]:
        """Return every wave's row, by number."""
        ...

    def batches(self, numbers: Iterable[int] | None = None) -> list[BatchRow]:
        """Return the rows of these batches (all: None), by number; numbers without a row are left out."""
        ...

    def outlines(self) -> list[Outline]:
        """Return what places every batch in a document, by number: a tenth of the memory that the rows take."""
        ...

    def save(self, waves: Iterable[WaveRow], batches: Iterable[BatchRow], *, was: int, checkpoint: int) -> bool:
        """Replace these rows and move the checkpoint from `was`, in one commit.

        Returns False, with nothing changed, when the checkpoint is no longer `was` (somebody else caught up).
        """
        ...

    def reset(self) -> None:
        """Forget every row and the checkpoint, in one commit."""
        ...


class Fence(msgspec.Struct, frozen=True):
    """What a holder shows with everything it appends: the lease's name, and a number no earlier holder had."""

    name: str
    number: int


class Share(msgspec.Struct, frozen=True):
    """A worker's part of a shared ledger: the batches it claims, and its place among `workers` living ones."""

    mine: frozenset[int]
    place: int
    workers: int


class Lease(Protocol):
    """The right to drive a ledger, held by one process alone, or shared by workers that divide its batches."""

    def acquire(self, holder: Holder, *, seconds: float, shared: bool = False) -> Fence:
        """Take or renew the lease until now + `seconds`, and return its fence; renewing keeps the number.

        A lease that has run out, or whose process is known to be dead on this machine, is taken over, under a
        higher number; one held by a living other raises LeaseHeldError, which names it. Holders that all ask
        for a `shared` lease do not exclude each other. A holder whose lease was taken over meanwhile is refused
        as any other.
        """
        ...

    def release(self, holder: Holder) -> None:
        """Give the lease back; nothing happens when another holds it by now."""
        ...

    def current(self) -> Holder | None:
        """Return who holds the lease now, if anybody alive does; of several workers the one that came first."""
        ...


class Claims(Protocol):
    """Which worker of a shared ledger looks after which batch; a claim ends with its worker's lease."""

    def divide(self, fence: Fence, numbers: Collection[int]) -> Share:
        """Claim a fair share of the open batches `numbers`, and return what this worker holds now.

        What is held beyond the share is given back; claims of workers that are gone are free. No batch is ever
        claimed by two. Raises LeaseLostError when the worker's own lease is no longer on record.
        """
        ...


class Holder(msgspec.Struct, frozen=True):
    """A process that drives a ledger: what it is (daemon, submit), where it runs, and since when."""

    kind: str
    host: str
    pid: int
    started: str
    token: str


class StoredFile(msgspec.Struct, frozen=True):
    """A file of the workspace as it was found or put there: path relative to the workspace, hex digest, bytes."""

    path: str
    sha256: str
    size: int


class PendingFile(Protocol):
    """A file that is being written beside its place; left without `commit`, it vanishes."""

    @property
    def sink(self) -> BinaryIO:
        """Where the bytes go; readable too, from the start, after a seek."""
        ...

    def commit(self) -> StoredFile:
        """Flush to disk, rename into place, and return what now stands there."""
        ...


class WorkspaceFiles(Protocol):
    """The files of a workspace, named by paths relative to it; no path leads out of it."""

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading; NotFoundError when it is missing."""
        ...

    def create(self, path: str) -> AbstractContextManager[PendingFile]:
        """Begin to write a file; nothing stands at `path` before `commit`, and then all of it does."""
        ...

    def digest(self, path: str) -> str | None:
        """Return a file's sha256 as hex digits, None when there is no such file."""
        ...
