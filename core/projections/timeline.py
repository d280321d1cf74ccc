"""The timeline as people read it: one table of milestones, done and to come."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.one_line import one_line
from core.projections.adopted_timeline import claimed_lines, lost_lines
from core.projections.milestone import DONE, FAILED, PENDING, Milestone, approval, judgement, some
from core.projections.waiting import unaccepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from core.projections.rows import BatchRow, Outline, WaveRow

MARKS = {DONE: "✅ Done", PENDING: "⏳ Pending", FAILED: "❌ Failed"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: Holds of a batch that was not sent, and that a person has to look at.
TROUBLES = {Hold.REFUSED.value, Hold.QUARANTINED.value}


def milestones(waves: Sequence[WaveRow], batches: Sequence[BatchRow]) -> list[Milestone]:
    """Return every wave's milestones in the order in which they are passed."""
    by_wave: dict[int, list[BatchRow]] = defaultdict(list)
    for row in batches:
        if row.status != Status.WITHDRAWN.value:
            by_wave[row.wave].append(row)
    return [line for wave in waves for line in of_wave(wave, by_wave[wave.wave], unaccepted(wave, waves))]


def of_wave(wave: WaveRow, rows: list[BatchRow], awaited: int | None) -> list[Milestone]:
    """Return a wave's milestones, from its batches that stand; `awaited` has to be accepted before it is sent."""
    beside = _beside(wave, [row for row in rows if row.judges], "judged")
    beside += _beside(wave, [row for row in rows if row.embeds], "embedded")
    rows = [row for row in rows if row.refines]
    lines = _adopted(wave, rows, awaited) if wave.origin else _planned(wave, rows, awaited)
    return lines + beside + judgement(wave)


def _planned(wave: WaveRow, rows: list[BatchRow], awaited: int | None) -> list[Milestone]:
    batches = [row for row in rows if row.repairs is None]
    repairs = [row for row in rows if row.repairs is not None]
    name = f"Wave {wave.wave}"
    size = f"{some(len(batches), 'batch', 'batches')}, {some(wave.staged - wave.excluded, 'pair', 'pairs')}"
    lines = [Milestone(at=wave.planned_at, text=f"{name} planned ({size})", state=DONE, wave=wave.wave)]
    lines += approval(wave, awaited, sent=all(row.submitted_at for row in batches))
    lines += [
        _reached(wave, f"{name} {text}", batches, time)
        for text, time in (
            ("batch files written", lambda row: row.written_at),
            ("submission complete", lambda row: row.submitted_at),
            ("processing complete", lambda row: None if row.status == Status.FAILED.value else row.ended_at),
            ("results downloaded", lambda row: row.downloaded_at),
        )
    ]
    lines += _canary(wave) + _deadline(wave, rows) + _troubles(wave, rows)
    refined, pairs = sum(row.refined for row in rows), sum(row.pairs for row in batches)
    given_up = sum(row.given_up for row in rows)
    lost = f", {given_up} given up" if given_up else ""
    text = f"{name} answers read ({refined} of {pairs} pairs refined{lost})"
    lines.append(_when_all(wave, text, [row.read_at for row in batches]))
    return lines + _repairs(wave, repairs) + _given_up(wave, rows)


def _adopted(wave: WaveRow, rows: list[BatchRow], awaited: int | None) -> list[Milestone]:
    """Return the milestones of a wave that an older process sent: what is claimed, looked up, lost and had."""
    batches = [row for row in rows if row.repairs is None]
    repairs = [row for row in rows if row.repairs is not None]
    return [
        *claimed_lines(wave, batches),
        *(approval(wave, awaited, sent=all(row.submitted_at for row in repairs)) if repairs else []),
        *_canary(wave),
        *_deadline(wave, rows),
        *_troubles(wave, repairs),
        *lost_lines(wave, batches),
        *_repairs(wave, repairs),
        *_given_up(wave, rows),
    ]


def _canary(wave: WaveRow) -> list[Milestone]:
    """Return the line about what the wave's first batches came to, if that was judged."""
    if wave.held:
        return [
            Milestone(at=None, text=f"Wave {wave.wave} held: {_cause(wave.held)}", state=FAILED, wave=wave.wave)
        ]
    if wave.released_at:
        return [Milestone(at=wave.released_at, text=f"Wave {wave.wave} released", state=DONE, wave=wave.wave)]
    return []


def _repairs(wave: WaveRow, repairs: list[BatchRow]) -> list[Milestone]:
    if not repairs:
        return []
    asked, home = sum(row.pairs for row in repairs), sum(row.refined for row in repairs)
    size = f"{some(len(repairs), 'repair', 'repairs')}, {home} refined of {asked} asked again"
    return [_when_all(wave, f"Wave {wave.wave} repairs read ({size})", [row.read_at for row in repairs])]


