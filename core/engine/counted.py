"""A provider that counts the calls made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.reconcile.seen import Calls

if TYPE_CHECKING:
    from typing import BinaryIO

    from core.provider import BatchProvider, FilePage, Job, JobPage


class Counted:
    """The calls of a provider that a reconciliation makes, passed on and counted in `calls`."""

    def __init__(self, provider: BatchProvider) -> None:
        """Begin with no call."""
        self._provider = provider
        self.calls = Calls()

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        """Return one page of all jobs."""
        self.calls.pages += 1
        return self._provider.list_jobs(page_size=page_size, page_token=page_token)

    def list_files(self, *, page_size: int, page_token: str | None = None) -> FilePage:
        """Return one page of the uploaded files."""
        self.calls.file_pages += 1
        return self._provider.list_files(page_size=page_size, page_token=page_token)

    def get(self, name: str) -> Job:
        """Look at one job."""
        self.calls.gets += 1
        return self._provider.get(name)

    def cancel(self, name: str) -> None:
        """Ask the provider to stop a job."""
        self.calls.cancels += 1
        self._provider.cancel(name)

    def download(self, job: Job, sink: BinaryIO) -> None:
        """Write the job's result lines into `sink`."""
        self.calls.downloads += 1
        self._provider.download(job, sink)
