"""The emulator itself, without HTTP: one file store and one job queue over one folder or over memory."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.blobs import DiskBlobs, MemoryBlobs
from adapters.emulator.clock import fast_clock, given_clock
from adapters.emulator.files import RESULT_PREFIX, Files, Uploads
from adapters.emulator.jobs import Jobs
from adapters.emulator.rows import Rows
from adapters.emulator.shapes import operation_shape

if TYPE_CHECKING:
    from adapters.emulator.rows import FileRow, JobRow
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.wire import Message
    from core.ports import Clock


class Emulator:
    """Files, uploads and jobs that share a folder and a clock; `calls` counts what was asked, by verb.

    With a `clock` given, time is what it says, whatever the settings' speed. Raises BadInputError when another
    emulator holds the folder.
    """

    def __init__(self, settings: EmulatorSettings, clock: Clock | None = None) -> None:
        folder = settings.folder
        self.blobs = MemoryBlobs() if folder is None else DiskBlobs(folder)
        self._rows = Rows(None if folder is None else folder / "emulator.db")
        self.now = fast_clock(self._rows, settings.speed) if clock is None else given_clock(clock)
        self.files = Files(self._rows, self.blobs, self.now)
        self.uploads = Uploads(self._rows, self.blobs, self.now)
        self.jobs = Jobs(self._rows, self.blobs, self.files, self.now, settings)
        self.calls: Counter[str] = Counter()
        self.files.sweep()

    def close(self) -> None:
        """Let go of the folder; everything stays in it."""
        self._rows.close()

    def find_file(self, file_id: str) -> FileRow:
        """Return an uploaded file or a result file; the latter's content is made if it was not yet."""
        if file_id.startswith(RESULT_PREFIX):
            return self.jobs.result(self.jobs.result_file(file_id))
        return self.files.get(file_id)

    def operation(self, job: JobRow) -> Message:
        """Return a job's operation; an inline job that has ended carries its answers."""
        if job.input_file is not None or self.jobs.state(job) != "SUCCEEDED":
            return operation_shape(job, self.now())
        with self.jobs.open_result(job) as lines:
            return operation_shape(job, self.now(), [msgspec.Raw(line) for line in lines])

    def stats(self) -> Message:
        """Return the calls by verb since the start, and all jobs ever made by display name."""
        return {"calls": dict(sorted(self.calls.items())), "jobs": self._rows.jobs_per_display_name()}
