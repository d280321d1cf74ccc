"""What the log makes of events: counts instead of lists, times in UTC, warnings for what asks for a look."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from cli.logs import open_log, tell
from core.batch.events import PairsGivenUp
from core.batch.parts import Unrefined
from core.ledger.recorded import Recorded
from core.wave.events import WaveHeld
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    Said = Callable[[str, object], dict[str, object]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return what gives the log line of an event by its name."""

    def of(name: str, event: object) -> dict[str, object]:
        recorded = Recorded(
            position=7,
            stream="batch-205",
            version=3,
            type=name,
            schema=1,
            event=event,
            actor="ann@desk",
            correlation="batch-205/a1",
            causation="a test",
            recorded_at="2026-11-02T12:00:00.000000Z",
        )
        tell(open_log(as_json=True), [recorded])
        return dict(json.loads(capsys.readouterr().err))

    return of


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (2, "2 (p-0, p-1)"), (3, "3 (p-0, p-1, p-2)"), (4, "4 (p-0, p-1, p-2, …)")]
)
def test_pairs_are_logged_by_their_count_and_the_first_ids(said: Said, number: int, shown: str) -> None:
    pairs = tuple(Unrefined(f"p-{each}", "blocked", "no") for each in range(number))

    assert said("batch.pairs_given_up", PairsGivenUp(pairs=pairs, at=NOON))["pairs"] == shown


def test_a_wave_that_is_held_is_a_warning_with_its_time_in_utc(said: Said) -> None:
    line = said("wave.held", WaveHeld(reason="its canary came home badly", at=NOON))

    assert line["level"] == "warning"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", str(line["timestamp"]))
