"""What the events of a ledger tell the reports of one wave, beyond the rows of the read model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.adopted_events import BatchAdopted, ClaimSettled
from core.batch.events import BatchPlanned
from core.batch.numbers import label
from core.ledger.streams import batch_number, wave_number
from core.projections.milestone import some
from core.quality.scores import Score, scored
from core.reports.sending import Sending
from core.wave import course_events as c
from core.wave import events as w
from core.wave.score_events import PairScored, SampleDrawn
from core.wave.state import Wave, evolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.recorded import Recorded


class Act(msgspec.Struct, frozen=True):
    """Something that was decided: when (the ledger's text), by whom, what, and why."""

    at: str
    actor: str
    what: str
    reason: str


class Record:
    """The fold of a whole ledger for one wave's reports.

    `state` is the wave, `acts` what was decided about it, `sending` how its batches went. Of every wave: `scores`
    in order, the last `samples` and `assessed`. `prompts` has the sha256 of the prompt by batch.
    """

    def __init__(self, wave: int) -> None:
        """Know nothing yet."""
        self.state = Wave(wave=wave)
        self.acts: list[Act] = []
        self.sending = Sending()
        self.scores: dict[int, list[Score]] = {}
        self.samples: dict[int, SampleDrawn] = {}
        self.assessed: dict[int, c.WaveAssessed] = {}
        self.prompts: dict[int, str] = {}
        self._own: set[int] = set()

    def fold(self, recorded: Recorded) -> None:
        """Take in the next event of the ledger."""
        number = batch_number(recorded.stream)
        if number is not None:
            self._batch(number, recorded)
            return
        wave = wave_number(recorded.stream)
        if wave is None:
            return
        self._judged(wave, recorded.event)
        if wave == self.state.wave:
            self.state = evolve(self.state, recorded.event)
            if said := _act(recorded.event):
                self.acts.append(Act(recorded.recorded_at, recorded.actor, *said))

    def _batch(self, number: int, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, BatchPlanned):
            self.prompts[number] = event.prompt_sha256
        if isinstance(event, BatchPlanned | BatchAdopted) and event.wave == self.state.wave:
            self._own.add(number)
        if number not in self._own:
            return
        self.sending.fold(number, recorded)
        if isinstance(event, ClaimSettled):
            what = f"batch {label(number)} settled: {event.job_name or 'it never had a job'}"
            self.acts.append(Act(recorded.recorded_at, recorded.actor, what, event.reason))

    def _judged(self, wave: int, event: object) -> None:
        match event:
            case PairScored():
                score = scored(event.reviewer, event.pair_id, event.marks, comment=event.comment, at=event.at)
                self.scores.setdefault(wave, []).append(score)
            case SampleDrawn():
                self.samples[wave] = event
            case c.WaveAssessed():
                self.assessed[wave] = event
            case _:
                pass


def _act(event: object) -> tuple[str, str] | None:
    """Return what was decided by an event and why, None where nothing was."""
    match event:
        case w.WavePlanned(revision=revision, batches=batches):
            return f"planned, revision {revision}", some(len(batches), "batch", "batches")
        case w.WaveReplanned(batches=batches, pairs=pairs, only=only):
            return (
                f"{pairs:,} missing pairs planned again",
                f"{some(len(batches), 'repair', 'repairs')}, of {', '.join(only)}",
            )
        case w.WaveAdopted(tracking=tracking):
            return "adopted", tracking
        case w.WaveReleased(reason=reason):
            return "released", reason
        case w.WaveHeld(reason=reason):
            return "held", reason
        case c.WaveApproved(revision=revision, reason=reason, expected_usd=usd):
            return f"revision {revision} approved at an expected {usd:,.4f} US dollars", reason
        case SampleDrawn(size=size, seed=seed, pair_ids=ids):
            return f"a sample of {len(ids):,} pairs drawn", f"{size:,} asked for, seed {seed}"
        case c.WaveAssessed(verdict=verdict, criteria=criteria):
            return f"assessed by rule: {verdict}", _why(criteria)
        case c.WaveAccepted() | c.WaveRejected():
            what = "accepted" if isinstance(event, c.WaveAccepted) else "rejected"
            against = f", overruling the verdict ({event.verdict or 'none'})" if event.overruled else ""
            return f"{what}{against}{', reversing the decision before' * event.reverses}", event.reason
        case _:
            return None


def _why(criteria: Iterable[c.CriterionJudged]) -> str:
    """Return which criteria kept a verdict from being good."""
    missed = [
        f"{each.name}: {'open' if each.passed is None else 'failed'}" for each in criteria if not each.passed
    ]
    return ", ".join(missed) or "every criterion passed"
