"""A provider that tells what came of each call, and how long it took."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from core.provider import BatchProvider, FilePage, Job, JobPage, RemoteFile

VERBS = ("upload", "create", "get", "list_jobs", "list_files", "download", "cancel", "delete_file")
OK = "ok"
#: The provider does not accept the key.
REFUSED_KEY = "credentials"
#: How each error of a call is called; one of no class of ours is told as `error`.
OUTCOMES: dict[type[ProviderError], str] = {
    RateLimitedError: "rate_limited",
    UnavailableError: "unavailable",
    AmbiguousError: "ambiguous",
    RejectedError: "rejected",
    GoneError: "gone",
    CredentialsError: REFUSED_KEY,
}


class CallListener(Protocol):
    """Who is told of the provider's calls, from whatever thread makes them."""

    def began(self, verb: str) -> None:
        """Hear that a call begins; `verb` is one of `VERBS`."""
        ...

    def ended(self, verb: str, outcome: str, seconds: float) -> None:
        """Hear that it ended: `ok`, one of the words in `OUTCOMES`, or `error`."""
        ...


class Metered:
    """Implements `core.provider.BatchProvider` by passing every call on, and tells a listener of it."""

    def __init__(self, provider: BatchProvider, listener: CallListener, ticks: Callable[[], float]) -> None:
        """Pass calls on to `provider`; `ticks` gives seconds that no clock's jump changes."""
        self._provider = provider
        self._listener = listener
        self._ticks = ticks

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        """Put a batch file into the provider's store."""
        with self._told("upload"):
            return self._provider.upload(content, display_name=display_name)

    def create(self, *, model: str, input_file: str, display_name: str, embeds: bool = False) -> Job:
        """Create a job, with the one call that it may cost."""
        with self._told("create"):
            return self._provider.create(
                model=model, input_file=input_file, display_name=display_name, embeds=embeds
            )

    def get(self, name: str) -> Job:
        """Look at one job."""
        with self._told("get"):
            return self._provider.get(name)

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        """Return one page of all jobs."""
        with self._told("list_jobs"):
            return self._provider.list_jobs(page_size=page_size, page_token=page_token)

    def list_files(self, *, page_size: int, page_token: str | None = None) -> FilePage:
        """Return one page of the uploaded files."""
        with self._told("list_files"):
            return self._provider.list_files(page_size=page_size, page_token=page_token)

    def download(self, job: Job, sink: BinaryIO) -> None:
        """Write the job's result lines into `sink`."""
        with self._told("download"):
            self._provider.download(job, sink)

    def cancel(self, name: str) -> None:
        """Ask the provider to stop a job."""
        with self._told("cancel"):
            self._provider.cancel(name)

    def delete_file(self, name: str) -> None:
        """Delete an uploaded file."""
        with self._told("delete_file"):
            self._provider.delete_file(name)

    @contextmanager
    def _told(self, verb: str) -> Iterator[None]:
        began, outcome = self._ticks(), "error"
        self._listener.began(verb)
        try:
            yield
            outcome = OK
        except ProviderError as error:
            outcome = OUTCOMES.get(type(error), outcome)
            raise
        finally:
            self._listener.ended(verb, outcome, self._ticks() - began)
