"""The emulator as a BatchProvider in this process, without HTTP."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING, TypeVar

from adapters.emulator.call_faults import Truncated
from adapters.emulator.catalogue import check_does
from adapters.emulator.clock import moment
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.refusals import ApiError, unknown_file
from adapters.emulator.shapes import LARGEST_PAGE, counts, page_token, read_page_token
from adapters.emulator.standing import inline
from adapters.emulator.translation import core_error, lost, struck
from core.errors import GoneError, RejectedError
from core.provider import FilePage, Job, JobPage, JobState, RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from adapters.emulator.call_faults import CallFault
    from adapters.emulator.emulator import Emulator
    from adapters.emulator.rows import FileRow, JobRow

T = TypeVar("T")


class EmulatedProvider:
    """Implements core.provider.BatchProvider over an Emulator, and counts its calls there like the HTTP server."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def upload(self, content: BinaryIO, *, display_name: str) -> RemoteFile:
        """Put a batch file into the emulator's store."""
        return self._ask(
            "upload.start", lambda: self._upload(content, display_name), display_name=display_name, effect=True
        )

    def create(self, *, model: str, input_file: str, display_name: str, embeds: bool = False) -> Job:
        """Create a job from an uploaded file."""
        method = "asyncBatchEmbedContent" if embeds else "batchGenerateContent"
        full_model = f"models/{model.removeprefix('models/')}"
        file_id = input_file.removeprefix("files/")

        def made() -> JobRow:
            check_does(full_model, "v1beta", method)
            return self._emulator.jobs.create_from_file(full_model, file_id, display_name)

        row = self._ask(
            "batches.create",
            made,
            display_name=display_name,
            effect=True,
        )
        return self._job(row)

    def get(self, name: str) -> Job:
        """Look at one job."""
        job_id = _job_id(name)
        display_name = self._emulator.display_name(job_id=job_id)
        return self._job(
            self._ask("batches.get", lambda: self._emulator.jobs.get(job_id), display_name=display_name)
        )

    def list_jobs(self, *, page_size: int, page_token: str | None = None) -> JobPage:
        """Return one page of all jobs, newest first."""
        size = min(page_size, LARGEST_PAGE)
        rows = self._ask("batches.list", lambda: self._page(page_token or "", size + 1))
        return JobPage(tuple(map(self._job, rows[:size])), _next_token(rows, size))

    def list_files(self, *, page_size: int, page_token: str | None = None) -> FilePage:
        """Return one page of the uploaded files, newest first."""
        size = min(page_size, LARGEST_PAGE)
        rows = self._ask("files.list", lambda: self._file_page(page_token or "", size + 1))
        return FilePage(tuple(map(_file, rows[:size])), _next_token(rows, size))

    def download(self, job: Job, sink: BinaryIO) -> None:
        """Write the job's result lines into `sink`."""
        try:
            fault = self._fault("files.download", job.display_name)
            if isinstance(fault, Truncated):
                self._download_cut(fault, job, sink)
            else:
                struck(fault, "files.download", lambda: self._download(job, sink), effect=False)
        except ApiError as error:
            raise core_error(error, effect=False) from error

    def cancel(self, name: str) -> None:
        """Cancel a job."""
        job_id = _job_id(name)
        display_name = self._emulator.display_name(job_id=job_id)
        self._ask("batches.cancel", lambda: self._emulator.jobs.cancel(job_id), display_name=display_name)

    def get_file(self, name: str) -> RemoteFile:
        """Look at one uploaded file."""
        file_id = name.removeprefix("files/")
        return _file(self._ask("files.get", lambda: self._emulator.files.get(file_id)))

    def delete_job(self, name: str) -> None:
        """Forget a job; one that is already gone is no error."""
        job_id = _job_id(name)
        try:
            self._ask("batches.delete", lambda: self._emulator.jobs.delete(job_id))
        except GoneError:
            return

    def delete_file(self, name: str) -> None:
        """Delete an uploaded file; neither one that is gone nor a result's undeletable id is an error."""
        file_id = name.removeprefix("files/")
        try:
            display_name = self._emulator.display_name(file_id=file_id)
            self._ask("files.delete", lambda: self._emulator.files.delete(file_id), display_name=display_name)
        except (GoneError, RejectedError):
            return

    def _ask(self, verb: str, work: Callable[[], T], *, display_name: str = "", effect: bool = False) -> T:
        """Do what every call passes through: count it, let it be struck, and say refusals in the core's words."""
        try:
            return struck(self._fault(verb, display_name), verb, work, effect=effect)
        except ApiError as error:
            raise core_error(error, effect=effect) from error

    def _fault(self, verb: str, display_name: str) -> CallFault | None:
        self._emulator.calls[verb] += 1
        self._emulator.requests.take(verb, "")
        if self._emulator.sweeper.due():
            self._emulator.sweeper.sweep()
        troubles = self._emulator.troubles
        return troubles.for_call(verb, display_name) if troubles.of_calls else None

    def _upload(self, content: BinaryIO, display_name: str) -> RemoteFile:
        emulator = self._emulator
        upload = emulator.uploads.start(
            name="", display_name=display_name, mime_type="application/jsonl", declared=None
        )
        content.seek(0)
        with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
            shutil.copyfileobj(content, sink)
        return _file(emulator.uploads.finish(upload))

    def _page(self, token: str, limit: int) -> list[JobRow]:
        return self._emulator.jobs.page(below=read_page_token(token), limit=limit)

    def _file_page(self, token: str, limit: int) -> list[FileRow]:
        return self._emulator.files.page(below=read_page_token(token), limit=limit)

    def _download(self, job: Job, sink: BinaryIO) -> None:
        results = self._emulator.results
        job_id = _job_id(job.name)
        if job.inline:
            row = self._emulator.jobs.get(job_id)
        elif job.result_file is None:
            raise unknown_file(f"{RESULT_PREFIX}{job_id}")
        else:
            row = results.job_of(job.result_file.removeprefix("files/"))
        with results.open(row) as lines:
            shutil.copyfileobj(lines, sink)

    def _download_cut(self, fault: Truncated, job: Job, sink: BinaryIO) -> None:
        whole = io.BytesIO()
        self._download(job, whole)
        content = whole.getvalue()
        sink.write(content[: int(len(content) * fault.keep)])
        if fault.length:
            raise lost("the emulator's answer broke off", effect=False)

    def _job(self, row: JobRow) -> Job:
        row = self._emulator.results.counted(row)
        stands = self._emulator.jobs.standing(row)
        succeeded, failed, pending = counts(row, stands)
        there = stands.rows > 0
        known = stands.state in JobState.__members__
        return Job(
            name=f"batches/{row.id}",
            display_name=row.display_name,
            state=JobState(stands.state) if known else JobState.UNKNOWN,
            model=row.model,
            input_file=row.input_file,
            result_file=f"files/{RESULT_PREFIX}{row.id}" if there and not inline(row) else None,
            inline=there and inline(row),
            created_at=moment(row.created_ns),
            ended_at=moment(stands.since_ns) if stands.ended else None,
            requests=row.requests,
            succeeded=succeeded,
            failed=failed,
            pending=pending,
            error=None if stands.error is None else stands.error[1],
            error_code=None if stands.error is None else stands.error[0],
        )


def _job_id(name: str) -> str:
    return name.removeprefix("batches/")


def _file(row: FileRow) -> RemoteFile:
    return RemoteFile(
        name=f"files/{row.id}",
        size=row.size,
        expires_at=moment(row.expires_ns),
        display_name=row.display_name,
        sha256=row.sha256,
        created_at=moment(row.created_ns),
    )


def _next_token(rows: list[FileRow] | list[JobRow], size: int) -> str | None:
    return page_token(rows[size - 1].position) if len(rows) > size else None
