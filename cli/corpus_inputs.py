"""What the ledger says the corpus is to be gathered from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.assessments import read_assessment
from core.batch.adopted_events import RefinedAdopted
from core.batch.events import AnswersRead
from core.batch.lifecycle import Status
from core.batch.numbers import base_of, in_order, round_of
from core.corpus.inputs import BatchInput, RecordedFile, WaveInput, files_of
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.ledger.streams import batch_stream
from core.projections.balance import balances
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cli.compose import Opened
    from core.ports import EventStore
    from core.projections.balance import Balance
    from core.projections.rows import BatchRow


def wave_inputs(opened: Opened, named: Collection[int]) -> tuple[WaveInput, ...]:
    """Return the waves to take (those named, if any are) with every file that their pairs come from.

    Unnamed, those that were accepted. What models said as judges is no part of them.

    Raises NotFoundError for a wave that the ledger does not have, RefusedError when there is no wave to take.
    """
    model = opened.rows()
    rows = model.batches()
    by_wave = balances(model.waves(), rows)
    unknown = sorted(set(named) - by_wave.keys())
    if unknown:
        raise NotFoundError(f"the ledger has no wave {unknown[0]}; `batchmill balance` shows those it has")
    accepted = {row.wave for row in model.waves() if row.decision == WaveStatus.ACCEPTED.value}
    wanted = set(named) or accepted
    refining = [row for row in rows if row.refines]
    found = [
        _wave(opened, wave, balance, [row for row in refining if row.wave == wave])
        for wave, balance in by_wave.items()
        if wave in wanted
    ]
    if not any(wave.balance.refined for wave in found):
        raise RefusedError(_nothing(named))
    return tuple(found)


def differing(opened: Opened, waves: Sequence[WaveInput], *, bytes_too: bool) -> list[str]:
    """Return, in words, each file that is missing or, if `bytes_too`, not as it was recorded."""
    said = []
    for file in files_of(waves):
        if not opened.files.place(file.path).is_file():
            said.append(f"{file.path} is missing")
        elif bytes_too and opened.files.digest(file.path) != file.sha256:
            said.append(f"{file.path} is not as it was recorded")
    return said


def _nothing(named: Collection[int]) -> str:
    if named:
        return "none of these waves has a refined pair yet; `batchmill balance` shows where they are"
    return (
        "no wave with refined pairs was accepted yet; `batchmill waves` shows where they stand, `batchmill accept "
        "--wave N` accepts one, and `batchmill corpus build --wave N` takes what wave N has so far"
    )


def _wave(opened: Opened, number: int, balance: Balance, rows: Sequence[BatchRow]) -> WaveInput:
    store = opened.database.store
    wave = load_wave(store, number)
    plan, known = wave.plan, wave.assessed
    extract = RecordedFile(plan.extract_path, plan.extract_sha256) if plan and plan.extract_path else None
    report = read_assessment(opened, known) if known else None
    assessed = RecordedFile(report.pairs_path, report.pairs_sha256) if report and report.pairs_path else None
    return WaveInput(number, balance, extract, batch_inputs(store, rows), assessed)


def batch_inputs(store: EventStore, rows: Sequence[BatchRow]) -> tuple[BatchInput, ...]:
    """Return those of refining batches whose answers were read, with their files, each before its repairs."""
    read = [row for row in rows if row.read_at and row.status != Status.WITHDRAWN.value]
    read.sort(key=lambda row: in_order(row.number))
    return tuple(_batch(store, row) for row in read)


def _batch(store: EventStore, row: BatchRow) -> BatchInput:
    return BatchInput(
        number=row.number,
        base=base_of(row.number),
        round=round_of(row.number),
        label=row.label,
        refined=_refined(store, row),
        pairs=row.refined,
        emulated=row.emulated,
    )


def _refined(store: EventStore, row: BatchRow) -> RecordedFile:
    """Return the file that the last reading of the batch's answers, or the last taking over, wrote."""
    events = (recorded.event for recorded in store.read_stream(batch_stream(row.number)))
    last = [event for event in events if isinstance(event, AnswersRead | RefinedAdopted)][-1]
    return RecordedFile(last.path, last.sha256)
