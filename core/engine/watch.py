"""The engine's eye on time: a clock that jumps, and jobs that are near their end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from core.batch.state import Batch
    from core.engine.policy import Policy

#: A clock that is this much further than at the last look was set, or the machine slept.
JUMP = timedelta(hours=1)
#: Polls after a jump in which no job is given up for being late: what it did meanwhile has to be seen first.
PATIENT_POLLS = 3
#: Clocks are corrected by less than this all the time.
SLACK = timedelta(seconds=2)


class Watch:
    """Remembers the time of the last look, and which jobs a person was warned of."""

    def __init__(self, policy: Policy, warn: Callable[[str], None]) -> None:
        """Begin with nothing seen."""
        self._policy = policy
        self._warn = warn
        self._last: datetime | None = None
        self._patient_until: datetime | None = None
        self._warned: set[str] = set()

    def jumped_back(self, now: datetime) -> bool:
        """Look at the clock; return whether it was set back since the last look, and note if it leapt ahead."""
        last, self._last = self._last, now
        if last is None:
            return False
        if now < last - SLACK:
            self._warn(f"the clock was set back by {_span(last - now)}; waits begin anew")
            self._patient_until = None
            return True
        if now > last + JUMP:
            self._warn(
                f"the clock is {_span(now - last)} further than a moment ago, or the machine slept; "
                "jobs are looked at before any is given up for being late"
            )
            self._patient_until = now + PATIENT_POLLS * timedelta(seconds=self._policy.poll_every)
        return False

    def seen(self, now: datetime) -> None:
        """Note the time at the end of a pulse, which itself may have taken long.

        A clock that was set back meanwhile is for the next look to see.
        """
        self._last = now if self._last is None else max(self._last, now)

    def patient(self, now: datetime) -> bool:
        """Whether jobs past their time are to be left alone for a while."""
        return self._patient_until is not None and now < self._patient_until

    def warn_of_deadlines(self, batches: Iterable[Batch], now: datetime) -> None:
        """Warn once of every job that is near its end and has none yet."""
        near = now + timedelta(hours=self._policy.warn_hours)
        late = {batch.job_name: batch for batch in batches if batch.job_name and batch.due and batch.due <= near}
        for name in late.keys() - self._warned:
            batch = late[name]
            self._warn(f"{batch.name}: {name} ought to end by {batch.due:%Y-%m-%d %H:%M} UTC")
        self._warned = {name for name in late if name}


def _span(length: timedelta) -> str:
    return str(timedelta(seconds=round(length.total_seconds())))
