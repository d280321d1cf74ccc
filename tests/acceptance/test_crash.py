from __future__ import annotations

import random
from typing import TYPE_CHECKING

from benchmarks.crash import Outcome, run_once, summary

if TYPE_CHECKING:
    from pathlib import Path


def test_a_daemon_killed_at_random_under_trouble_pays_for_no_job_twice_and_loses_nothing(tmp_path: Path) -> None:
    outcome = run_once(tmp_path / "mill", random.Random(2))  # noqa: S311 - no secret

    assert outcome == Outcome(outcome.kills, 0, 0, 0)
    assert outcome.kills


def test_all_runs_are_summed_up_in_one_line() -> None:
    assert summary([Outcome(3, 0, 0, 0), Outcome(2, 1, 0, 4)]) == (
        "2 runs, 5 kills, 1 duplicate jobs, 0 lost results, 4 balance errors"
    )
