"""What Prometheus is told, read back by its own parser."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from adapters.metrics import Metrics
from core.engine.tally import Standing
from tests.ledgers import NOON, SetClock


def read(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Return every sample by its name and the values of its labels."""
    families = text_string_to_metric_families(metrics.page().decode())
    return {(s.name, ",".join(sorted(s.labels.values()))): s.value for family in families for s in family.samples}


def test_every_status_is_there_from_the_start_so_that_alerts_can_name_it() -> None:
    samples = read(Metrics(SetClock(), "1.2.3"))
    assert samples["batchmill_batches", "downloaded"] == 0
    assert samples["batchmill_held_batches", "quarantined"] == 0
    assert samples["batchmill_build_info", "1.2.3"] == 1
    assert ("batchmill_batches", "unplanned") not in samples


def test_ages_and_waits_are_those_of_the_moment_of_asking() -> None:
    clock = SetClock()
    metrics = Metrics(clock, "1")
    metrics.stands(Standing(7, {"submitted": 3}, {"paused": 1}, NOON, 1.5, 0.25), NOON + timedelta(seconds=90))
    clock.advance(60)

    samples = read(metrics)
    assert samples["batchmill_batches", "submitted"] == 3
    assert samples["batchmill_held_batches", "paused"] == 1
    assert samples["batchmill_oldest_open_job_age_seconds", ""] == 60
    assert samples["batchmill_submissions_wait_seconds", ""] == 30
    assert samples["batchmill_ledger_position", ""] == 7
    assert (samples["batchmill_spent_usd", ""], samples["batchmill_reserved_usd", ""]) == (1.5, 0.25)

    clock.advance(60)
    assert read(metrics)["batchmill_submissions_wait_seconds", ""] == 0


def test_calls_events_and_ticks_are_counted() -> None:
    metrics = Metrics(SetClock(), "1")
    metrics.called("create", "ok", 0.3)
    metrics.called("create", "rate_limited", 0.1)
    metrics.appended(["batch.submitted", "batch.submitted"])
    metrics.ticked(0.02, NOON)

    samples = read(metrics)
    assert samples["batchmill_provider_calls_total", "create,rate_limited"] == 1
    assert samples["batchmill_provider_call_seconds_count", "create"] == 2
    assert samples["batchmill_events_total", "batch.submitted"] == 2
    assert samples["batchmill_tick_seconds_count", ""] == 1
    assert samples["batchmill_last_tick_timestamp_seconds", ""] == NOON.timestamp()


def test_two_daemons_of_one_process_do_not_share_figures() -> None:
    one, other = Metrics(SetClock(), "1"), Metrics(SetClock(), "1")
    one.ticked(1.0, NOON)
    assert read(other)["batchmill_tick_seconds_count", ""] == 0


def test_the_process_shows_its_memory_and_open_files() -> None:
    samples = read(Metrics(SetClock(), "1"))
    assert samples["process_resident_memory_bytes", ""] > 0
    assert samples["process_open_fds", ""] > 0
