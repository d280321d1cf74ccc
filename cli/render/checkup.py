"""A finding as one line, readable without colour, and the sentence that sums all of them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.doctor.finding import State
from cli.render.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.doctor.finding import Finding

MARKS = {State.OK: "ok", State.WARN: "warn", State.FAIL: "FAIL"}
#: Columns of the longest mark and of most names.
MARK_WIDTH, NAME_WIDTH = 4, 18


def finding_line(finding: Finding) -> str:
    """Return mark, what was checked, what was found, and what to do."""
    said = f"{finding.found}; {finding.advice}" if finding.advice else finding.found
    return f"{MARKS[finding.state]:<{MARK_WIDTH}}  {clean(finding.check):<{NAME_WIDTH}}  {clean(said)}"


def summary(findings: Sequence[Finding]) -> str:
    """Return how many checks ended how."""
    counts = {state: sum(finding.state is state for finding in findings) for state in State}
    warnings = "1 warning" if counts[State.WARN] == 1 else f"{counts[State.WARN]} warnings"
    return f"{len(findings)} checks: {counts[State.OK]} ok, {warnings}, {counts[State.FAIL]} failed"
