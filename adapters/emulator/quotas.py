"""How much the emulator takes at once: jobs, enqueued tokens, creates a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.clock import SECOND
from adapters.emulator.refusals import exhausted
from adapters.emulator.when import Count  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from adapters.emulator.rows import Rows

_MINUTE = 60 * SECOND


class Quotas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits over which a create is answered with the 429 really seen; None is no limit.

    Jobs at once are those that wait or run; enqueued tokens are theirs, counted for each model by itself.
    """

    jobs_at_once: Count | None = None
    enqueued_tokens: Count | None = None
    creates_a_minute: Count | None = None

    def check(self, rows: Rows, *, model: str, tokens: int, now_ns: int) -> None:
        """Raise ApiError (429) when one more job of so many tokens would be too much."""
        if self.creates_a_minute and rows.created_since(now_ns - _MINUTE) >= self.creates_a_minute:
            raise exhausted()
        if not (self.jobs_at_once or self.enqueued_tokens):
            return
        active = rows.active_jobs(now_ns)
        if self.jobs_at_once and sum(jobs for jobs, _ in active.values()) >= self.jobs_at_once:
            raise exhausted()
        if self.enqueued_tokens and active.get(model, (0, 0))[1] + tokens > self.enqueued_tokens:
            raise exhausted()

    def or_else(self, other: Quotas) -> Quotas:
        """Return these limits, and the other's where none is set here."""
        return Quotas(
            jobs_at_once=self.jobs_at_once or other.jobs_at_once,
            enqueued_tokens=self.enqueued_tokens or other.enqueued_tokens,
            creates_a_minute=self.creates_a_minute or other.creates_a_minute,
        )
