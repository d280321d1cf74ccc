"""Brings results home: downloaded beside their place, checked, renamed, and only then recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import commands as c
from core.engine.books import Entry
from core.engine.failure import failure
from core.errors import BatchmillError, GoneError, ProviderError, StorageError, UnavailableError
from core.ports import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from core.batch.state import Batch
    from core.engine.workshop import Workshop

CHUNK = 1 << 20


class Haul(msgspec.Struct, frozen=True):
    """What came of one download: an entry for the books, or the trouble that leaves it for the next time."""

    number: int
    entry: Entry | None = None
    trouble: BatchmillError | None = None


class EmptyResultError(UnavailableError):
    """A result without a single line, which may be a download cut off before its first."""


class Harvester:
    """Downloads results, and remembers how often in a row one was not there.

    The memory is the process's own: after a restart a result is asked for anew, which errs on the safe side.
    """

    def __init__(self) -> None:
        """Begin with no result missed."""
        self._missed: dict[int, int] = {}

    def harvest(self, shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
        """Download the results of these batches and record them in one commit; return how each fared.

        A result that the provider did not know in as many tries as the policy looks for a job is lost, and its
        batch has failed; one that came empty as often is taken for what it is.
        """
        enough = shop.policy.looks_for_a_job - 1
        fetched = shop.side_by_side(
            lambda batch: _fetch(shop, batch, believe_empty=self._missed.get(batch.number, 0) >= enough), batches
        )
        hauls = [self._judge(shop, haul) for haul in fetched]
        shop.books.write([haul.entry for haul in hauls if haul.entry])
        return hauls

    def _judge(self, shop: Workshop, haul: Haul) -> Haul:
        if haul.trouble is None:
            self._missed.pop(haul.number, None)
        elif isinstance(haul.trouble, GoneError | EmptyResultError):
            self._missed[haul.number] = self._missed.get(haul.number, 0) + 1
        if not isinstance(haul.trouble, GoneError) or self._missed[haul.number] < shop.policy.looks_for_a_job:
            return haul
        reason = f"the result is lost, the provider does not have it any more ({haul.trouble})"
        fact = failure(shop, shop.books.get(haul.number), "gone", reason, None)
        return Haul(haul.number, entry=Entry(haul.number, (fact,), "the provider does not know the result"))


def result_path(shop: Workshop, batch: Batch, kind: str) -> str:
    """Return where a batch's `results` or `refined` file belongs; a later attempt overwrites nothing."""
    stem = shop.policy.file_template.format(number=batch.number).removesuffix(".jsonl")
    attempt = "" if batch.attempt <= 1 else f"_attempt{batch.attempt}"
    return f"{shop.policy.results_folder}/{stem}{attempt}_{kind}.jsonl"


def _fetch(shop: Workshop, batch: Batch, *, believe_empty: bool) -> Haul:
    job = Job(
        name=batch.job_name or "",
        display_name=batch.display_name,
        state=JobState.SUCCEEDED,
        result_file=batch.result_file,
        inline=batch.result_file is None,
    )
    path = result_path(shop, batch, "results")
    try:
        with shop.files.create(path) as pending:
            shop.provider.download(job, pending.sink)
            lines = _count_lines(batch, pending.sink)
            if not lines and not believe_empty:
                raise EmptyResultError(f"the download of {batch.name}'s result came empty; it is fetched again")
            stored = pending.commit()
    except (ProviderError, StorageError) as error:
        return Haul(batch.number, trouble=error)
    fact = c.RecordDownload(path=stored.path, sha256=stored.sha256, size=stored.size, lines=lines, at=shop.now())
    return Haul(
        batch.number, entry=Entry(batch.number, (fact,), f"the result of {job.name} stands in {stored.path}")
    )


def _count_lines(batch: Batch, sink: BinaryIO) -> int:
    """Return the number of result lines; raises UnavailableError for a file that breaks off in mid-line.

    A connection that closes early without a stated length cuts a result silently, and what it cuts is a line.
    """
    sink.seek(0)
    lines, last = 0, b""
    while chunk := sink.read(CHUNK):
        lines += chunk.count(b"\n")
        last = (last + chunk).rpartition(b"\n")[2]
    if last.strip():
        try:
            msgspec.json.decode(last)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise UnavailableError(
                f"the download of {batch.name}'s result breaks off in line {lines + 1}; it is fetched again"
            ) from None
        lines += 1
    return lines
