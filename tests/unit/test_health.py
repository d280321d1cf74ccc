from __future__ import annotations

import msgspec
import pytest

from core.health import Signs, judge

WELL = Signs(silent=0.2, patience=300.0, ledger=True, schema="0004", wanted="0004", lease=True)


def test_a_daemon_that_ticks_with_all_it_needs_is_alive_and_ready() -> None:
    health = judge(WELL)
    assert (health.alive, health.ready, health.reasons) == (True, True, ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lease": False}, "it does not hold the lease of its ledger"),
        ({"key_refused": True}, "the provider does not accept the key"),
        ({"stopping": True}, "it was told to stop"),
        ({"schema": "0005"}, "the ledger is of schema 0005, not 0004"),
        ({"ledger": False, "schema": None}, "the ledger's database does not answer"),
    ],
)
def test_what_a_restart_does_not_mend_leaves_it_alive(change: dict[str, object], reason: str) -> None:
    health = judge(msgspec.structs.replace(WELL, **change))
    assert (health.alive, health.ready) == (True, False)
    assert reason in health.reasons


def test_a_daemon_that_stands_still_is_neither_alive_nor_ready() -> None:
    health = judge(msgspec.structs.replace(WELL, silent=301.0))
    assert (health.alive, health.ready) == (False, False)
    assert health.reasons == ("it last did something 301.0 s ago, which is longer than 300 s",)
