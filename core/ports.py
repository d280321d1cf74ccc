"""What the core asks of the world; every adapter implements one of these, and the tests run over all of them."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import BinaryIO

    from core.ledger.recorded import NewEvent, Recorded
    from core.projections.rows import BatchRow, WaveRow


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


class RemoteFile(msgspec.Struct, frozen=True):
    """A file in the provider's store: `files/…`, its size in bytes and when the provider will delete it.

    `sha256` is in lower-case hexadecimal, "" where the provider does not tell it, or not readably.
    """

    name: str
    size: int
    expires_at: datetime | None
    display_name: str = ""
    sha256: str = ""
    created_at: datetime | None = None


class FilePage(msgspec.Struct, frozen=True):
    """One page of the uploaded files; the provider says nothing about their order."""

    files: tuple[RemoteFile, ...]
    next_token: str | None


class JobState(Enum):
    """The provider's states of a job; UNKNOWN stands for any word we do not know, which is waited out."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"


class Job(msgspec.Struct, frozen=True):
    """The provider's side of an attempt, as one look at it showed.

    `result_file` is the name of the result file, `inline` says that results stand in the operation itself; with
    neither there is nothing to download (yet). Request counts are 0 where the provider omits them. `error_code` is
    a google.rpc code.
    """

    name: str
    display_name: str
    state: JobState
    model: str = ""
    input_file: str | None = None
    result_file: str | None = None
    inline: bool = False
    created_at: datetime | None = None
    ended_at: datetime | None = None
    requests: int = 0
    succeeded: int = 0
    failed: int = 0
    pending: int = 0
    error: str | None = None
    error_code: int | None = None

    @property
    def has_output(self) -> bool:
        """Whether there is something to download."""
        return self.inline or self.result_file is not None


class JobPage(msgspec.Struct, frozen=True):
    """One page of the provider's job list (newest first, as far as anybody knows)."""

    jobs: tuple[Job, ...]
    next_token: str | None


class ProviderLists(Protocol):
    """What the provider has, by pages; see `BatchProvider`."""

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        """Return one page of all jobs."""
        ...

    def list_files(self, *, page_size: int, page_token: str | None = None) -> FilePage:
        """Return one page of the uploaded files that are still there; a page may be smaller than was asked."""
        ...


class BatchProvider(ProviderLists, Protocol):
    """Whoever runs jobs. Every method is one call (upload: two or more) with a time limit and no retry.

    Raises the ProviderError classes of `core.errors`, which say what is known about the effect.
    """

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        """Put a batch file into the provider's store; `content` is seekable and read from its start."""

    def create(self, *, model: str, input_file: str, display_name: str, embeds: bool = False) -> Job:
        """Create a job, of requests for vectors if it `embeds`. Not idempotent, paid for: two calls make two."""

    def get(self, name: str) -> Job:
        """Look at one job; GoneError when there is no such job."""

    def download(self, job: Job, sink: BinaryIO) -> None:
        """Write the job's result lines into `sink`, byte for byte as they come, wherever the job keeps them."""

    def cancel(self, name: str) -> None:
        """Ask the provider to stop a job; best effort, it may still end well."""

    def delete_file(self, name: str) -> None:
        """Delete an uploaded file; a file that is already gone is no error."""


class ProviderStore(BatchProvider, Protocol):
    """A provider whose files and jobs are also looked after one by one, which no engine needs."""

    def get_file(self, name: str) -> RemoteFile:
        """Look at one uploaded file; GoneError when it is not there (any more)."""

    def delete_job(self, name: str) -> None:
        """Have the provider forget a job; one that is already gone is no error."""
