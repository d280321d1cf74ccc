"""How a wave's batches were sent, as events tell: every attempt, what went wrong, and what was waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch import adopted_events as a
from core.batch import events as e
from core.ledger.recorded import stamp
from core.planning.naming import counted

if TYPE_CHECKING:
    from core.ledger.recorded import Recorded


class Attempt(msgspec.Struct):
    """One try at running a batch remotely; times are the ledger's text, `outcome` is "" while it is under way."""

    batch: int
    number: int
    display_name: str
    started: str | None
    job: str = ""
    how: str = ""
    submitted: str | None = None
    ended: str | None = None
    outcome: str = ""


class Trouble(msgspec.Struct, frozen=True):
    """Something that did not go as it should: when, with which batch, what and why."""

    at: str
    batch: int
    what: str
    reason: str


class Wait(msgspec.Struct):
    """How often a batch was put off and for how many minutes together, and the last reason."""

    batch: int
    times: int = 0
    minutes: float = 0.0
    reason: str = ""


class Sending:
    """What the events of some batches tell of their sending; events come in the ledger's order."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.attempts: list[Attempt] = []
        self.troubles: list[Trouble] = []
        self.waits: dict[int, Wait] = {}
        self._last: dict[int, Attempt] = {}

    def fold(self, batch: int, recorded: Recorded) -> None:
        """Take in an event of a batch."""
        event, at = recorded.event, recorded.recorded_at
        match event:
            case e.SubmissionStarted(attempt=number, display_name=name):
                self._begin(Attempt(batch, number, name, at))
            case a.JobAdopted(attempt=number, display_name=name, job_name=job, created_at=created):
                begun = stamp(created) if created else None
                self._begin(Attempt(batch, number, name, None, job, "found", begun))
            case e.BatchSubmitted(job_name=job, how=how):
                attempt = self._of(batch)
                attempt.job, attempt.how, attempt.submitted = job, how, at
            case e.SubmissionDeferred(reason=reason, until=until):
                self._wait(batch, reason, (until - event.at).total_seconds() / 60)
            case e.BatchSucceeded(ended_at=ended):
                attempt = self._of(batch)
                attempt.ended, attempt.outcome = stamp(ended) if ended else at, "succeeded"
            case e.BatchFailed(cause=cause, reason=reason):
                attempt = self._of(batch)
                attempt.ended, attempt.outcome = at, cause
                self._trouble(batch, at, cause, reason)
            case _:
                self._note(batch, recorded)

    def _note(self, batch: int, recorded: Recorded) -> None:
        at = recorded.recorded_at
        match recorded.event:
            case e.SubmissionUnclear(reason=reason):
                self._trouble(batch, at, "unclear", reason)
            case e.SubmissionRefused(reason=reason):
                self._trouble(batch, at, "refused", reason)
            case e.SubmissionQuarantined(reason=reason):
                self._trouble(batch, at, "quarantined", reason)
            case e.SubmissionHeld(reason=reason):
                self._trouble(batch, at, "held", reason)
            case e.DoubleFound(job_name=job, kept=kept):
                self._trouble(batch, at, "double", f"{job} was another job of the attempt; {kept} is kept")
            case e.BatchRetried(reason=reason):
                self._trouble(batch, at, "sent again", reason)
            case e.PairsGivenUp(pairs=pairs):
                first = pairs[0].reason if pairs else ""
                self._trouble(batch, at, "given up", f"{counted(len(pairs), 'pair')}, the first because {first}")
            case e.CancelRequested(reason=reason):
                self._trouble(batch, at, "to be cancelled", reason)
            case e.BatchPaused(reason=reason):
                self._trouble(batch, at, "paused", reason)
            case _:
                pass

    def _begin(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        self._last[attempt.batch] = attempt

    def _of(self, batch: int) -> Attempt:
        """Return the attempt under way; one that nobody began here is made up of what is known."""
        if batch not in self._last:
            self._begin(Attempt(batch, 0, "", None))
        return self._last[batch]

    def _wait(self, batch: int, reason: str, minutes: float) -> None:
        wait = self.waits.setdefault(batch, Wait(batch))
        wait.times, wait.minutes, wait.reason = wait.times + 1, wait.minutes + minutes, reason

    def _trouble(self, batch: int, at: str, what: str, reason: str) -> None:
        self.troubles.append(Trouble(at, batch, what, reason))
