"""What the core asks of whoever runs jobs: uploads, jobs, results, and pages of what there is."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO


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
