"""What a submission would send and cost, told before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cli.deciding import Seen
from cli.mcp.budgets import refuse_full, room_for
from cli.mcp.confirming import bound_quote, usd_quote
from cli.mcp.engine import awaits_person, how_held
from cli.mcp.naming import batches_counted
from cli.mcp.wording import as_tools
from cli.render.text import batches_named, number_ranges
from cli.render.views import held_reason, waits_for_wave
from cli.submission import SENT, rows_of, select
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.errors import RefusedError
from core.ledger.load import load_wave
from core.projections.waiting import hindrances, kept_back
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.mcp.budgets import Room
    from core.projections.rows import BatchRow

#: The most that one answer names of what waits for a person.
MOST_TOLD = 20


class Offer(msgspec.Struct, frozen=True):
    """What would be sent, and what it is expected to cost in US dollars.

    `approves` is the plan that would be approved with it, all of the wave's batches included; None where the wave
    may be sent already. `skipped` has a line for each batch that would not be sent now. `left_usd` is what the
    budgets leave, None without limits; what they have no room for is not among `numbers`.
    """

    wave: int
    numbers: tuple[int, ...]
    usd: float
    approves: Seen | None
    what: str
    skipped: tuple[str, ...]
    left_usd: float | None = None

    @property
    def quote(self) -> str:
        """What confirms the offer."""
        return bound_quote(self.usd, self.wave, self.approves, self.numbers)


def offer_of(opened: Opened, first: int, last: int) -> Offer:
    """Return what submitting a range would do; raises as `select`.

    Raises RefusedError too for batches of two waves, and where the budgets have no room for any.
    """
    chosen = select(opened, first, last)
    rows = rows_of(opened, first, last)
    waves = {row.wave for row in rows}
    if len(waves) > 1:
        raise RefusedError(
            f"that range has batches of waves {', '.join(map(str, sorted(waves)))}; submit one after the other"
        )
    number = waves.pop()
    wave = load_wave(opened.database.store, number)
    terms = wave.replanned or wave.plan
    planned = [row for row in rows if row.number in wave.to_send and Status(row.status) not in SENT]
    if wave.status is WaveStatus.PLANNED and terms is not None and planned:
        usd, room = terms.estimate.cost_usd, room_for(opened, planned)
        refuse_full(room, number)
        before = wave.depends_on
        waits = before is not None and not load_wave(opened.database.store, before).accepted
        when = f"once wave {before} is accepted, which it is not yet" if waits else "now"
        what = (
            f"approve plan {wave.revision} of wave {number}, {batches_counted(len(terms.batches))} expected to "
            f"cost {usd_quote(usd)} in all (a daemon sends all of them), and send "
            f"{batches_named([row.number for row in room.fit])} {when}{_beside(room)}"
        )
        seen = Seen(wave.revision, wave.plan_version, terms.batches)
        told = (room.excess,) if room.over else ()
        return Offer(number, tuple(row.number for row in room.fit), usd, seen, what, told, room.left_usd)
    room = room_for(opened, [row for row in rows if row.number in chosen.numbers])
    refuse_full(room, number)
    return _offered(number, room, tuple(map(as_tools, chosen.skipped)))


def _offered(wave: int, room: Room, skipped: tuple[str, ...]) -> Offer:
    """Return the offer to send what the budgets have room for, with the rest among what is skipped."""
    usd, numbers = sum(row.estimated_cost_usd for row in room.fit), tuple(row.number for row in room.fit)
    cost = f"expected to cost {usd_quote(usd)}"
    what = f"send {batches_counted(len(numbers))}, {number_ranges(numbers)}, {cost}{_beside(room)}"
    told = (*skipped, room.excess) if room.over else skipped
    return Offer(wave, numbers, usd, None, what, told, room.left_usd)


def _beside(room: Room) -> str:
    return f"; {room.excess}" if room.over else ""


def offer_of_rest(opened: Opened) -> Offer:
    """Return what driving would send: all written batches that only their turn keeps back, as the budgets allow.

    What is skipped names the waves and batches that wait for a person, each with what lets them go.
    """
    due = due_rows(opened)
    return _offered(0, room_for(opened, due), tuple(map(as_tools, _waits(opened))))


def due_rows(opened: Opened) -> list[BatchRow]:
    """Return the written batches that nothing but their turn keeps back, the budgets aside."""
    opened.catch_up()
    model = opened.database.read_model
    waves, rows = model.waves(), model.batches()
    kept = {row.number for each in kept_back(waves, rows).values() for row in each}
    held = {wave.wave for wave in waves if wave.held}
    # What was begun is under way already, and looked for before anything is sent again.
    return [
        row
        for row in rows
        if Status(row.status) is Status.WRITTEN
        and not (row.hold or row.started_at or row.number in kept or waits_for_wave(row, held))
    ]


def _waits(opened: Opened) -> list[str]:
    """Return a line for each wave and each batch that a person has to let go on; the first of them, where many."""
    model = opened.database.read_model
    waves, rows = model.waves(), model.batches()
    waiting = {row.wave for row in rows if waits_for_wave(row, {wave.wave for wave in waves if wave.held})}
    told = [
        *hindrances(waves).values(),
        *(f"wave {wave.wave} is held: {held_reason(wave)}" for wave in waves if wave.wave in waiting),
        *(f"batch {row.label} goes no further by itself: {how_held(row)}" for row in rows if _needs_person(row)),
    ]
    more = len(told) - MOST_TOLD
    return told if more <= 0 else [*told[:MOST_TOLD], f"and {more} more, which `status` tells of"]


def _needs_person(row: BatchRow) -> bool:
    failed = row.status == Status.FAILED.value and row.hold == Hold.FAILED.value
    return awaits_person(row) or (failed and not row.passed_on)
