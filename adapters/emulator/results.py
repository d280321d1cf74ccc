"""The results of jobs: made when they are first asked for, counted, billed, and gone when they have expired."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from adapters.emulator.answers import Tally, result_lines
from adapters.emulator.clock import FILE_LIFETIME
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.refusals import unknown_file
from adapters.emulator.rows import FileRow
from adapters.emulator.standing import inline, standing
from adapters.emulator.stats import Billed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from adapters.emulator.blobs import Blobs
    from adapters.emulator.clock import NowNs
    from adapters.emulator.rows import JobRow, Rows
    from adapters.emulator.troubles import Troubles

_LOCKS = 64


class Results:
    """Result files by the id of their job; all raise ApiError in the real service's words."""

    def __init__(self, rows: Rows, blobs: Blobs, now: NowNs, troubles: Troubles) -> None:
        self._rows = rows
        self._blobs = blobs
        self._now = now
        self._troubles = troubles
        self._making = [threading.Lock() for _ in range(_LOCKS)]

    def job_of(self, file_id: str) -> JobRow:
        """Return the job whose living result file this is, whether its content has been made or not."""
        job = self._rows.job(file_id.removeprefix(RESULT_PREFIX))
        if job is None or inline(job) or job.until_ns is None:
            raise unknown_file(file_id)
        stands = standing(job, self._now())
        if not stands.rows or self._now() >= stands.since_ns + FILE_LIFETIME:
            raise unknown_file(file_id)
        return job

    def work_left(self, job: JobRow) -> int:
        """Return the bytes of input whose answers have not been made yet."""
        return self._blobs.size(f"inputs/{job.id}") or 0

    def described(self, job: JobRow) -> FileRow:
        """Return a finished job's result file, making its content at the first call."""
        with self._lock(job):
            size = self._made(job)
        made = standing(job, self._now()).since_ns
        return FileRow(
            job.seq, f"{RESULT_PREFIX}{job.id}", "", "application/jsonl", size, "", made, made + FILE_LIFETIME
        )

    def open(self, job: JobRow) -> BinaryIO:
        """Open the result's lines."""
        with self._lock(job):
            self._made(job)
            return self._blobs.reader(f"results/{job.id}")

    def counted(self, job: JobRow) -> JobRow:
        """Return a job with the count of its failed rows, for which its result is made where rows can fail."""
        settled = job.failed is not None or job.until_ns is None
        if not self._troubles.of_rows or settled or not standing(job, self._now()).answered:
            return job
        return self._settled(job)

    def billed(self) -> Billed:
        """Return the jobs that were worked on, by display name, and their tokens; their results are made."""
        for job in self._rows.unsettled_jobs(self._now()):
            if standing(job, self._now()).answered:
                self._settled(job)
        settled = self._rows.settled()
        return Billed(
            jobs={name: jobs for name, jobs, _, _ in settled},
            prompt_tokens=sum(asked for _, _, asked, _ in settled),
            answer_tokens=sum(answered for _, _, _, answered in settled),
        )

    def sweep(self, limit: int) -> bool:
        """Remove the contents of at most so many jobs that nobody can get at any more; what is billed is kept.

        Returns whether there may be more.
        """
        past = self._rows.jobs_past_keeping(self._now(), limit)
        for job in past:
            with self._lock(job):
                if job.failed is None and standing(job, self._now()).answered and self.work_left(job):
                    tally = Tally()
                    deque(self._answers(job, tally), maxlen=0)
                    self._note(job, tally)
                self._blobs.remove(f"inputs/{job.id}")
                self._blobs.remove(f"results/{job.id}")
                self._rows.forget_contents(job.id)
        return len(past) == limit

    def _settled(self, job: JobRow) -> JobRow:
        with self._lock(job):
            self._made(job)
        return self._rows.job(job.id) or job

    def _lock(self, job: JobRow) -> threading.Lock:
        return self._making[hash(job.id) % _LOCKS]

    def _made(self, job: JobRow) -> int:
        """Make a result's content unless it is there, and return its size; its job's lock is held."""
        name = f"results/{job.id}"
        size = self._blobs.size(name)
        if size is not None:
            return size
        tally = Tally()
        try:
            self._blobs.write(name, self._answers(job, tally))
        except FileNotFoundError:
            raise unknown_file(f"{RESULT_PREFIX}{job.id}") from None
        self._note(job, tally)
        self._blobs.remove(f"inputs/{job.id}")
        return self._blobs.size(name) or 0

    def _answers(self, job: JobRow, tally: Tally) -> Iterator[bytes]:
        rows = standing(job, self._now()).answered
        with self._blobs.reader(f"inputs/{job.id}") as lines:
            yield from result_lines(job, lines, rows, self._troubles, tally)

    def _note(self, job: JobRow, tally: Tally) -> None:
        self._rows.settle_job(job.id, failed=tally.failed, asked=tally.asked, answered=tally.answered)
