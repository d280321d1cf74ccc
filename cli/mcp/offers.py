"""What a submission would send and cost, told before it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cli.deciding import Seen
from cli.mcp.confirming import bound_quote, usd_quote
from cli.mcp.naming import batches_counted
from cli.mcp.wording import as_tools
from cli.render.text import batches_named, number_ranges
from cli.submission import SENT, rows_of, select
from core.batch.lifecycle import Status
from core.errors import RefusedError
from core.ledger.load import load_wave
from core.projections.waiting import hindrances, kept_back
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from cli.compose import Opened


class Offer(msgspec.Struct, frozen=True):
    """What would be sent, and what it is expected to cost in US dollars.

    `approves` is the plan that would be approved with it, all of the wave's batches included; None where the wave
    may be sent already. `skipped` has a line for each batch that would not be sent now.
    """

    wave: int
    numbers: tuple[int, ...]
    usd: float
    approves: Seen | None
    what: str
    skipped: tuple[str, ...]

    @property
    def quote(self) -> str:
        """What confirms the offer."""
        return bound_quote(self.usd, self.wave, self.approves, self.numbers)


def offer_of(opened: Opened, first: int, last: int) -> Offer:
    """Return what submitting a range would do; raises as `select`, and RefusedError for batches of two waves."""
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
        usd = terms.estimate.cost_usd
        before = wave.depends_on
        waits = before is not None and not load_wave(opened.database.store, before).accepted
        when = f"once wave {before} is accepted, which it is not yet" if waits else "now"
        what = (
            f"approve plan {wave.revision} of wave {number}, {batches_counted(len(terms.batches))} expected to "
            f"cost {usd_quote(usd)} in all (a daemon sends all of them), and send "
            f"{batches_named([row.number for row in planned])} {when}"
        )
        seen = Seen(wave.revision, wave.plan_version, terms.batches)
        return Offer(number, tuple(row.number for row in planned), usd, seen, what, ())
    fit = [row for row in rows if row.number in chosen.numbers]
    usd = sum(row.estimated_cost_usd for row in fit)
    what = f"send {batches_counted(len(fit))}, {number_ranges(chosen.numbers)}, expected to cost {usd_quote(usd)}"
    skipped = tuple(map(as_tools, chosen.skipped))
    return Offer(number, chosen.numbers, usd, None, what, skipped)


def offer_of_rest(opened: Opened) -> Offer:
    """Return what driving would send: all written batches that nothing but their turn keeps back."""
    opened.catch_up()
    model = opened.database.read_model
    waves, rows = model.waves(), model.batches()
    kept = {row.number for each in kept_back(waves, rows).values() for row in each}
    # What was begun is under way already, and looked for before anything is sent again.
    fit = [
        row
        for row in rows
        if Status(row.status) is Status.WRITTEN and not (row.hold or row.started_at) and row.number not in kept
    ]
    usd = sum(row.estimated_cost_usd for row in fit)
    numbers = tuple(row.number for row in fit)
    what = f"send {batches_counted(len(fit))}, {number_ranges(numbers)}, expected to cost {usd_quote(usd)}"
    return Offer(0, numbers, usd, None, what, tuple(map(as_tools, hindrances(waves).values())))
