"""The emulator's jobs: made from a file or from inline requests, passing by the clock alone."""

from __future__ import annotations

import secrets
import sys
import threading
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.clock import FILE_LIFETIME, SECOND
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.model import respond
from adapters.emulator.refusals import invalid, unknown_entity, unknown_file
from adapters.emulator.rows import FileRow, JobRow
from adapters.emulator.validation import check_lines, check_request, request_of
from adapters.emulator.wire import field

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from adapters.emulator.blobs import Blobs
    from adapters.emulator.clock import NowNs
    from adapters.emulator.files import Files
    from adapters.emulator.rows import Rows
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.wire import Message

NEWEST = sys.maxsize
"""Larger than the `seq` of any row."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Jobs:
    """Jobs by id, without the `batches/`; all methods raise ApiError in the real service's words."""

    def __init__(self, rows: Rows, blobs: Blobs, files: Files, now: NowNs, settings: EmulatorSettings) -> None:
        self._rows = rows
        self._blobs = blobs
        self._files = files
        self._now = now
        self._making = threading.Lock()
        self._pending_ns = int(settings.pending_seconds * SECOND)
        self._running_ns = int(settings.running_seconds * SECOND)

    def create_from_file(self, model: str, file_id: str, display_name: str) -> JobRow:
        """Check a file, line by line, and make a job of it."""
        self._files.get(file_id)
        with self._blobs.reader(f"files/{file_id}") as lines:
            requests = check_lines(lines)
        job_id = _new_id()
        self._blobs.share(f"files/{file_id}", f"inputs/{job_id}")
        return self._added(job_id, model, display_name, f"files/{file_id}", requests)

    def create_inline(self, model: str, requests: Sequence[Message], display_name: str) -> JobRow:
        """Check inline requests (`{"request": …, "metadata": …}`) and make a job of them."""
        if not requests:
            raise invalid("The batch holds no requests.")
        for index, item in enumerate(requests):
            check_request(field(item, "request"), f"requests[{index}]")
        job_id = _new_id()
        self._blobs.write(f"inputs/{job_id}", (_encode(item) + b"\n" for item in requests))
        return self._added(job_id, model, display_name, None, len(requests))

    def get(self, job_id: str) -> JobRow:
        """Return a job that was not deleted."""
        row = self._rows.job(job_id)
        if row is None or row.deleted_ns is not None:
            raise unknown_entity()
        return row

    def page(self, *, below: int, limit: int) -> list[JobRow]:
        """Return at most `limit` jobs, newest first, older than the one with `seq` `below`."""
        return self._rows.jobs(below=below, limit=limit)

    def state(self, job: JobRow) -> str:
        """Return PENDING, RUNNING, SUCCEEDED or CANCELLED."""
        return state_at(job, self._now())

    def cancel(self, job_id: str) -> None:
        """Cancel a job at once; one that has ended stays as it is."""
        job = self.get(job_id)
        if self.state(job) in {"PENDING", "RUNNING"}:
            self._rows.cancel_job(job_id, self._now())
            self._blobs.remove(f"inputs/{job_id}")

    def delete(self, job_id: str) -> None:
        """Forget a job; it stops where it stands, and a result that was there stays until it expires."""
        job = self.get(job_id)
        self._rows.delete_job(job_id, self._now())
        if self.state(job) != "SUCCEEDED":
            self._blobs.remove(f"inputs/{job_id}")

    def result_file(self, file_id: str) -> JobRow:
        """Return the job whose living result file this is, whether its content has been made or not."""
        job = self._rows.job(file_id.removeprefix(RESULT_PREFIX))
        now = self._now()
        if job is None or job.input_file is None or now >= job.ends_ns + FILE_LIFETIME:
            raise unknown_file(file_id)
        if state_at(job, now if job.deleted_ns is None else job.deleted_ns) != "SUCCEEDED":
            raise unknown_file(file_id)
        return job

    def work_left(self, job: JobRow) -> int:
        """Return the bytes of input whose answers have not been made yet."""
        return self._blobs.size(f"inputs/{job.id}") or 0

    def result(self, job: JobRow) -> FileRow:
        """Return a finished job's result file, making its content at the first call."""
        name = f"results/{job.id}"
        with self._making:
            if self._blobs.size(name) is None:
                self._blobs.write(name, self._answers(job))
                self._blobs.remove(f"inputs/{job.id}")
        size = self._blobs.size(name) or 0
        file_id = f"{RESULT_PREFIX}{job.id}"
        expires = job.ends_ns + FILE_LIFETIME
        return FileRow(job.seq, file_id, "", "application/jsonl", size, "", job.ends_ns, expires)

    def open_result(self, job: JobRow) -> BinaryIO:
        """Open the result's lines."""
        self.result(job)
        return self._blobs.reader(f"results/{job.id}")

    def _answers(self, job: JobRow) -> Iterator[bytes]:
        with self._blobs.reader(f"inputs/{job.id}") as lines:
            for number, line in enumerate(lines, 1):
                if not line.isspace():
                    yield _encode(_answered(job, number, _decode(line))) + b"\n"

    def _added(self, job_id: str, model: str, display_name: str, input_file: str | None, requests: int) -> JobRow:
        now = self._now()
        starts = now + self._pending_ns
        ends = starts + self._running_ns
        self._rows.add_job(JobRow(0, job_id, model, display_name, input_file, requests, now, starts, ends))
        return self.get(job_id)


def state_at(job: JobRow, now_ns: int) -> str:
    """Return the state of a job at a moment: PENDING, RUNNING, SUCCEEDED or CANCELLED."""
    if job.cancelled_ns is not None:
        return "CANCELLED"
    if now_ns < job.starts_ns:
        return "PENDING"
    return "RUNNING" if now_ns < job.ends_ns else "SUCCEEDED"


def _answered(job: JobRow, number: int, line: Message) -> Message:
    request = request_of(line)
    if not isinstance(request, dict):
        raise TypeError(f"line {number} of job {job.id} was checked and is no request")
    answered: Message = {"response": respond(job.model, request, f"{job.id[:16]}{number:06d}")}
    for name in ("key", "metadata"):
        if name in line:
            answered[name] = line[name]
    return answered


def _new_id() -> str:
    return secrets.token_hex(18)
