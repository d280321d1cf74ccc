"""What people decide about a wave: that its plan may be sent, and whether it is good enough for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.engine.books import Books
from core.errors import NotFoundError, RefusedError
from core.ledger.load import load_wave
from core.ledger.streams import wave_stream
from core.planning.models import models_with
from core.wave.course import AcceptWave, ApproveWave, AssessWave, RejectWave
from core.wave.course_events import CriterionJudged, WaveAccepted, WaveRejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.compose import Opened
    from core.ledger.recorded import Recorded
    from core.projections.rows import WaveRow
    from core.wave.course import CourseCommand
    from core.wave.course_events import WaveAssessed
    from core.wave.state import Wave


class Approval(msgspec.Struct, frozen=True):
    """A plan as it is approved: its size and expected price in US dollars, and what the budgets leave (None: all).

    `new` says that it was not approved before; `waits_for` is the wave that has to be accepted before it is sent.
    """

    wave: int
    revision: int
    batches: int
    pairs: int
    model: str
    expected_usd: float
    left_for_wave_usd: float | None
    left_in_all_usd: float | None
    waits_for: int | None
    new: bool


class Seen(NamedTuple):
    """A plan as somebody looked at it: its revision, the version of its event in the stream, and its batches."""

    revision: int
    plan_version: int
    batches: tuple[int, ...]


class Left(msgspec.Struct, frozen=True):
    """What the budgets leave in US dollars for a wave and in all, None where there is no limit."""

    for_wave_usd: float | None
    in_all_usd: float | None


class Decision(msgspec.Struct, frozen=True):
    """What was decided of a wave by a person, at which verdict, and whether that overrules it."""

    decision: str
    at: str
    by: str
    reason: str
    verdict: str
    overruled: bool
    reverses: bool


class Standing(msgspec.Struct, frozen=True):
    """Where a wave stands, what the last assessment saw, and every decision about it, in order."""

    wave: WaveRow
    criteria: tuple[CriterionJudged, ...]
    decisions: tuple[Decision, ...]


def approve(opened: Opened, number: int, reason: str, seen: Seen | None = None) -> Approval:
    """Record that a wave's plan may be sent, and return what was approved; NotFoundError without any plan.

    With `seen`, that plan alone is approved: RefusedError when another took its place since it was looked at.
    """
    books = books_of(opened, "approve")
    wave = _wave(books, number)
    terms = wave.replanned or wave.plan
    if terms is None:
        raise NotFoundError(f"wave {number} has no plan; run `batchmill plan --wave {number}` first")
    if seen is not None and seen != Seen(wave.revision, wave.plan_version, terms.batches):
        raise RefusedError(f"wave {number} was planned anew meanwhile; look at the plan, and approve that one")
    usd = terms.estimate.cost_usd
    command = ApproveWave(reason, wave.plan_version, usd, opened.clock.now())
    recorded = books.write_wave(number, command, f"approve --wave {number}")
    opened.catch_up()
    before = wave.depends_on
    left = money_left(opened, books, number)
    pairs = wave.replanned.pairs if wave.replanned else sum(source.planned for source in wave.sources)
    return Approval(
        wave=number,
        revision=wave.revision,
        batches=len(terms.batches),
        pairs=pairs,
        model=terms.model,
        expected_usd=usd,
        left_for_wave_usd=left.for_wave_usd,
        left_in_all_usd=left.in_all_usd,
        waits_for=before if before is not None and not _wave(books, before).accepted else None,
        new=bool(recorded),
    )


def accept(opened: Opened, number: int, reason: str) -> WaveAccepted | None:
    """Record that a wave is accepted; None when it is so already."""
    event = _decide(opened, number, AcceptWave(reason, opened.clock.now()), "accept")
    return event if isinstance(event, WaveAccepted) else None


def reject(opened: Opened, number: int, reason: str) -> WaveRejected | None:
    """Record that a wave is rejected; None when it is so already."""
    event = _decide(opened, number, RejectWave(reason, opened.clock.now()), "reject")
    return event if isinstance(event, WaveRejected) else None


def assess(opened: Opened, number: int, assessed: WaveAssessed) -> bool:
    """Record what a wave was judged to be; False when the same is on record already."""
    return _decide(opened, number, AssessWave(assessed), "assess") is not None


def standings(opened: Opened, number: int | None) -> list[Standing]:
    """Return where every wave stands, or the one named; raises NotFoundError for one that is not there."""
    rows = [row for row in opened.rows().waves() if number is None or row.wave == number]
    if number is not None and not rows:
        raise NotFoundError(f"the ledger has no wave {number}; `batchmill waves` shows those it has")
    store = opened.database.store
    return [
        Standing(
            wave=row,
            criteria=assessed.criteria if (assessed := load_wave(store, row.wave).assessed) else (),
            decisions=_decisions(list(store.read_stream(wave_stream(row.wave)))),
        )
        for row in rows
    ]


def _decisions(events: Sequence[Recorded]) -> tuple[Decision, ...]:
    return tuple(
        Decision(
            decision="accepted" if isinstance(each.event, WaveAccepted) else "rejected",
            at=each.recorded_at,
            by=each.actor,
            reason=each.event.reason,
            verdict=each.event.verdict,
            overruled=each.event.overruled,
            reverses=each.event.reverses,
        )
        for each in events
        if isinstance(each.event, WaveAccepted | WaveRejected)
    )


def _decide(opened: Opened, number: int, command: CourseCommand, said: str) -> object | None:
    books = books_of(opened, said)
    _wave(books, number)
    recorded = books.write_wave(number, command, f"{said} --wave {number}")
    opened.catch_up()
    return recorded[-1].event if recorded else None


def books_of(opened: Opened, command: str) -> Books:
    """Return books that have read the whole ledger: a wave's batches tell whether it was sent before."""
    books = Books(opened.database.store, opened.context(command).actor, models=models_with(opened.settings.models))
    books.refresh()
    return books


def _wave(books: Books, number: int) -> Wave:
    wave = books.wave(number)
    if not wave.version:
        raise NotFoundError(f"the ledger has no wave {number}; begin with `batchmill plan --wave {number}`")
    return wave


def money_left(opened: Opened, books: Books, wave: int) -> Left:
    """Return what the budgets leave after all that was spent or is under way."""
    budget, purse = opened.settings.budget, books.purse
    return Left(_left(budget.usd_per_wave, purse.committed(wave)), _left(budget.usd_in_all, purse.committed()))


def _left(limit: float | None, committed: float) -> float | None:
    return None if limit is None else max(0.0, limit - committed)
