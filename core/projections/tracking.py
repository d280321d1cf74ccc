"""`batch_tracking.json` as other tools read it, with keys of our own beside theirs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from core.batch.lifecycle import Status
from core.batch.numbers import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from core.projections.rows import BatchRow, Outline


def tracking_chunks(
    outlines: Iterable[Outline], rows: Callable[[Sequence[int]], Iterable[BatchRow]]
) -> Iterator[bytes]:
    """Yield the tracking file's bytes for these batches; `rows` gives those of some numbers, in that order.

    The keys total_batches, total_qa_pairs, batch_size and batches[batch_number, file_path, qa_count, file_size,
    first_pair_id, last_pair_id] have the meaning they always had; `batch_size` is the most common pair count.
    `repairs` lists the batches that ask again for pairs of those, which are counted there alone. `known` says how
    a batch is known; of one that an older process sent, path and pair ids are those that it gave them, and what
    is claimed of it stands beside what the ledger has. Batches that judge carry no pairs of their own and are not
    in it.
    """
    refining = [each for each in outlines if each.refines]
    carried = [each for each in refining if each.status != Status.WITHDRAWN.value and each.repairs is None]
    repairs = sorted((each.number for each in refining if each.repairs), key=in_order)
    counts = Counter(each.pairs for each in carried)
    totals = {
        "total_batches": len(carried),
        "total_qa_pairs": sum(each.pairs for each in carried),
        "batch_size": max(counts, key=lambda pairs: (counts[pairs], pairs), default=0),
    }
    yield _formatted(totals).removesuffix(b"\n}")
    yield from _listed("batches", map(_entry, rows([each.number for each in carried])))
    yield from _listed("repairs", map(_repair, rows(repairs)))
    yield b"\n}\n"


def _listed(key: str, entries: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield one more key of an object with a list of entries, as formatting all of it at once would."""
    yield f',\n  "{key}": ['.encode()
    between = b"\n    "
    for entry in entries:
        yield between + _formatted(entry).replace(b"\n", b"\n    ")
        between = b",\n    "
    yield b"]" if between == b"\n    " else b"\n  ]"


def _formatted(value: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


def _repair(row: BatchRow) -> dict[str, Any]:
    return {**_entry(row), "batch_number": row.label, "repairs": row.repairs}


def _entry(row: BatchRow) -> dict[str, Any]:
    return {
        "batch_number": row.number,
        "file_path": row.claimed_path or row.file_path,
        "qa_count": row.pairs,
        "file_size": row.file_size,
        "first_pair_id": row.claimed_first_id or row.first_pair_id,
        "last_pair_id": row.claimed_last_id or row.last_pair_id,
        "wave": row.wave,
        "title": row.title,
        "status": row.status,
        "requests": row.requests,
        "attempt": row.attempt,
        "job_name": row.job_name,
        "display_name": row.display_name,
        "submitted_at": row.submitted_at,
        "downloaded_at": row.downloaded_at,
        "result_path": row.result_path,
        "refined_path": row.refined_path,
        "refined": row.refined,
        "missing": row.missing,
        "malformed": row.malformed,
        "blocked": row.blocked,
        "cut_off": row.cut_off,
        "handed_over": row.handed_over,
        "given_up": row.given_up,
        "emulated": row.emulated,
        "reason": row.reason,
        "known": row.known,
        **(_claims(row) if row.origin else {}),
    }


def _claims(row: BatchRow) -> dict[str, Any]:
    return {
        "origin": row.origin,
        "claimed_pairs": row.claimed_pairs,
        "claimed_jobs": row.claimed_jobs,
        "wrong_form": row.wrong_form,
        "cause": row.cause,
        "file_read": row.file_path,
        "first_ledger_id": row.first_pair_id,
        "last_ledger_id": row.last_pair_id,
    }
