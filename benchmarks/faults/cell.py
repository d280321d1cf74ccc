"""Runs one cell of the table: a tool against a fault, started again where it was killed or died, and counted."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.faults.opponent import opponent
from benchmarks.faults.starts import Starts
from benchmarks.faults.verdict import Counts, tally, verdict
from benchmarks.faults.work import names

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.faults.faults import Fault
    from benchmarks.faults.starts import Driver


class Cell(NamedTuple):
    """What a cell says, the counts behind it, and the last words of the tool."""

    tool: str
    fault: str
    says: str
    counts: Counts
    last_words: str


def run_cell(driver: Driver, fault: Fault, work: Path, folder: Path) -> Cell:
    """Run the tool in `folder`, which is made, over the prepared `work`."""
    state = folder / "state"
    state.mkdir(parents=True)
    with opponent(folder / "opponent", _scenario(driver, fault, work), fault.job) as provider:
        starts = Starts(driver, fault, work, state, provider)
        starts.to_the_end()
        handed = starts.collected()
        settled = provider.settle()
        counts = tally(names(work), handed, provider.ready(), quiet=starts.quiet)._replace(
            impossible=fault.impossible,
            deaths=tuple(starts.deaths),
            ended=starts.ended,
            jobs=settled["created"],
            billed=sum(settled["billed"]["jobs"].values()),
            calls=sum(settled["calls"].values()),
            seconds=round(starts.seconds, 1),
            starts=starts.starts,
        )
    return Cell(driver.tool, fault.name, verdict(counts), counts, starts.last_words())


def _scenario(driver: Driver, fault: Fault, work: Path) -> str:
    """Return the fault's scenario, with the tool's own name for row 7 where it needs one."""
    if "{key}" not in fault.scenario:
        return fault.scenario
    words = [driver.python, driver.script, "key", str(work / "rows.jsonl"), "row-00006"]
    key = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - a driver
    # Where rows have no keys it is the seventh of a job; such a tool asks for no row twice.
    return fault.scenario.replace("{key}", key) + ("" if key else 'on = "7"\n')
