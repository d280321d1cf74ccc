"""From what was read of an older wave to the events that take it over."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from core.adoption.findings import ERROR, Finding
from core.batch.adopted_events import AdoptedFileRead, BatchAdopted, FormClaimed
from core.batch.adopting_commands import AdoptBatch, ClaimForm, RecordAdoptedFile
from core.batch.decider import decide
from core.batch.folding import evolve
from core.batch.parts import RequestLine
from core.batch.state import Batch
from core.errors import RefusedError
from core.ledger.streams import batch_stream, wave_stream
from core.pairs import PairRange
from core.wave.decider import AdoptWave, decide_wave
from core.wave.events import PlannedSource, WaveAdopted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from core.adoption.adopted_batch import AdoptedBatch
    from core.adoption.stocktaking import Stocktaking
    from core.batch.commands import BatchCommand
    from core.wave.decider import Write
    from core.wave.state import Wave


def wave_adopted(  # noqa: PLR0913 - the parts of one event
    stock: Stocktaking,
    wave: Wave,
    *,
    tracking_sha256: str,
    extract_path: str,
    extract_sha256: str,
    at: datetime,
) -> WaveAdopted:
    """Return the wave's event; `stock` is what was read of it, `wave` as the ledger has it so far."""
    counts = Counter(finding.code for finding in stock.findings)
    return WaveAdopted(
        wave=stock.wave,
        revision=wave.revision + 1,
        tracking=stock.source,
        tracking_sha256=tracking_sha256,
        claimed_batches=stock.figures.batches,
        claimed_pairs=stock.figures.claimed_pairs,
        sources=tuple(_source(batch) for batch in stock.batches),
        batches=tuple(batch.number for batch in stock.batches),
        extract_path=extract_path,
        extract_sha256=extract_sha256,
        findings=tuple(sorted(counts.items())),
        at=at,
    )


def _source(batch: AdoptedBatch) -> PlannedSource:
    return PlannedSource(
        key=batch.ids.source,
        path=batch.claimed.path or "",
        sha256=batch.facts.sha256,
        session=None,
        indicator="",
        category=None,
        claimed=batch.claimed.pairs,
        found=batch.ids.count,
        planned=batch.ids.count,
        excluded=None if batch.ids.count else "no pair of it is claimed, and none was found",
    )


class Taken(NamedTuple):
    """What the adoption adds to the ledger, and what could not be taken over of single files."""

    writes: list[Write]
    findings: list[Finding]


def take_over(
    stock: Stocktaking, wave: Wave, existing: Mapping[int, Batch], adopted: WaveAdopted, *, at: datetime
) -> Taken:
    """Return what the adoption adds to the ledger: nothing when all of it stands there already.

    `existing` holds every batch of the stocktaking as far as the ledger has it. Raises RefusedError when the wave
    was planned here, when a number belongs to another wave, and when a file that was read before is not there or
    has other bytes: the extract would lose texts that the ledger counts on.
    """
    writes: list[Write] = []
    findings: list[Finding] = []
    for batch in stock.batches:
        writes += _batch(existing.get(batch.number, Batch(number=batch.number)), batch, adopted, at, findings)
    stream = wave_stream(wave.wave)
    events = decide_wave(wave, AdoptWave(adopted))
    return Taken(
        [(stream, wave.version + 1 + place, event) for place, event in enumerate(events)] + writes, findings
    )


def _batch(
    batch: Batch, found: AdoptedBatch, adopted: WaveAdopted, at: datetime, findings: list[Finding]
) -> Iterator[Write]:
    if batch.wave not in (0, adopted.wave):
        raise RefusedError(
            f"{batch.name} belongs to wave {batch.wave} here; adopt the older wave before its numbers are planned"
        )
    if batch.adoption is not None and batch.adoption.file_sha256 and not found.facts.at_hand:
        raise RefusedError(
            f"the file of {batch.name} was read before ({batch.adoption.file_path}) and is not there now; name "
            "its folder with --submissions"
        )
    for command in _commands(found, adopted, at):
        try:
            events = decide(batch, command)
        except RefusedError as refusal:
            if not isinstance(command, RecordAdoptedFile) or _known_otherwise(batch, command):
                raise
            findings.append(Finding("file-late", ERROR, str(refusal), found.facts.path, batch.number))
            continue
        for event in events:
            batch = evolve(batch, event)
            yield batch_stream(batch.number), batch.version, event


def _known_otherwise(batch: Batch, command: RecordAdoptedFile) -> bool:
    """Whether the batch's file was read before, with other bytes than now."""
    known = batch.adoption.file_sha256 if batch.adoption else ""
    return bool(known) and known != command.file.sha256


def _commands(found: AdoptedBatch, adopted: WaveAdopted, at: datetime) -> Iterator[BatchCommand]:
    claimed = found.claimed
    yield AdoptBatch(
        BatchAdopted(
            number=claimed.number,
            wave=adopted.wave,
            origin=adopted.tracking,
            origin_sha256=adopted.tracking_sha256,
            place=claimed.place,
            path=claimed.path_as_claimed,
            pairs=claimed.pairs,
            file_size=claimed.file_size,
            first_pair_id=claimed.first_pair_id,
            last_pair_id=claimed.last_pair_id,
            ranges=(found.ids.range,) if found.ids.count else (),
            originals=found.ids.originals,
            at=at,
        )
    )
    if found.facts.at_hand:
        yield RecordAdoptedFile(_file(found, at))
    for form in found.forms:
        yield ClaimForm(FormClaimed(source=form.source, place=form.place, words=form.words, at=at))


def _file(found: AdoptedBatch, at: datetime) -> AdoptedFileRead:
    facts = found.facts
    return AdoptedFileRead(
        path=facts.path,
        sha256=facts.sha256,
        size=facts.size,
        form=facts.form.value,
        whole=facts.whole,
        requests=() if facts.form.wrong else tuple(_requests(found.ids.source, facts.keys)),
        ranges=(found.ids.range,) if found.ids.count else (),
        originals=found.ids.originals,
        question_characters=facts.question_characters,
        answer_characters=facts.answer_characters,
        findings=tuple(dict.fromkeys(finding.code for finding in facts.findings)),
        at=at,
    )


def _requests(source: str, keys: Sequence[tuple[str, int]]) -> Iterator[RequestLine]:
    """Yield the requests of a file, each with its key and as many pairs as it carries, in the file's order."""
    sizes = [pairs for _, pairs in keys]
    for (key, pairs), before in zip(keys, accumulate(sizes, initial=0), strict=False):
        if pairs:
            yield RequestLine(key, (PairRange(source, before + 1, before + pairs),))
