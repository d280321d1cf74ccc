"""The emulator as a BatchProvider in this process, without HTTP."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, TypeVar

import msgspec

from adapters.emulator.clock import moment
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.refusals import ApiError, unknown_file
from adapters.emulator.shapes import LARGEST_PAGE, page_token, read_page_token
from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
)
from core.ports import Job, JobPage, JobState, RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from adapters.emulator.emulator import Emulator
    from adapters.emulator.rows import JobRow

T = TypeVar("T")

_NOT_FOUND = 404
_TOO_MANY = 429
_SERVER_ERRORS = 500


class EmulatedProvider:
    """Implements core.ports.BatchProvider over an Emulator, and counts its calls there like the HTTP server."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        """Put a batch file into the emulator's store."""
        return self._ask("upload.start", lambda: self._upload(content, display_name))

    def create(self, *, model: str, input_file: str, display_name: str) -> Job:
        """Create a job from an uploaded file."""
        full_model = f"models/{model.removeprefix('models/')}"
        file_id = input_file.removeprefix("files/")
        jobs = self._emulator.jobs
        row = self._ask("batches.create", lambda: jobs.create_from_file(full_model, file_id, display_name))
        return self._job(row)

    def get(self, name: str) -> Job:
        """Look at one job."""
        return self._job(self._ask("batches.get", lambda: self._emulator.jobs.get(_job_id(name))))

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        """Return one page of all jobs, newest first."""
        size = min(page_size, LARGEST_PAGE)
        rows = self._ask("batches.list", lambda: self._page(page_token or "", size + 1))
        return JobPage(tuple(map(self._job, rows[:size])), _next_token(rows, size))

    def download(self, job: Job, sink: BinaryIO) -> None:
        """Write the job's result lines into `sink`."""
        self._ask("files.download", lambda: self._download(job, sink))

    def cancel(self, name: str) -> None:
        """Cancel a job."""
        self._ask("batches.cancel", lambda: self._emulator.jobs.cancel(_job_id(name)))

    def delete_file(self, name: str) -> None:
        """Delete an uploaded file; neither one that is gone nor a result's undeletable id is an error."""
        file_id = name.removeprefix("files/")
        try:
            self._ask("files.delete", lambda: self._emulator.files.delete(file_id))
        except (GoneError, RejectedError):
            return

    def _ask(self, verb: str, work: Callable[[], T]) -> T:
        """Do what every call passes through: count it, and say the API's refusal in the core's words."""
        self._emulator.calls[verb] += 1
        try:
            return work()
        except ApiError as error:
            raise _core_error(error) from error

    def _upload(self, content: BinaryIO, display_name: str) -> RemoteFile:
        emulator = self._emulator
        upload = emulator.uploads.start(
            name="", display_name=display_name, mime_type="application/jsonl", declared=None
        )
        content.seek(0)
        with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
            shutil.copyfileobj(content, sink)
        row = emulator.uploads.finish(upload)
        return RemoteFile(name=f"files/{row.id}", size=row.size, expires_at=moment(row.expires_ns))

    def _page(self, token: str, limit: int) -> list[JobRow]:
        return self._emulator.jobs.page(below=read_page_token(token), limit=limit)

    def _download(self, job: Job, sink: BinaryIO) -> None:
        jobs = self._emulator.jobs
        if job.inline:
            operation = self._emulator.operation(jobs.get(_job_id(job.name)))
            responses = operation["response"]["inlinedResponses"]["inlinedResponses"]
            sink.writelines(msgspec.json.encode(response) + b"\n" for response in responses)
            return
        if job.result_file is None:
            raise unknown_file(f"{RESULT_PREFIX}{_job_id(job.name)}")
        with jobs.open_result(jobs.result_file(job.result_file.removeprefix("files/"))) as lines:
            shutil.copyfileobj(lines, sink)

    def _job(self, row: JobRow) -> Job:
        state = JobState(self._emulator.jobs.state(row))
        ended_ns = {JobState.SUCCEEDED: row.ends_ns, JobState.CANCELLED: row.cancelled_ns}.get(state)
        succeeded = state is JobState.SUCCEEDED
        inline = row.input_file is None
        return Job(
            name=f"batches/{row.id}",
            display_name=row.display_name,
            state=state,
            model=row.model,
            input_file=row.input_file,
            result_file=f"files/{RESULT_PREFIX}{row.id}" if succeeded and not inline else None,
            inline=succeeded and inline,
            created_at=moment(row.created_ns),
            ended_at=None if ended_ns is None else moment(ended_ns),
            requests=row.requests,
            succeeded=row.requests if succeeded else 0,
            pending=0 if succeeded else row.requests,
            error=f"Batch batches/{row.id} failed without error." if state is JobState.CANCELLED else None,
        )


def _job_id(name: str) -> str:
    return name.removeprefix("batches/")


def _next_token(rows: list[JobRow], size: int) -> str | None:
    return page_token(rows[size - 1].seq) if len(rows) > size else None


def _core_error(error: ApiError) -> ProviderError:
    message = f"the emulator answered {error.code} {error.status}: {error.message.strip()}"
    if error.code == _NOT_FOUND or "or it may not exist" in error.message:
        return GoneError(message)
    if error.code == _TOO_MANY:
        return RateLimitedError(message)
    if error.status in {"PERMISSION_DENIED", "UNAUTHENTICATED"}:
        return CredentialsError(message)
    return AmbiguousError(message) if error.code >= _SERVER_ERRORS else RejectedError(message)
