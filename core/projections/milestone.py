"""One line of the timeline, and those that tell how a wave came to be approved, judged and decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.wave.lifecycle import Status

if TYPE_CHECKING:
    from core.projections.rows import WaveRow

DONE, PENDING, FAILED = "done", "pending", "failed"
#: How a verdict stands in the timeline: one that leaves it to a person is not done yet.
STATES = {"good": DONE, "not good": FAILED, "undecided": PENDING}


class Milestone(msgspec.Struct, frozen=True):
    """One line: when it was reached or is due (the ledger's text, None if unknown), what it is, and its state."""

    at: str | None
    text: str
    state: str
    wave: int


def some(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def approval(wave: WaveRow, awaited: int | None, *, sent: bool) -> list[Milestone]:
    """Return the lines about what comes between plan and submission; `awaited` is to be accepted before it."""
    name = f"Wave {wave.wave}"
    lines: list[Milestone] = []
    if wave.approved_at:
        lines.append(Milestone(at=wave.approved_at, text=f"{name} approved", state=DONE, wave=wave.wave))
    elif wave.status == Status.PLANNED.value:
        lines.append(Milestone(at=None, text=f"{name} approval", state=PENDING, wave=wave.wave))
    if awaited is not None and not sent:
        text = f"{name} waits until wave {awaited} is accepted"
        lines.append(Milestone(at=None, text=text, state=PENDING, wave=wave.wave))
    return lines


def judgement(wave: WaveRow) -> list[Milestone]:
    """Return the lines about the wave's quality: its assessment, and what was decided."""
    name = f"Wave {wave.wave}"
    lines: list[Milestone] = []
    if wave.verdict:
        text = f"{name} quality validation ({wave.verdict})"
        lines.append(Milestone(at=wave.assessed_at, text=text, state=STATES[wave.verdict], wave=wave.wave))
    if wave.decision:
        state = DONE if wave.decision == Status.ACCEPTED.value else FAILED
        text = f"{name} {decided(wave)}"
        lines.append(Milestone(at=wave.decided_at, text=text, state=state, wave=wave.wave))
    elif wave.verdict:
        lines.append(Milestone(at=None, text=f"{name} acceptance", state=PENDING, wave=wave.wave))
    else:
        lines.append(Milestone(at=None, text=f"{name} quality validation", state=PENDING, wave=wave.wave))
    return lines


def decided(wave: WaveRow) -> str:
    """Return what was decided of a wave, and what that overrules."""
    return f"{wave.decision}{overruling(wave.decided_on)}" if wave.overruled else wave.decision or ""


def overruling(verdict: str | None) -> str:
    """Return in words behind a decision what it overrules."""
    return f" against the gate's verdict ({verdict})" if verdict else " without a verdict of the gate"
