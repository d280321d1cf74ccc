"""The pairs behind a number of the balance, one by one, at one moment of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapters.files.extract import read_extract, verify_extract
from core.batch.numbers import EMBED, ERRAND, JUDGE, base_of, in_order, kind_of, label, round_of
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.ledger.streams import batch_stream
from core.projections.balance import batch_balance
from core.projections.catch_up import catch_up
from core.projections.whereabouts import Standing, Whereabouts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.compose import Opened
    from core.ports import EventStore, ReadModel
    from core.projections.rows import BatchRow, WaveRow

EXCLUDED = "excluded"
#: What batches do that carry no pair of their wave.
_DOES = {JUDGE: "judges", EMBED: "embeds"}


class Listing(NamedTuple):
    """How many pairs stand at a place, as the balance counts them, and the pairs; `position` is the ledger's."""

    which: str
    position: int
    number: int
    pairs: Iterator[Standing]


class _Moment(NamedTuple):
    position: int
    waves: list[WaveRow]
    batches: list[BatchRow]


def listing(opened: Opened, which: str, *, wave: int | None = None, batch: int | None = None) -> Listing:
    """Return the pairs at a place of the balance: of the ledger, one wave, or a batch together with its repairs.

    The pairs come in the order of the batches, read as they are asked for, one batch in memory at a time. Raises
    NotFoundError for a wave or batch that the ledger does not have, RefusedError for one that judges or embeds.
    """
    store, model = opened.database.store, opened.database.read_model
    if batch is not None and kind_of(batch) == ERRAND:
        raise RefusedError(
            f"batch {label(batch)} is an errand, which is about no pair; `batchmill history {label(batch)}` tells "
            "what came of it"
        )
    if batch is not None and (does := _DOES.get(kind_of(batch))):
        raise RefusedError(
            f"batch {label(batch)} {does} pairs that are home already, so none stands at a place of its own; "
            f"`batchmill history {label(batch)}` tells what came of it"
        )
    catch_up(store, model)
    moment = _moment(model)
    rows = [row for row in moment.batches if _wanted(row, wave, batch)]
    waves = [row for row in moment.waves if wave is None or row.wave == wave]
    if wave is not None and not waves:
        raise NotFoundError(f"the ledger has no wave {wave}; `batchmill balance` shows those it has")
    if batch is not None and not rows:
        raise NotFoundError(f"there is no batch {label(batch)} here; `batchmill status` shows those there are")
    if which == EXCLUDED:
        waves = [] if batch is not None else waves
        return Listing(which, moment.position, sum(row.excluded for row in waves), _excluded(opened, waves))
    count = sum(getattr(batch_balance(row), which) for row in rows)
    return Listing(which, moment.position, count, standing(store, rows, which, until=moment.position))


def standing(store: EventStore, rows: Sequence[BatchRow], which: str, *, until: int) -> Iterator[Standing]:
    """Yield the pairs of these batches that stand at a place, as the events up to a position have it."""
    for row in sorted(rows, key=lambda row: in_order(row.number)):
        if getattr(batch_balance(row), which):
            events = store.read_stream(batch_stream(row.number))
            yield from Whereabouts(each for each in events if each.position <= until).at(which)


def _moment(model: ReadModel) -> _Moment:
    """Return rows that account for the same position, even when a daemon moves them on meanwhile."""
    while True:
        position = model.checkpoint()
        moment = _Moment(position, model.waves(), model.batches())
        if model.checkpoint() == position:
            return moment


def _wanted(row: BatchRow, wave: int | None, batch: int | None) -> bool:
    if wave is not None and row.wave != wave:
        return False
    return batch is None or row.number == batch or (not round_of(batch) and base_of(row.number) == batch)


def _excluded(opened: Opened, waves: Sequence[WaveRow]) -> Iterator[Standing]:
    """Yield the pairs that the waves' plans left out; only the extract says which ones and why."""
    for row in waves:
        planned = load_wave(opened.database.store, row.wave).plan
        if planned is None or not row.excluded:
            continue
        path = opened.root / planned.extract_path
        verify_extract(path, planned.extract_sha256)
        for pair in read_extract(path):
            if pair.batch is None:
                yield Standing(pair.pair_id, row.wave, None, None, None, pair.excluded or "")