def _beside(wave: WaveRow, rows: list[BatchRow], what: str) -> list[Milestone]:
    """Return the lines about what models were asked beside refining (`what` became of pairs), if they were."""
    lines = _deadline(wave, rows) + _troubles(wave, rows)
    for model in sorted({row.model for row in rows}):
        asked = [row for row in rows if row.model == model]
        batches = [row for row in asked if row.repairs is None]
        size = f"{sum(row.refined for row in asked)} of {some(sum(row.pairs for row in batches), 'pair', 'pairs')}"
        text = f"Wave {wave.wave} {what} by {model} ({size})"
        lines.append(_when_all(wave, text, [row.read_at for row in asked]))
    return lines


def _given_up(wave: WaveRow, rows: list[BatchRow]) -> list[Milestone]:
    pairs = sum(row.given_up for row in rows)
    if not pairs:
        return []
    at = max(row.changed_at for row in rows if row.given_up)
    text = f"Wave {wave.wave}: {some(pairs, 'pair', 'pairs')} given up"
    return [Milestone(at=at, text=text, state=FAILED, wave=wave.wave)]


def _deadline(wave: WaveRow, batches: list[BatchRow]) -> list[Milestone]:
    """Return the line about the job that ought to end first, if any is under way."""
    dues = [row.due for row in batches if row.due]
    if not dues:
        return []
    at = min(dues)
    jobs = f"the first of {len(dues)} jobs" if len(dues) > 1 else "the job"
    text = f"Wave {wave.wave} deadline: {jobs} under way ends by {at[11:16]} UTC"
    return [Milestone(at=at, text=text, state=PENDING, wave=wave.wave)]


def _troubles(wave: WaveRow, batches: list[BatchRow]) -> list[Milestone]:
    """Return a line for each batch that failed, or that asks for a person before it was sent."""
    return [
        Milestone(
            at=row.failed_at or row.changed_at,
            text=f"Batch {row.label} {_trouble(row)}: {_cause(row.reason)}",
            state=FAILED,
            wave=wave.wave,
        )
        for row in batches
        if row.status == Status.FAILED.value or row.hold in TROUBLES
    ]


def _trouble(row: BatchRow) -> str:
    return row.status if row.status == Status.FAILED.value else row.hold or ""


def _reached(
    wave: WaveRow, text: str, batches: list[BatchRow], time: Callable[[BatchRow], str | None]
) -> Milestone:
    times = [time(row) for row in batches]
    done = sum(moment is not None for moment in times)
    share = some(done, "batch", "batches") if done == len(times) else f"{done} of {len(times)} batches"
    return _when_all(wave, f"{text} ({share})", times)


def _when_all(wave: WaveRow, text: str, times: list[str | None]) -> Milestone:
    reached = [moment for moment in times if moment is not None]
    if not times or len(reached) < len(times):
        return Milestone(at=None, text=text, state=PENDING, wave=wave.wave)
    return Milestone(at=max(reached), text=text, state=DONE, wave=wave.wave)


def _cause(reason: str | None) -> str:
    """Return the first clause of a reason: what happened, without what to do about it."""
    return (reason or "").partition("; ")[0]


def _moment(at: str) -> str:
    return f"{day(at)} {at[11:16]} UTC"


def day(at: str | None) -> str:
    """Return a ledger time as the people write it (`Nov 2`), or a dash for none."""
    return f"{MONTHS[int(at[5:7]) - 1]} {int(at[8:10])}" if at else "-"


def timeline_chunks(
    waves: Sequence[WaveRow], outlines: Iterable[Outline], rows: Callable[[Sequence[int]], Iterable[BatchRow]]
) -> Iterator[bytes]:
    """Yield the timeline as a Markdown table, one wave's batches in memory at a time; see `tracking_chunks`."""
    by_wave: dict[int, list[int]] = defaultdict(list)
    for each in outlines:
        if each.status != Status.WITHDRAWN.value:
            by_wave[each.wave].append(each.number)
    yield b"| Date | Milestone | Status |\n|---|---|---|\n"
    for wave in waves:
        for line in of_wave(wave, list(rows(by_wave[wave.wave])), unaccepted(wave, waves)):
            yield f"{table_row(line)}\n".encode()


def table_row(line: Milestone) -> str:
    """Return a milestone as a row of the table; text from data cannot break out of its cell."""
    return f"| {day(line.at)} | {cell(line.text)} | {MARKS[line.state]} |"


def cell(text: str) -> str:
    """Return text as it may stand in a Markdown table cell: one line, no markup, no HTML, no controls."""
    flat = one_line(text)
    for char in "\\`*_[]|":
        flat = flat.replace(char, "\\" + char)
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
