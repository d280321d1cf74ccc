"""The tables of status, timeline and balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cli.render.fitting import Fit, columns, fitted
from cli.render.text import batches_named, clean, clock_time, number_ranges, table, told_once
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.numbers import base_of, in_order, label
from core.batch.steering import way_out
from core.projections.milestone import decided
from core.projections.timeline import MARKS, day
from core.projections.waiting import hindrances, kept_back

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cli.replay import World
    from core.projections.balance import Balance
    from core.projections.milestone import Milestone
    from core.projections.rows import BatchRow, WaveRow
    from core.projections.whereabouts import Standing

#: Batches shown one a line before the rest is summed up.
MOST_LINES = 60
SHORT_JOB = 18
#: What of the status gives way on a narrow terminal.
STATUS_FIT = Fit(
    cut="title",
    spare=("job", "wave", "changed (UTC)", "requests"),
    right=frozenset({"wave", "pairs", "requests", "refined", "missing", "given up"}),
)
TIMELINE_FIT = Fit(cut="milestone", spare=(), right=frozenset())
#: The marks of the timeline are two columns wide and one character long.
WIDE_MARK = 1
FINISHED = {Status.DOWNLOADED.value, Status.WITHDRAWN.value}


def status_lines(
    batches: Sequence[BatchRow],
    *,
    everything: bool,
    width: int | None = None,
    now: str = "",
    waves: Sequence[WaveRow] = (),
) -> list[str]:
    """Return the status of all waves, then one line a batch: all of them, or those that matter most.

    `width` is the terminal's (None: no limit), `now` the time from which on a next try is still to come; of
    `waves` those are told that are held, or not to be sent yet, while batches wait for them, and overrulings.
    """
    if not batches:
        return ["The ledger holds no batch yet; begin with `batchmill plan --wave N`."]
    batches = sorted(batches, key=lambda row: in_order(row.number))
    lines = _by_status(batches)
    shown = batches
    if not everything and len(batches) > MOST_LINES:
        shown = [row for row in batches if row.status not in FINISHED or not row.read_at][:MOST_LINES]
    if shown:
        lines += ["", *_batch_table(shown, width, _late(waves, batches))]
    if len(shown) < len(batches):
        lines += [
            "",
            f"{len(batches) - len(shown)} more batches are not shown; `batchmill status --all` shows them.",
        ]
    reasons = _wave_reasons(waves, batches)
    told = told_once((row.number, _reason(row, now)) for row in shown if row.reason and not row.passed_on)
    reasons += [f"{batches_named(numbers)}: {reason}" for numbers, reason in told]
    return lines + (["", *reasons] if reasons else [])


def _late(waves: Sequence[WaveRow], batches: Sequence[BatchRow]) -> set[int]:
    """Return the written batches that wait for their wave: to be let go, or for its canaries."""
    kept = (row for rows in kept_back(waves, batches).values() for row in rows)
    held = {wave.wave for wave in waves if wave.held}
    late = {row.number for row in kept if row.status == Status.WRITTEN.value}
    return late | {row.number for row in batches if waits_for_wave(row, held)}


def _wave_reasons(waves: Sequence[WaveRow], batches: Sequence[BatchRow]) -> list[str]:
    """Return what each wave waits for while batches of it do, and the decisions that overrule the gate."""
    waiting = kept_back(waves, batches)
    reasons = [reason for wave, reason in hindrances(waves).items() if wave in waiting]
    reasons += [
        f"wave {wave.wave} is held: {clean(held_reason(wave))}"
        for wave in waves
        if wave.held and any(waits_for_wave(row, {wave.wave}) for row in batches)
    ]
    overruled = [wave for wave in waves if wave.overruled]
    return reasons + [clean(f"wave {wave.wave} was {decided(wave)}: {wave.decision_reason}") for wave in overruled]


def waits_for_wave(row: BatchRow, held: Collection[int]) -> bool:
    """Whether a batch waits for its wave, one of those held: a canary was sent once, repairs go anyway."""
    unsent = row.status == Status.WRITTEN.value and not row.attempt
    planned = row.repairs is None and row.refines
    return row.wave in held and unsent and not row.hold and planned


def held_reason(wave: WaveRow) -> str:
    """Return why a wave is held, and the command that lets the rest of it go."""
    release = f"`batchmill release --wave {wave.wave}`"
    reason = wave.held or ""
    return reason if release in reason else f"{reason}; {release} sends the rest all the same"


def _by_status(batches: Sequence[BatchRow]) -> list[str]:
    groups: dict[tuple[int, str], list[int]] = {}
    for row in batches:
        groups.setdefault((row.wave, row.status), []).append(row.number)
    order = {status.value: place for place, status in enumerate(Status)}
    rows = [
        (wave, status, len(numbers), number_ranges(numbers))
        for (wave, status), numbers in sorted(groups.items(), key=lambda item: (item[0][0], order[item[0][1]]))
    ]
    return table(("wave", "status", "batches", "numbers"), rows, right=(0, 2))


def _batch_table(rows: Sequence[BatchRow], width: int | None, late: Collection[int]) -> list[str]:
    headers = ["batch", "wave", "status", "title", "pairs", "requests", "refined", "missing"]
    some_given_up = any(row.given_up for row in rows)
    headers += ["given up"] if some_given_up else []
    headers += ["job", "changed (UTC)"]
    digits = max(len(label(base_of(row.number))) for row in rows)
    return fitted(
        headers,
        [
            (
                _numbered(row, digits),
                row.wave,
                _state(row, late),
                row.title,
                row.pairs,
                row.requests or None,
                row.refined if row.read_at else None,
                row.missing_now if row.read_at else None,
                *([row.given_up or None] if some_given_up else []),
                _short_job(row.job_name),
                clock_time(row.changed_at),
            )
            for row in rows
        ],
        STATUS_FIT,
        width,
    )


def _numbered(row: BatchRow, digits: int) -> str:
    """Return a batch's label, a repair's indented under that of its batch."""
    named = row.label.rjust(digits + len(row.label) - len(label(base_of(row.number))))
    return named if row.repairs is None else f"  {named}"


def _state(row: BatchRow, late: Collection[int]) -> str:
    emulated = " (emulated)" if row.emulated else ""
    attempt = f", attempt {row.attempt}" if row.attempt > 1 else ""
    sending = ", being sent" if row.status == Status.WRITTEN.value and row.started_at and not row.hold else ""
    hold = f", {row.hold}" if row.hold and row.hold != row.status else ""
    waits = ", waits" if row.number in late else ""
    return f"{row.status}{sending}{waits}{hold}{attempt}{emulated}"


def _short_job(name: str | None) -> str | None:
    """Return enough of a job's name to know it by; `history` and `--json` have all of it."""
    return name if name is None or len(name) <= SHORT_JOB else f"{name[: SHORT_JOB - 1]}…"


