"""Rebuilds, checks and looks back: the same fold as ever, over the tables or in memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from adapters.memory.read_model import MemoryReadModel
from cli.history import until_of
from cli.kept_files import differing, restore_refined
from cli.reporting import mend_reports, stale_reports
from core.projections.balance import Balance, balances, total
from core.projections.bookkeeping import PairBooks
from core.projections.catch_up import catch_up
from core.projections.catch_up import rebuild as rebuild_rows
from core.projections.milestone import Milestone  # noqa: TC001 - the same
from core.projections.publish import documents, publish, stale
from core.projections.rows import BatchRow, WaveRow  # noqa: TC001 - msgspec reads the annotations at run time
from core.projections.timeline import milestones

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.ports import EventStore, ReadModel


class Rebuilt(msgspec.Struct, frozen=True):
    """How many events were replayed, the documents written from them, and refined-pairs files made anew."""

    events: int
    documents: tuple[str, ...]
    refined: tuple[str, ...]


class Checked(msgspec.Struct, frozen=True):
    """How many events were replayed, and every projection and recorded file that differs, in words."""

    events: int
    differences: tuple[str, ...]
    files: tuple[str, ...]


class World(msgspec.Struct, frozen=True):
    """Everything as it was at a position."""

    position: int
    waves: list[WaveRow]
    batches: list[BatchRow]
    timeline: list[Milestone]
    balance: dict[str, Balance]


def rebuild(opened: Opened) -> Rebuilt:
    """Delete and rebuild every projection from the events."""
    model, submissions = opened.database.read_model, opened.settings.folders.submissions
    rebuild_rows(opened.database.store, model)
    paths = [each.path for each in documents(model, submissions)]
    for path in paths:
        opened.files.place(path).unlink(missing_ok=True)
    publish(model, opened.files, submissions)
    refined = restore_refined(opened)
    made = (*paths, *mend_reports(opened))
    return Rebuilt(events=_count(opened), documents=made, refined=tuple(refined))


def check(opened: Opened) -> Checked:
    """Replay the ledger in memory and compare tables, documents and recorded files with it; changes nothing."""
    kept, store = opened.database.read_model, opened.database.store
    head, reached = store.head(), kept.checkpoint()
    fresh = MemoryReadModel()
    catch_up(store, fresh, until=min(head, reached))
    differences = _rows_that_differ(kept, fresh) + _balances_that_differ(store, kept, min(head, reached))
    if reached != head:
        differences.append(f"the tables account for position {reached}, where the ledger ends at {head}")
    catch_up(store, fresh)
    submissions = opened.settings.folders.submissions
    differences += [f"{each.path} is missing or differs" for each in stale(fresh, opened.files, submissions)]
    differences += [f"{path} differs" for path in stale_reports(opened, [row.wave for row in fresh.waves()])]
    return Checked(events=_count(opened), differences=tuple(differences), files=tuple(differing(opened)))


def _count(opened: Opened) -> int:
    return sum(1 for _ in opened.database.store.read())


def _rows_that_differ(kept: ReadModel, fresh: ReadModel) -> list[str]:
    batches = {row.number: row for row in kept.batches()}
    waves = {row.wave: row for row in kept.waves()}
    fresh_batches = {row.number: row for row in fresh.batches()}
    fresh_waves = {row.wave: row for row in fresh.waves()}
    return [
        *(
            f"wave {wave}'s row differs"
            for wave in sorted(waves | fresh_waves)
            if waves.get(wave) != fresh_waves.get(wave)
        ),
        *(
            f"batch {number}'s row differs"
            for number in sorted(batches | fresh_batches)
            if batches.get(number) != fresh_batches.get(number)
        ),
    ]


def _balances_that_differ(store: EventStore, kept: ReadModel, reached: int) -> list[str]:
    """Return where the balance that the rows count is not the one that the events move."""
    books = PairBooks()
    for recorded in store.read(until=reached):
        books.fold(recorded)
    by_events, by_rows = books.balances(), balances(kept.waves(), kept.batches())
    nothing = Balance()
    return [
        f"the balance of wave {wave} differs: {name} {moved} by the events, {shown} by the tables"
        for wave in sorted(by_events | by_rows)
        for name in nothing.__struct_fields__
        if (moved := getattr(by_events.get(wave, nothing), name))
        != (shown := getattr(by_rows.get(wave, nothing), name))
    ]


def _whole(opened: Opened, position: int) -> int:
    """Return the last position, up to this one, at which a commit was complete; its events share their time."""
    store = opened.database.store
    around = list(store.read(after=position - 1, until=position + 1))
    if len(around) < 2 or around[0].recorded_at != around[1].recorded_at:  # noqa: PLR2004 - this one and the next
        return position
    return store.position_at(datetime.fromisoformat(around[0].recorded_at) - timedelta(microseconds=1))


def world(opened: Opened, until: str) -> World:
    """Return everything as it was at a position or time; changes nothing.

    What one commit recorded happened at once, so a position within it means the state before it.
    """
    position = _whole(opened, min(until_of(opened, until) or 0, opened.database.store.head()))
    model = MemoryReadModel()
    reached = catch_up(opened.database.store, model, until=position)
    waves, batches = model.waves(), model.batches()
    by_wave = balances(waves, batches)
    return World(
        position=reached,
        waves=waves,
        batches=batches,
        timeline=milestones(waves, batches),
        balance={str(wave): each for wave, each in by_wave.items()} | {"total": total(by_wave)},
    )
