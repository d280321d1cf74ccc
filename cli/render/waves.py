"""Where waves stand, what of them was approved, and how they were judged and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, clock_time, table
from core.planning.naming import counted
from core.projections.milestone import overruling
from core.projections.waiting import hindrances
from core.wave.lifecycle import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.deciding import Approval, Decision, Standing
    from core.projections.rows import WaveRow
    from core.wave.course_events import CriterionJudged, WaveAccepted, WaveRejected

NONE_YET = "The ledger holds no wave yet; begin with `batchmill plan --wave N`."


def approval_lines(approved: Approval) -> list[str]:
    """Return what was approved and what the budgets leave for it, and what comes next."""
    wave = approved.wave
    batches = f"{approved.batches} {'batch' if approved.batches == 1 else 'batches'}"
    size = f"{batches}, {counted(approved.pairs, 'pair')}, {approved.model}"
    lines = [f"Wave {wave}, revision {approved.revision}: {size}, expected to cost ${approved.expected_usd:.4f}."]
    for left, whose, setting in (
        (approved.left_for_wave_usd, f"wave {wave}", "budget.usd_per_wave"),
        (approved.left_in_all_usd, "all waves", "budget.usd_in_all"),
    ):
        if left is not None:
            short = approved.new and left < approved.expected_usd
            what = f"; what passes it will be held, unless you raise {setting}" if short else ""
            lines.append(f"The budget of {whose} leaves ${left:.4f}{what}.")
    if approved.left_for_wave_usd is None and approved.left_in_all_usd is None:
        lines.append("No budget is set: [budget] in batchmill.toml takes one.")
    said = f"Wave {wave} is approved" if approved.new else f"Wave {wave} was approved already"
    if approved.waits_for is None:
        return [*lines, f"{said}; next: `batchmill run`."]
    then = f"it is sent once wave {approved.waits_for} is accepted"
    return [*lines, f"{said}; {then}: `batchmill accept --wave {approved.waits_for} --reason …`."]


def decision_line(wave: int, status: Status, event: WaveAccepted | WaveRejected | None) -> str:
    """Return what was decided, what that overrules or reverses, and that it is on record."""
    if event is None:
        return f"wave {wave} is {status.value} already."
    against = overruling(event.verdict) if event.overruled else f", as its verdict ({event.verdict}) says"
    opposite = Status.REJECTED if status is Status.ACCEPTED else Status.ACCEPTED
    before = f"; it was {opposite.value} before" if event.reverses else ""
    return f"wave {wave} is {status.value}{against}{before}."


def wave_lines(standings: Sequence[Standing], rows: Sequence[WaveRow], *, whole: bool) -> list[str]:
    """Return one line a wave, what each waits for, and every overruling; of a `whole` one all that was judged.

    `rows` are those of every wave, since one waits for another.
    """
    if not standings:
        return [NONE_YET]
    headers = ("wave", "status", "since (UTC)", "by", "depends on", "batches", "verdict", "decided")
    lines = table(headers, [_row(each.wave) for each in standings], right=(0, 4, 5))
    why = hindrances(rows)
    told = [clean(why[each.wave.wave]) for each in standings if each.wave.wave in why]
    for each in standings:
        told += [_decision(each.wave.wave, decision) for decision in each.decisions if whole or decision.overruled]
    lines += ["", *told] if told else []
    if whole:
        lines += _criteria([criterion for each in standings for criterion in each.criteria])
    return lines


def _row(row: WaveRow) -> tuple[object, ...]:
    decided = f"{row.decision} (overruled)" if row.overruled else row.decision
    sent = row.repairs if row.origin and row.repairs else row.batches
    return (
        *(row.wave, row.status, clock_time(row.status_at), row.status_by),
        *(row.depends_on, len(sent), row.verdict, decided),
    )


def _decision(wave: int, decision: Decision) -> str:
    kind = (
        f"OVERRULED: {decision.decision}{overruling(decision.verdict)}"
        if decision.overruled
        else decision.decision
    )
    reverses = ", reversing the decision before" if decision.reverses else ""
    return clean(
        f"wave {wave} {kind}{reverses}, {clock_time(decision.at)} UTC by {decision.by}: {decision.reason}"
    )


def _criteria(criteria: Sequence[CriterionJudged]) -> list[str]:
    if not criteria:
        return []
    passed = {True: "yes", False: "NO", None: "?"}
    rows = [
        (each.name, _figure(each.figure), _figure(each.threshold), each.sample, passed[each.passed], each.sentence)
        for each in criteria
    ]
    lines = table(("criterion", "figure", "threshold", "sample", "passed", "what was seen"), rows, right=(1, 2, 3))
    worst = [f"worst of {clean(each.name)}: {clean(', '.join(each.worst))}" for each in criteria if each.worst]
    return ["", *lines, *worst]


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"
