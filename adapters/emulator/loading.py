"""Puts the jobs and files of a truth into an emulator, all of them or none."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.clock import FILE_LIFETIME, SECOND, nanoseconds
from adapters.emulator.contents import Contents
from adapters.emulator.job_faults import Expired, Failed, kept
from adapters.emulator.refusals import ApiError
from adapters.emulator.rows import FileRow, JobRow
from adapters.emulator.standing import kept_until
from core.errors import BadInputError
from core.one_line import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adapters.emulator.blobs import Blobs
    from adapters.emulator.clock import NowNs
    from adapters.emulator.job_faults import JobFault
    from adapters.emulator.jobs import Jobs
    from adapters.emulator.rows import Rows
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.truth import TrueFile, TrueJob, Truth

_ANSWERING = frozenset({"PENDING", "RUNNING", "SUCCEEDED"})
"""The states whose jobs have a result, or will have one."""


class Loader:
    """Loads truths into one emulator's rows and blobs."""

    def __init__(self, rows: Rows, blobs: Blobs, jobs: Jobs, now: NowNs, settings: EmulatorSettings) -> None:
        self._rows = rows
        self._blobs = blobs
        self._jobs = jobs
        self._now = now
        self._pending_ns = int(settings.pending_seconds * SECOND)
        self._running_ns = int(settings.running_seconds * SECOND)

    def load(self, truth: Truth) -> None:
        """Add what a truth tells, except what has been here before; raises BadInputError naming the entry."""
        if not truth.jobs and not truth.files:
            return
        contents = Contents(self._blobs, truth.folder)
        try:
            self._rows.add_loaded(*self._read(truth, contents))
        except BaseException:
            contents.drop()
            raise

    def _read(self, truth: Truth, contents: Contents) -> tuple[list[FileRow], list[JobRow]]:
        known, now = self._rows.known_names(), self._now()
        paths = {file.name: file.path for file in truth.files}
        files, jobs = [], []
        for file in truth.files:
            if file.name not in known:
                with _named(truth, file):
                    files.append(_file_row(file, contents, now))
        for job in truth.jobs:
            if job.name not in known:
                with _named(truth, job):
                    jobs.append(self._job_row(job, job.input or paths.get(job.file, ""), contents, now))
        return files, jobs

    def _job_row(self, job: TrueJob, path: str, contents: Contents, now: int) -> JobRow:
        requests = _requests(job, path, contents)
        row = msgspec.structs.replace(self._empty(job, now), requests=requests)
        if not path or job.state not in _ANSWERING:
            return row
        name = f"inputs/{row.id}"
        contents.keep(path, name)
        tokens = 0 if job.over else self._jobs.tokens(name)
        return msgspec.structs.replace(row, tokens=tokens, until_ns=kept_until(row))

    def _empty(self, job: TrueJob, now: int) -> JobRow:
        """Return a job whose contents are gone."""
        ended = _past("ended", job.ended, now)
        created = _past("was created", job.created, ended if job.over else now)
        starts, ends = created, ended
        if job.state == "PENDING":
            starts, ends = now + self._pending_ns, now + self._pending_ns + self._running_ns
        elif job.state == "RUNNING":
            ends = now + self._running_ns
        return JobRow(
            seq=0,
            id=job.name.removeprefix("batches/"),
            model=f"models/{job.model.removeprefix('models/')}",
            display_name=job.display_name,
            input_file=job.file or _unknown_file(job.name),
            requests=0,
            created_ns=created,
            starts_ns=starts,
            ends_ns=ends,
            cancelled_ns=ended if job.state == "CANCELLED" else None,
            fault=kept(_fault(job)),
        )


@contextmanager
def _named(truth: Truth, entry: TrueJob | TrueFile) -> Iterator[None]:
    """Turn whatever makes an entry unusable into one sentence that names it."""
    try:
        yield
    except OSError as error:
        raise _unusable(truth, entry, f"{error.filename} cannot be read ({error.strerror})") from error
    except (ApiError, ValueError) as error:
        raise _unusable(truth, entry, str(error)) from error


def _unusable(truth: Truth, entry: TrueJob | TrueFile, why: str) -> BadInputError:
    why = why.rstrip().removesuffix(".")
    return BadInputError(one_line(f"{truth.source}, {entry.name}: {why}; mend the entry, or take it out"))


def _file_row(file: TrueFile, contents: Contents, now: int) -> FileRow:
    size, sha256 = file.size or 0, file.sha256
    if file.path:
        contents.keep(file.path, file.name)
        size, sha256 = contents.digest(file.name)
    created = _past("was created", file.created, now)
    file_id = file.name.removeprefix("files/")
    expires = created + FILE_LIFETIME
    return FileRow(0, file_id, file.display_name, "application/jsonl", size, sha256, created, expires)


def _requests(job: TrueJob, path: str, contents: Contents) -> int:
    if not path:
        return job.requests or 1
    requests = contents.requests(path, job.model)
    if job.requests not in {None, requests}:
        raise ValueError(f"it has {job.requests} requests, and {path} holds {requests}")
    return requests


def _past(what: str, moment: datetime | None, latest: int) -> int:
    """Return a moment in nanoseconds, `latest` where none is given; raises ValueError for one that is later."""
    if moment is None:
        return latest
    told = nanoseconds(moment)
    if told > latest:
        raise ValueError(f"it {what} at {moment.isoformat()}, which is still to come")
    return told


def _unknown_file(job: str) -> str:
    """Return a name for the file that a job was made of, the same at every loading."""
    return f"files/{hashlib.sha256(job.encode()).hexdigest()[:12]}"


def _fault(job: TrueJob) -> JobFault | None:
    match job.state:
        case "FAILED":
            return Failed(code=job.error_code, message=job.error) if job.error else Failed(code=job.error_code)
        case "EXPIRED":
            return Expired()
        case _:
            return None
