"""The daemon's clockwork: an APScheduler loop that calls one function again and again until told to stop."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

if TYPE_CHECKING:
    from collections.abc import Callable


class Loop:
    """Ticks every `seconds`; a tick that takes longer delays the next one, and none is dropped or doubled."""

    def __init__(self, seconds: float) -> None:
        """Prepare the loop; nothing runs before `run`."""
        self._seconds = seconds
        self._done = Event()
        self._error: BaseException | None = None

    def stop(self) -> None:
        """Let the running tick be the last; may be called from a signal handler or another thread."""
        self._done.set()

    @property
    def stopping(self) -> bool:
        """Whether the loop was told to stop."""
        return self._done.is_set()

    def run(
        self, tick: Callable[[], bool], *, beat: Callable[[], None], beat_seconds: float, grace_seconds: float
    ) -> bool:
        """Call `tick` until it returns False, raises, or `stop` is called; raise what it raised.

        Beside it `beat` is called every `beat_seconds`, however long a tick takes; what it raises ends the loop
        as well. After the stop the running tick gets `grace_seconds` to end; returns False when it did not, and
        its thread is left behind.
        """
        # A late tick must run (the default would drop it after a second), many late ones are one, and the jobs
        # live in memory: a stored schedule would be a second truth beside the ledger.
        scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(2)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone="UTC",
        )
        idle = Event()
        idle.set()

        def one_tick() -> None:
            if not tick():
                self._done.set()

        guarded = self._guarded(one_tick)

        def once() -> None:
            if self._done.is_set():
                return
            idle.clear()
            try:
                guarded()
            finally:
                idle.set()

        scheduler.add_job(once, IntervalTrigger(seconds=self._seconds), next_run_time=datetime.now(UTC))
        scheduler.add_job(self._guarded(beat), IntervalTrigger(seconds=beat_seconds))
        scheduler.start()
        self._done.wait()
        ended = idle.wait(grace_seconds)
        scheduler.shutdown(wait=False)
        if self._error is not None:
            raise self._error
        return ended

    def _guarded(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return `work` so that what it raises ends the loop and reaches the caller of `run`."""

        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - carried to the caller's thread and raised there
                self._error = self._error or error
                self._done.set()

        return guarded
