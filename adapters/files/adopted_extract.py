"""The batch files of an older wave, read once: what each came to, and its pairs into the wave's extract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.adopted_batches import AdoptedBatchFile
from adapters.files.atomic import Written, beside
from core.adoption.pair_ids import adopted_source
from core.exchange.extracted import ExtractedPair
from core.pairs import pair_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from adapters.files.atomic import HashingWriter
    from core.adoption.batch_facts import BatchFacts
    from core.adoption.request_text import FoundPair
    from core.adoption.tracking import ClaimedBatch

_encode = msgspec.json.Encoder().encode


def extract_adopted(
    path: Path, wave: int, claimed: Iterable[ClaimedBatch], submissions: Path
) -> tuple[dict[int, BatchFacts], Written]:
    """Read the files of these batches in `submissions`, and write the extract of all pairs found to `path`.

    It has the form of a planned wave's, with the id that each pair came with beside its own. The same files give
    the same bytes; one pair is held in memory at a time beside a line of its file. Raises StorageError when the
    disk refuses, with nothing written.
    """
    facts: dict[int, BatchFacts] = {}
    with beside(path) as writer:
        writer.write(b'{"wave": %d, "pairs": [' % wave)
        first = True
        for batch in claimed:
            file = AdoptedBatchFile(batch, submissions)
            for line in _lines(wave, batch, file):
                writer.write((b"\n" if first else b",\n") + line)
                first = False
            facts[batch.number] = file.facts
        _close(writer)
    return facts, Written(path, writer.sha256, writer.size)


def _lines(wave: int, batch: ClaimedBatch, file: AdoptedBatchFile) -> Iterator[bytes]:
    source = adopted_source(wave, batch.number)
    ordinal = 0
    for request in file.requests():
        for pair in request.pairs:
            ordinal += 1
            yield _encode(_extracted(pair, pair_id(source, ordinal), batch))


def _extracted(pair: FoundPair, ledger_id: str, batch: ClaimedBatch) -> ExtractedPair:
    return ExtractedPair(
        pair_id=ledger_id,
        batch=batch.number,
        session=None,
        indicator="",
        category=None,
        source=batch.path or "",
        topic=pair.topic,
        pair_number=None,
        created_date=None,
        question=pair.question or "",
        answer=pair.answer or "",
        excluded=None,
        original=pair.original or None,
    )


def _close(writer: HashingWriter) -> None:
    writer.write(b"\n]}\n")
