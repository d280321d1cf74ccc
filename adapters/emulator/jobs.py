"""The emulator's jobs: made from a file or from inline requests, passing by the clock alone."""

from __future__ import annotations

import secrets
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.answers import Tally, result_lines
from adapters.emulator.clock import FILE_LIFETIME, SECOND
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.job_faults import kept
from adapters.emulator.model import count_tokens
from adapters.emulator.refusals import invalid, unknown_entity, unknown_file
from adapters.emulator.rows import FileRow, JobRow
from adapters.emulator.standing import inline, passing, standing
from adapters.emulator.stats import Billed
from adapters.emulator.validation import check_lines, check_request, request_of
from adapters.emulator.wire import field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from adapters.emulator.blobs import Blobs
    from adapters.emulator.clock import NowNs
    from adapters.emulator.files import Files
    from adapters.emulator.rows import Rows
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.standing import Standing
    from adapters.emulator.troubles import Troubles
    from adapters.emulator.wire import Message

NEWEST = sys.maxsize
"""Larger than the `seq` of any row."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Jobs:
    """Jobs by id, without the `batches/`; all methods raise ApiError in the real service's words."""

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one emulator
        self, rows: Rows, blobs: Blobs, files: Files, now: NowNs, settings: EmulatorSettings, troubles: Troubles
    ) -> None:
        self._rows = rows
        self._blobs = blobs
        self._files = files
        self._now = now
        self._troubles = troubles
        self._quotas = settings.quotas.or_else(settings.scenario.quotas)
        self._counts_tokens = self._quotas.enqueued_tokens is not None
        self._making = threading.Lock()
        self._admitting = threading.Lock()
        self._pending_ns = int(settings.pending_seconds * SECOND)
        self._running_ns = int(settings.running_seconds * SECOND)

    def create_from_file(self, model: str, file_id: str, display_name: str) -> JobRow:
        """Check a file, line by line, and make a job of it."""
        self._files.get(file_id)
        with self._blobs.reader(f"files/{file_id}") as lines:
            requests = check_lines(lines)
        tokens = self._tokens(f"files/{file_id}")
        with self._admitting:
            self._quotas.check(self._rows, model=model, tokens=tokens, now_ns=self._now())
            job_id = _new_id()
            self._blobs.share(f"files/{file_id}", f"inputs/{job_id}")
            return self._added(job_id, model, display_name, f"files/{file_id}", requests, tokens)

    def create_inline(self, model: str, requests: Sequence[Message], display_name: str) -> JobRow:
        """Check inline requests (`{"request": …, "metadata": …}`) and make a job of them."""
        if not requests:
            raise invalid("The batch holds no requests.")
        for index, item in enumerate(requests):
            check_request(field(item, "request"), f"requests[{index}]")
        tokens = sum(count_tokens(item["request"]) for item in requests) if self._counts_tokens else 0
        with self._admitting:
            self._quotas.check(self._rows, model=model, tokens=tokens, now_ns=self._now())
            job_id = _new_id()
            self._blobs.write(f"inputs/{job_id}", (_encode(item) + b"\n" for item in requests))
            return self._added(job_id, model, display_name, None, len(requests), tokens)

    def get(self, job_id: str) -> JobRow:
        """Return a job that was not deleted."""
        row = self._rows.job(job_id)
        if row is None or row.deleted_ns is not None:
            raise unknown_entity()
        return row

    def page(self, *, below: int, limit: int) -> list[JobRow]:
        """Return at most `limit` jobs, newest first, older than the one with `seq` `below`."""
        return self._rows.jobs(below=below, limit=limit)

    def standing(self, job: JobRow) -> Standing:
        """Return where a job stands now."""
        return standing(job, self._now())

    def cancel(self, job_id: str) -> None:
        """Cancel a job at once; one that has ended stays as it is."""
        job = self.get(job_id)
        if not self.standing(job).ended:
            self._rows.cancel_job(job_id, self._now())
            if not job.fault:
                self._blobs.remove(f"inputs/{job_id}")

    def delete(self, job_id: str) -> None:
        """Forget a job; it stops where it stands, and a result that was there stays until it expires."""
        job = self.get(job_id)
        self._rows.delete_job(job_id, self._now())
        if not self.standing(job).answered:
            self._blobs.remove(f"inputs/{job_id}")

    def result_file(self, file_id: str) -> JobRow:
        """Return the job whose living result file this is, whether its content has been made or not."""
        job = self._rows.job(file_id.removeprefix(RESULT_PREFIX))
        if job is None or inline(job):
            raise unknown_file(file_id)
        stands = self.standing(job)
        if not stands.rows or self._now() >= stands.since_ns + FILE_LIFETIME:
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
                self._make(job)
        size = self._blobs.size(name) or 0
        file_id = f"{RESULT_PREFIX}{job.id}"
        made = self.standing(job).since_ns
        return FileRow(job.seq, file_id, "", "application/jsonl", size, "", made, made + FILE_LIFETIME)

    def open_result(self, job: JobRow) -> BinaryIO:
        """Open the result's lines."""
        self.result(job)
        return self._blobs.reader(f"results/{job.id}")

    def counted(self, job: JobRow) -> JobRow:
        """Return a job with the count of its failed rows, for which its result is made where rows can fail."""
        if job.failed is not None or not self._troubles.of_rows or not self.standing(job).answered:
            return job
        self.result(job)
        return self._rows.job(job.id) or job

    def billed(self) -> Billed:
        """Return the jobs that were worked on, by display name, and their tokens; their results are made."""
        jobs: Counter[str] = Counter()
        asked = answered = 0
        for job in self._rows.every_job():
            if self.standing(job).answered:
                jobs[job.display_name] += 1
                self.result(job)
                settled = self._rows.job(job.id) or job
                asked, answered = asked + settled.asked, answered + settled.answered
        return Billed(jobs=dict(sorted(jobs.items())), prompt_tokens=asked, answer_tokens=answered)

    def _make(self, job: JobRow) -> None:
        tally = Tally()
        rows = self.standing(job).answered
        with self._blobs.reader(f"inputs/{job.id}") as lines:
            answers = result_lines(job, lines, rows, self._troubles, tally)
            self._blobs.write(f"results/{job.id}", answers)
        self._rows.settle_job(job.id, failed=tally.failed, asked=tally.asked, answered=tally.answered)
        self._blobs.remove(f"inputs/{job.id}")

    def _tokens(self, name: str) -> int:
        """Return the tokens of a checked file, 0 where no quota asks for them."""
        if not self._counts_tokens:
            return 0
        with self._blobs.reader(name) as lines:
            requests = [request_of(_decode(line)) for line in lines if not line.isspace()]
        return sum(count_tokens(request) for request in requests if isinstance(request, dict))

    def _added(  # noqa: PLR0913, PLR0917 - the columns of a row
        self, job_id: str, model: str, display_name: str, input_file: str | None, requests: int, tokens: int
    ) -> JobRow:
        now = self._now()
        fault = self._troubles.for_job(display_name)
        starts, ends = passing(now, self._pending_ns, self._running_ns, fault)
        row = JobRow(0, job_id, model, display_name, input_file, requests, now, starts, ends)
        self._rows.add_job(msgspec.structs.replace(row, tokens=tokens, fault=kept(fault)))
        return self.get(job_id)


def _new_id() -> str:
    return secrets.token_hex(18)
