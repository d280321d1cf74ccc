"""Brings results home: downloaded beside their place, checked, renamed, and only then recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import commands as c
from core.engine.books import Entry
from core.errors import BatchmillError, ProviderError, StorageError, UnavailableError
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


def harvest(shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
    """Download the results of these batches and record them in one commit; return how each fared."""
    hauls = shop.side_by_side(lambda batch: _fetch(shop, batch), batches)
    shop.books.write([haul.entry for haul in hauls if haul.entry])
    return hauls


def result_path(shop: Workshop, batch: Batch, kind: str) -> str:
    """Return where a batch's `results` or `refined` file belongs; a later attempt overwrites nothing."""
    stem = shop.policy.file_template.format(number=batch.number).removesuffix(".jsonl")
    attempt = "" if batch.attempt <= 1 else f"_attempt{batch.attempt}"
    return f"{shop.policy.results_folder}/{stem}{attempt}_{kind}.jsonl"


def _fetch(shop: Workshop, batch: Batch) -> Haul:
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
            stored = pending.commit()
    except (ProviderError, StorageError) as error:
        return Haul(batch.number, trouble=error)
    fact = c.RecordDownload(path=stored.path, sha256=stored.sha256, size=stored.size, lines=lines, at=shop.now())
    return Haul(
        batch.number, entry=Entry(batch.number, (fact,), f"the result of {job.name} stands in {stored.path}")
    )


def _count_lines(batch: Batch, sink: BinaryIO) -> int:
    """Return the number of result lines; raises UnavailableError for none, or one cut off.

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
    if not lines:
        raise UnavailableError(f"the download of {batch.name}'s result came empty; it is fetched again")
    return lines
