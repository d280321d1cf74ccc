"""The emulator itself, without HTTP: one file store and one job queue over one folder or over memory."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.blobs import DiskBlobs, MemoryBlobs
from adapters.emulator.clock import LARGEST_STEP, DrivenClock, fast_clock, given_clock
from adapters.emulator.files import RESULT_PREFIX, Files, Uploads
from adapters.emulator.jobs import Jobs
from adapters.emulator.loading import Loader
from adapters.emulator.quotas import RequestQuota
from adapters.emulator.refusals import ApiError, invalid
from adapters.emulator.results import Results
from adapters.emulator.rows import Rows
from adapters.emulator.shapes import operation_shape
from adapters.emulator.standing import inline
from adapters.emulator.stats import Stats
from adapters.emulator.sweeper import Sweeper
from adapters.emulator.troubles import Troubles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.emulator.rows import FileRow, JobRow, UploadRow
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.truth import Truth
    from adapters.emulator.wire import Message
    from core.ports import Clock


class Emulator:
    """Files, uploads and jobs that share a folder and a clock.

    `calls` counts what was asked, by verb, `received` and `sent` the bytes of the bodies over HTTP; `requests`
    is the quota that every call is taken from.
    With a `clock` given, time is what it says, whatever the settings' speed. Raises BadInputError when another
    emulator holds the folder, and for a truth that cannot be loaded.
    """

    def __init__(self, settings: EmulatorSettings, clock: Clock | None = None) -> None:
        folder = settings.folder
        self.blobs = MemoryBlobs() if folder is None else DiskBlobs(folder)
        self._rows = Rows(None if folder is None else folder / "emulator.db")
        base = fast_clock(self._rows, settings.speed) if clock is None else given_clock(clock)
        self.now = DrivenClock(base, self._rows, settings.speed)
        self._drivable = settings.drivable_clock
        self.files = Files(self._rows, self.blobs, self.now)
        self.uploads = Uploads(self._rows, self.blobs, self.now)
        self.troubles = Troubles(settings.scenario)
        self.results = Results(self._rows, self.blobs, self.now, self.troubles)
        self.jobs = Jobs(self._rows, self.blobs, self.files, self.results, self.now, settings, self.troubles)
        self.sweeper = Sweeper(self.now, (self.files.sweep, self.uploads.sweep, self.results.sweep))
        self.calls: Counter[str] = Counter()
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.requests = RequestQuota(self.jobs.quotas.requests_a_minute, self.now, settings.speed)
        self._loader = Loader(self._rows, self.blobs, self.jobs, self.now, settings)
        with self._closed_by_failure():
            self.load(settings.truth)

    def load(self, truth: Truth) -> None:
        """Add the jobs and files of a truth, all or none; raises BadInputError naming what cannot be used."""
        self._loader.load(truth)

    def close(self) -> None:
        """Let go of the folder; everything stays in it."""
        self._rows.close()

    def operation(self, job: JobRow) -> Message:
        """Return a job's operation; one whose output stands in it carries its answers."""
        job = self.results.counted(job)
        if not inline(job) or not self.jobs.standing(job).rows:
            return operation_shape(job, self.now())
        with self.jobs.open_result(job) as lines:
            answers = [msgspec.Raw(line if job.input_file is None else _with_metadata(line)) for line in lines]
        return operation_shape(job, self.now(), answers)

    def display_name(self, *, job_id: str = "", file_id: str = "", upload_id: str = "", **_: str) -> str:
        """Return the display name of a job, a file (a result has its job's) or an upload; "" if unknown."""
        job_id = job_id or (file_id.removeprefix(RESULT_PREFIX) if file_id.startswith(RESULT_PREFIX) else "")
        row: JobRow | FileRow | UploadRow | None = None
        if job_id:
            row = self._rows.job(job_id)
        elif file_id:
            row = self._rows.file(file_id)
        elif upload_id:
            row = self._rows.upload(upload_id)
        return "" if row is None else row.display_name

    def advance(self, seconds: float) -> None:
        """Put the clock forward; raises ApiError (400) when it cannot be driven, or would go back."""
        if not self._drivable:
            raise ApiError(
                400,
                "FAILED_PRECONDITION",
                "The emulator's clock cannot be driven; start the emulator with --drivable-clock.",
            )
        if not 0 <= seconds < LARGEST_STEP:
            raise invalid(f"advance is {seconds}; give seconds from 0 to less than {LARGEST_STEP:.0f}.")
        self.now.advance(seconds)

    @contextmanager
    def _closed_by_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def stats(self) -> Message:
        """Return the statistics as an object in the form of `stats.Stats`."""
        jobs = self._rows.jobs_per_display_name()
        stats = Stats(
            calls=dict(sorted(self.calls.items())),
            jobs=jobs,
            created=sum(jobs.values()),
            billed=self.results.billed(),
            faults=dict(sorted(self.troubles.injected.items())),
            received=dict(sorted(self.received.items())),
            sent=dict(sorted(self.sent.items())),
        )
        return dict(msgspec.to_builtins(stats))


def _with_metadata(line: bytes) -> bytes:
    """Return a result line as an inlined response, whose key stands in its metadata."""
    message: Message = msgspec.json.decode(line)
    key = message.pop("key", None)
    return msgspec.json.encode(message if key is None else message | {"metadata": {"key": key}})
