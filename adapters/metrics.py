"""A daemon's figures for Prometheus, in a registry of their own; the only place that knows the client library."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.tally import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from prometheus_client import Metric

    from core.ports import Clock

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
#: Seconds; an idle tick takes milliseconds, one that sends a chunk as long as its slowest calls.
TICK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
CALL_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """What Prometheus is told; every method may be called from any thread."""

    def __init__(self, clock: Clock, version: str) -> None:
        """Begin with an empty ledger and no tick; ages are counted by `clock`."""
        self._registry = CollectorRegistry(auto_describe=True)
        self._standing = _StandingCollector(clock)
        self._registry.register(self._standing)
        ProcessCollector(registry=self._registry)
        self._ticks = Histogram(
            "batchmill_tick_seconds",
            "How long the engine's ticks took.",
            buckets=TICK_BUCKETS,
            registry=self._registry,
        )
        self._last_tick = self._gauge("last_tick_timestamp_seconds", "When the last tick ended, in Unix time.")
        self._calls = Counter(
            "batchmill_provider_calls",
            "Calls of the provider's API since the start, by verb and by what came of them.",
            ("verb", "outcome"),
            registry=self._registry,
        )
        self._call_seconds = Histogram(
            "batchmill_provider_call_seconds",
            "How long calls of the provider's API took.",
            ("verb",),
            buckets=CALL_BUCKETS,
            registry=self._registry,
        )
        self._events = Counter(
            "batchmill_events",
            "Events that this process appended since its start, by type.",
            ("type",),
            registry=self._registry,
        )
        self._lease = self._gauge("lease_held", "1 while this process holds the lease of its ledger.")
        self._away = self._gauge("ledger_away", "1 while the ledger's database does not answer.")
        self._key = self._gauge("key_refused", "1 while the provider does not accept the key.")
        build = Gauge("batchmill_build_info", "Which version runs.", ("version",), registry=self._registry)
        build.labels(version).set(1)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"batchmill_{name}", meaning, registry=self._registry)

    def ticked(self, seconds: float, at: datetime) -> None:
        """Count a tick that took so long and ended at that time."""
        self._ticks.observe(seconds)
        self._last_tick.set(at.timestamp())

    def called(self, verb: str, outcome: str, seconds: float) -> None:
        """Count a call of the provider."""
        self._calls.labels(verb, outcome).inc()
        self._call_seconds.labels(verb).observe(seconds)

    def appended(self, types: Iterable[str]) -> None:
        """Count events by their stored names."""
        for name in types:
            self._events.labels(name).inc()

    def stands(self, standing: Standing, waits_until: datetime | None) -> None:
        """Show the ledger as it is counted, and until when all submissions wait (None: they do not)."""
        self._standing.show(standing, waits_until)

    def trouble(self, *, lease: bool, ledger_away: bool, key_refused: bool) -> None:
        """Show what is needed for work and whether it is there."""
        self._lease.set(lease)
        self._away.set(ledger_away)
        self._key.set(key_refused)

    def page(self) -> bytes:
        """Return everything in the text format that Prometheus reads."""
        return generate_latest(self._registry)


class _StandingCollector(Collector):
    """The ledger's counts as they were shown last; ages are those of the moment of asking."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turn = Lock()
        self._shown: tuple[Standing, datetime | None] = (Standing(), None)

    def show(self, standing: Standing, waits_until: datetime | None) -> None:
        with self._turn:
            self._shown = (standing, waits_until)

    def collect(self) -> Iterator[Metric]:
        with self._turn:
            standing, waits_until = self._shown
        yield _counted(
            "batches", "Batches by status, repairs and judging ones included.", "status",
            {status.value: 0 for status in Status if status is not Status.UNPLANNED} | standing.batches,
        )  # fmt: skip
        yield _counted(
            "held_batches", "Batches that do not go on by themselves, by what holds them.", "reason",
            {hold.value: 0 for hold in Hold} | standing.holds,
        )  # fmt: skip
        yield _single(
            "oldest_open_job_age_seconds",
            "How long ago the oldest job under way was created; 0 without one.",
            self._seconds_since(standing.oldest_job_at),
        )
        yield _single(
            "submissions_wait_seconds",
            "For how long all submissions still wait for a rate limit or an unreachable provider.",
            0.0 - self._seconds_since(waits_until, most=0.0),  # and not -0.0 where nothing waits
        )
        yield _single("ledger_position", "The last position of the ledger that was folded in.", standing.position)
        yield _single("spent_usd", "US dollars that came home has cost, all waves.", standing.spent_usd)
        yield _single("reserved_usd", "US dollars expected of jobs under way.", standing.reserved_usd)

    def _seconds_since(self, moment: datetime | None, most: float = float("inf")) -> float:
        return min((self._clock.now() - moment).total_seconds(), most) if moment else 0.0


def _single(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"batchmill_{name}", meaning, value=value)


def _counted(name: str, meaning: str, label: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"batchmill_{name}", meaning, labels=[label])
    for key, count in counts.items():
        family.add_metric([key], count)
    return family
