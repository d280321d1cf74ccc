"""The emulator's jobs: made from a file or from inline requests, passing by the clock alone."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.clock import SECOND
from adapters.emulator.embedding_validation import check_of
from adapters.emulator.job_faults import kept
from adapters.emulator.model import count_tokens
from adapters.emulator.refusals import invalid, unknown_entity, unknown_file
from adapters.emulator.rows import NEWEST, JobRow
from adapters.emulator.standing import kept_until, passing, standing
from adapters.emulator.validation import check_lines, check_request, request_of
from adapters.emulator.wire import field

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from adapters.emulator.blobs import Blobs
    from adapters.emulator.clock import NowNs
    from adapters.emulator.files import Files
    from adapters.emulator.results import Results
    from adapters.emulator.rows import Position, Rows
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.standing import Standing
    from adapters.emulator.troubles import Troubles
    from adapters.emulator.wire import Message

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Jobs:
    """Jobs by id, without the `batches/`; all methods raise ApiError in the real service's words.

    `quotas` are those of the settings, and the scenario's where those say nothing.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of one emulator
        self,
        rows: Rows,
        blobs: Blobs,
        files: Files,
        results: Results,
        now: NowNs,
        settings: EmulatorSettings,
        troubles: Troubles,
    ) -> None:
        self._rows = rows
        self._blobs = blobs
        self._files = files
        self._results = results
        self._now = now
        self._troubles = troubles
        self.quotas = settings.quotas.or_else(settings.scenario.quotas)
        self._counts_tokens = self.quotas.enqueued_tokens is not None
        self._admitting = threading.Lock()
        self._pending_ns = int(settings.pending_seconds * SECOND)
        self._running_ns = int(settings.running_seconds * SECOND)

    def create_from_file(self, model: str, file_id: str, display_name: str) -> JobRow:
        """Check a file, line by line, and make a job of it."""
        self._files.get(file_id)
        try:
            return self._create_from_file(model, file_id, display_name)
        except FileNotFoundError:  # it was deleted, or expired, in this moment
            raise unknown_file(file_id) from None

    def create_inline(self, model: str, requests: Sequence[Message], display_name: str) -> JobRow:
        """Check inline requests (`{"request": …, "metadata": …}`) and make a job of them."""
        if not requests:
            raise invalid("The batch holds no requests.")
        check = check_of(model)
        for index, item in enumerate(requests):
            where = f"batch.input_config.requests.requests[{index}].request"
            check_request(field(item, "request"), where, check)
        tokens = sum(count_tokens(item["request"]) for item in requests) if self._counts_tokens else 0
        with self._admitting:
            self.quotas.check(self._rows, model=model, tokens=tokens, now_ns=self._now())
            job_id = _new_id()
            self._blobs.write(f"inputs/{job_id}", (_encode(item) + b"\n" for item in requests))
            return self._added(job_id, model, display_name, None, len(requests), tokens)

    def get(self, job_id: str) -> JobRow:
        """Return a job that was not deleted."""
        row = self._rows.job(job_id)
        if row is None or row.deleted_ns is not None:
            raise unknown_entity()
        return row

    def page(self, *, below: Position = NEWEST, limit: int) -> list[JobRow]:
        """Return at most `limit` jobs, newest first, from before `below`."""
        return self._rows.jobs(below=below, limit=limit)

    def standing(self, job: JobRow) -> Standing:
        """Return where a job stands now."""
        return standing(job, self._now())

    def cancel(self, job_id: str) -> None:
        """Cancel a job at once; one that has ended stays as it is."""
        job = self.get(job_id)
        if not self.standing(job).ended:
            now = self._now()
            until = kept_until(msgspec.structs.replace(job, cancelled_ns=now))
            self._rows.cancel_job(job_id, now, until)
            if not job.fault:
                self._blobs.remove(f"inputs/{job_id}")

    def delete(self, job_id: str) -> None:
        """Forget a job; it stops where it stands, and a result that was there stays until it expires."""
        job = self.get(job_id)
        self._rows.delete_job(job_id, self._now())
        if not self.standing(job).answered:
            self._blobs.remove(f"inputs/{job_id}")

    def open_result(self, job: JobRow) -> BinaryIO:
        """Open the lines of a finished job's result."""
        return self._results.open(job)

    def tokens(self, name: str) -> int:
        """Return the tokens of a blob with checked lines, 0 where no quota asks for them."""
        if not self._counts_tokens:
            return 0
        with self._blobs.reader(name) as lines:
            requests = [request_of(_decode(line)) for line in lines if not line.isspace()]
        return sum(count_tokens(request) for request in requests if isinstance(request, dict))

    def _create_from_file(self, model: str, file_id: str, display_name: str) -> JobRow:
        name = f"files/{file_id}"
        with self._blobs.reader(name) as lines:
            requests = check_lines(lines, check_of(model))
        tokens = self.tokens(name)
        with self._admitting:
            self.quotas.check(self._rows, model=model, tokens=tokens, now_ns=self._now())
            job_id = _new_id()
            self._blobs.share(name, f"inputs/{job_id}")
            return self._added(job_id, model, display_name, name, requests, tokens)

    def _added(  # noqa: PLR0913, PLR0917 - the columns of a row
        self, job_id: str, model: str, display_name: str, input_file: str | None, requests: int, tokens: int
    ) -> JobRow:
        now = self._now()
        fault = self._troubles.for_job(display_name)
        starts, ends = passing(now, self._pending_ns, self._running_ns, fault)
        row = JobRow(0, job_id, model, display_name, input_file, requests, now, starts, ends)
        row = msgspec.structs.replace(row, tokens=tokens, fault=kept(fault))
        self._rows.add_job(msgspec.structs.replace(row, until_ns=kept_until(row)))
        return self.get(job_id)


def _new_id() -> str:
    return secrets.token_hex(18)