def _reason(row: BatchRow, now: str) -> str:
    """Return a batch's reason; of one on hold also what it is and the next step, if the reason names none."""
    said = clean(row.reason or "")
    if row.hold and "`" not in said:
        return f"{row.hold} ({said}); {way_out(row.number, Hold(row.hold))}"
    to_come = row.next_try_at is not None and row.next_try_at > now
    again = f" (next try at {clock_time(row.next_try_at)} UTC)" if to_come else ""
    return f"{said}{again}"


def labelled(row: BatchRow) -> dict[str, object]:
    """Return a row for JSON, with its label and what it is for behind its number."""
    return {"number": row.number, "label": row.label, "kind": row.kind, **msgspec.structs.asdict(row)}


def timeline_lines(lines: Sequence[Milestone]) -> list[str]:
    """Return the milestones as a table, their texts cut to what the terminal has room for."""
    if not lines:
        return ["Nothing has happened yet; begin with `batchmill plan --wave N`."]
    rows = [(day(line.at), line.text, MARKS[line.state]) for line in lines]
    width = columns()
    return fitted(("date", "milestone", "status"), rows, TIMELINE_FIT, width and width - WIDE_MARK)


def balance_lines(by_wave: Mapping[int, Balance], whole: Balance) -> list[str]:
    """Return the pair balance by wave and in all, with the sum spelt out."""
    headers = ("wave", "staged", "= excluded", "+ planned", "+ in flight", "+ refined", "+ missing", "+ given up")
    rows = [(f"{wave}", *_places(balance)) for wave, balance in by_wave.items()]
    if len(by_wave) != 1:
        rows.append(("all", *_places(whole)))
    lines = table(headers, rows, right=range(len(headers)))
    if whole.difference:
        lines.append(f"The balance is off by {whole.difference} pairs: run `batchmill replay --check`.")
    return lines


def standing_line(pair: Standing) -> str:
    """Return one pair of a list: its id, batch, verdict and reason."""
    return clean(f"{pair.pair_id}  {pair.label or '-'}  {pair.verdict or '-'}  {pair.reason}".rstrip())


def _places(balance: Balance) -> tuple[int, ...]:
    return tuple(getattr(balance, name) for name in balance.__struct_fields__)


def world_lines(world: World) -> list[str]:
    """Return status, timeline and balance of an earlier state of everything."""
    by_wave = {int(name): each for name, each in world.balance.items() if name != "total"}
    return [
        f"The world at position {world.position}:",
        "",
        *status_lines(world.batches, everything=False, waves=world.waves),
        "",
        *timeline_lines(world.timeline),
        "",
        *balance_lines(by_wave, world.balance["total"]),
    ]


def checked_lines(events: int, differences: Sequence[str]) -> list[str]:
    """Return what a check found, a line each, as far as a screen goes."""
    if not differences:
        return [f"{events} events replayed: every projection agrees"]
    lines = [f"{events} events replayed", *(clean(difference) for difference in differences[:MOST_LINES])]
    more = len(differences) - MOST_LINES
    return [*lines, f"… and {more} more"] if more > 0 else lines
