"""Rebuilds, checks and looks back: the same fold as ever, over the tables or in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.memory.read_model import MemoryReadModel
from cli.history import until_of
from core.projections.balance import Balance, balances, total
from core.projections.catch_up import catch_up
from core.projections.catch_up import rebuild as rebuild_rows
from core.projections.publish import documents, publish, stale
from core.projections.rows import BatchRow, WaveRow  # noqa: TC001 - msgspec reads the annotations at run time
from core.projections.timeline import Milestone, milestones

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.ports import ReadModel


class Rebuilt(msgspec.Struct, frozen=True):
    """How far the ledger was replayed, and the documents that were written from it."""

    events: int
    documents: tuple[str, ...]


class Checked(msgspec.Struct, frozen=True):
    """How far the ledger was replayed, and every projection that differs, in words."""

    events: int
    differences: tuple[str, ...]


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
    for path in documents(model, submissions):
        opened.files.place(path).unlink(missing_ok=True)
    head = rebuild_rows(opened.database.store, model)
    publish(model, opened.files, submissions)
    return Rebuilt(events=head, documents=tuple(documents(model, submissions)))


def check(opened: Opened) -> Checked:
    """Replay the ledger in memory and compare tables and documents with it; changes nothing."""
    kept = opened.database.read_model
    reached = kept.checkpoint()
    fresh = MemoryReadModel()
    catch_up(opened.database.store, fresh, until=reached)
    differences = [*_rows_that_differ(kept, fresh)]
    behind = opened.database.store.head() - reached
    if behind:
        differences.append(f"the tables end at position {reached}, {behind} before the ledger's last")
    submissions = opened.settings.folders.submissions
    differences += [f"{path} is missing or differs" for path in stale(fresh, opened.files, submissions)]
    return Checked(events=reached, differences=tuple(differences))


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


def world(opened: Opened, until: str) -> World:
    """Return everything as it was at a position or time; changes nothing."""
    position = until_of(opened, until)
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
