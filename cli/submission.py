"""What a person is told before and after batches are driven: what is skipped, what was sent, what needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cli.render.text import batches_named, number_ranges, told_once
from cli.render.views import held_reason, waits_for_wave
from core.batch.holds import WANTED, Hold
from core.batch.lifecycle import Status
from core.batch.numbers import MOST_ROUNDS, base_of, in_order, kind_of, label, round_of
from core.batch.steering import way_out
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.planning.naming import counted
from core.projections.balance import balances, total
from core.projections.waiting import hindrances, kept_back
from core.wave.canary import canaries
from core.wave.clearance import hindrance
from core.wave.lifecycle import Status as WaveStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.projections.rows import BatchRow

SENT = {Status.SUBMITTED, Status.PROCESSING, Status.SUCCEEDED, Status.DOWNLOADED}
#: The most reasons that one sentence tells.
MOST_REASONS = 5


class Chosen(NamedTuple):
    """The batches of a range that are to be submitted, and a line for each that is not."""

    numbers: tuple[int, ...]
    skipped: tuple[str, ...]


def select(opened: Opened, first: int, last: int) -> Chosen:
    """Sort a range of batches into those to submit and those that are submitted already.

    Raises NotFoundError for a range that holds no batch, and RefusedError when one of them cannot be submitted.
    """
    rows = rows_of(opened, first, last)
    by_status = {Status(row.status): row for row in reversed(rows)}
    for status, advice in (
        (Status.PLANNED, "run `batchmill write --wave {wave}` first"),
        (Status.WITHDRAWN, "leave it out of the range"),
        (Status.FAILED, "look at `batchmill history {number}`, then `batchmill retry {number}`"),
    ):
        if status in by_status:
            row = by_status[status]
            todo = advice.format(wave=row.wave, number=row.label)
            raise RefusedError(f"batch {row.label} is {status.value} and cannot be submitted; {todo}")
    waves = {wave.wave: wave.status for wave in opened.database.read_model.waves()}
    for row in rows:
        if row.hold and Status(row.status) is Status.WRITTEN:
            if waves.get(row.wave) == WaveStatus.REJECTED.value:
                # Whatever else holds it, letting it go would not have it sent.
                why = hindrance(row.wave, WaveStatus.REJECTED, unaccepted=None)
                raise RefusedError(f"batch {row.label} cannot be submitted: {why}")
            todo = way_out(row.number, Hold(row.hold))
            raise RefusedError(f"batch {row.label} is {row.hold} ({row.reason}) and cannot be submitted; {todo}")
    waiting = _not_cleared(opened, rows)
    waiting |= _waiting(opened, [row for row in rows if row.number not in waiting])
    return Chosen(
        tuple(row.number for row in rows if Status(row.status) not in SENT and row.number not in waiting),
        tuple(
            f"batch {row.label} is {row.status} already ({row.job_name})"
            for row in rows
            if Status(row.status) in SENT
        )
        + tuple(waiting.values()),
    )


def _not_cleared(opened: Opened, rows: Sequence[BatchRow]) -> dict[int, str]:
    """Return, by number, a line for each batch of these whose wave is not approved or has to wait for another."""
    waves = opened.database.read_model.waves()
    why = hindrances(waves)
    return {
        row.number: f"batch {row.label} is not sent: {why[wave]}"
        for wave, kept in kept_back(waves, rows).items()
        for row in kept
    }


def _waiting(opened: Opened, rows: Sequence[BatchRow]) -> dict[int, str]:
    """Return, by number, a line for each batch of these that waits for its wave's canaries."""
    found: dict[int, str] = {}
    for number in sorted({row.wave for row in rows}):
        wave = load_wave(opened.database.store, number)
        first = canaries(wave, opened.settings.driving.canary) if opened.settings.driving.canary else ()
        late = [
            row
            for row in rows
            if first and row.wave == number and row.number not in first and not row.repairs and row.refines
        ]
        why = f"wave {number} is held: {wave.held}" if wave.held else f"batch {number_ranges(first)} goes first"
        for row in late:
            if Status(row.status) not in SENT:
                found[row.number] = (
                    f"batch {row.label} waits, since {why}; `batchmill run` sends it once that came home well, "
                    f"`batchmill release --wave {number}` lets it go now"
                )
    return found


