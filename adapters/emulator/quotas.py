"""How much the emulator takes: jobs at once, enqueued tokens, creates and requests a minute."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

import msgspec

from adapters.emulator.clock import SECOND
from adapters.emulator.refusals import exhausted, exhausted_by_requests
from adapters.emulator.when import Count  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from adapters.emulator.clock import NowNs
    from adapters.emulator.rows import Rows

_MINUTE = 60 * SECOND

UNMETERED = frozenset({"emulator.clock", "emulator.stats", "unknown", "upload.continue"})
"""Verbs that no quota of requests counts: what is not the API's, and the pieces of an upload once begun."""


class Quotas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits over which a call is answered with the 429 really seen; None is no limit.

    Jobs at once are those that wait or run; enqueued tokens are theirs, counted for each model by itself.
    Requests a minute are those of all verbs together, refused ones left out.
    """

    jobs_at_once: Count | None = None
    enqueued_tokens: Count | None = None
    creates_a_minute: Count | None = None
    requests_a_minute: Count | None = None

    def check(self, rows: Rows, *, model: str, tokens: int, now_ns: int) -> None:
        """Raise ApiError (429) when one more job of so many tokens would be too much."""
        if self.creates_a_minute and rows.created_since(now_ns - _MINUTE) >= self.creates_a_minute:
            raise exhausted()
        if self.jobs_at_once and rows.active_jobs(now_ns) >= self.jobs_at_once:
            raise exhausted()
        if self.enqueued_tokens and rows.enqueued_tokens(model, now_ns) + tokens > self.enqueued_tokens:
            raise exhausted()

    def or_else(self, other: Quotas) -> Quotas:
        """Return these limits, and the other's where none is set here."""
        return Quotas(
            jobs_at_once=self.jobs_at_once or other.jobs_at_once,
            enqueued_tokens=self.enqueued_tokens or other.enqueued_tokens,
            creates_a_minute=self.creates_a_minute or other.creates_a_minute,
            requests_a_minute=self.requests_a_minute or other.requests_a_minute,
        )


class RequestQuota:
    """Counts the requests of the last minute of a clock that passes `speed` seconds in a real one."""

    def __init__(self, limit: int | None, now: NowNs, speed: float) -> None:
        self._limit = limit
        self._now = now
        self._speed = speed
        self._taken: deque[int] = deque()
        self._lock = threading.Lock()

    def take(self, verb: str, model: str) -> None:
        """Let one request through; raises ApiError (429), with the real seconds to wait where it names any."""
        if self._limit is None or verb in UNMETERED:
            return
        with self._lock:
            now = self._now()
            while self._taken and self._taken[0] <= now - _MINUTE:
                self._taken.popleft()
            if len(self._taken) < self._limit:
                self._taken.append(now)
                return
            wait = (self._taken[0] + _MINUTE - now) / SECOND / self._speed
        raise exhausted_by_requests(verb, model, self._limit, wait)