def rows_of(opened: Opened, first: int, last: int) -> list[BatchRow]:
    """Return the rows of a range of batches with their repairs, or of the one that is named.

    Raises RefusedError and NotFoundError as `select` does.
    """
    opened.catch_up()
    if in_order(last) < in_order(first):
        raise RefusedError(
            f"the range {label(first)} to {label(last)} runs backwards; give the smaller number first"
        )
    if kind_of(first) != kind_of(last):
        raise RefusedError(
            f"the range {label(first)} to {label(last)} mixes batches of two kinds; give one kind after the other"
        )
    everything = {row.number: row for row in opened.database.read_model.batches()}
    wanted = {first, last}.union(range(base_of(first), base_of(last)) if first != last else ())
    if unknown := wanted - everything.keys():
        raise NotFoundError(
            f"the ledger has no batch {label(min(unknown))}; `batchmill status` shows those it has"
        )
    if first == last:
        return [everything[first]]
    end = (base_of(last), round_of(last) or MOST_ROUNDS)
    found = [row for row in everything.values() if in_order(first) <= in_order(row.number) <= end]
    return sorted(found, key=lambda row: in_order(row.number))


def report(opened: Opened, numbers: Sequence[int]) -> list[str]:
    """Return a line for each batch of a submission, and raise RefusedError if one of them was not submitted."""
    opened.catch_up()
    rows = opened.database.read_model.batches(numbers)
    lines = [f"batch {row.label} is {row.status}: {row.job_name}" for row in rows if Status(row.status) in SENT]
    left = [row for row in rows if Status(row.status) not in SENT]
    if left:
        reason = left[0].reason or "stopped before its turn came; submit again to go on"
        raise RefusedError(
            f"{len(lines)} of {len(rows)} batches are submitted, {number_ranges(row.number for row in left)} not; "
            f"batch {left[0].label}: {reason}"
        )
    return lines


def complain(opened: Opened) -> None:
    """Raise RefusedError when a wave or batches wait for a person, so that a script learns of all of them."""
    rows = opened.database.read_model.batches()
    known = opened.database.read_model.waves()
    waves = [wave for wave in known if wave.held and any(waits_for_wave(row, {wave.wave}) for row in rows)]
    needy = [row for row in rows if _needs_somebody(row)]
    kept = kept_back(known, [row for row in rows if row.status == Status.WRITTEN.value])
    who = [reason for wave, reason in hindrances(known).items() if wave in kept]
    if not waves and not needy and not who:
        return
    who += [f"wave {wave.wave} is held" for wave in waves]
    if needy:
        who.append(f"{batches_named([row.number for row in needy])} {'need' if len(needy) > 1 else 'needs'} you")
    told = told_once(
        (row.number, row.reason or "")
        for row in needy
        if not any(row.reason and row.reason in (wave.held or "") for wave in waves)
    )
    why = [f"wave {wave.wave}: {held_reason(wave)}" for wave in waves]
    why += [f"{batches_named(numbers)}: {reason}" for numbers, reason in told]
    more = ["`batchmill status` tells the rest"] if len(why) > MOST_REASONS else []
    told_of = "; ".join([" and ".join(who), *why[:MOST_REASONS], *more])
    raise RefusedError(f"nothing is left to do by itself, but {told_of}")


def closing(opened: Opened) -> str | None:
    """Return what became of all pairs so far in one sentence; None for a ledger that holds none."""
    model = opened.database.read_model
    found = total(balances(model.waves(), model.batches()))
    pairs = found.staged - found.excluded
    if not pairs:
        return None
    if found.refined == pairs:
        return f"all {counted(pairs, 'pair')} refined"
    said = [f"{found.refined} of {counted(pairs, 'pair')} refined"]
    for number, words in ((found.planned, "not sent"), (found.in_flight, "in flight"), (found.missing, "missing")):
        said += [f"{number} {words}"] if number else []
    if found.given_up:
        said.append(f"{found.given_up} given up; `batchmill balance --which given_up` lists them")
    return ", ".join(said)


def _needs_somebody(row: BatchRow) -> bool:
    return row.hold is not None and Hold(row.hold) not in WANTED and not row.passed_on
