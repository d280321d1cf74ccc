"""The verdict on a wave: its criteria, where it stands beside the wave before, and the groups that stand out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.assessing import Assessed
    from core.quality.assessment.groups import Group

#: Indicators shown, and checks counted.
MOST_ROWS = 15


def assessed_lines(found: Assessed, *, dry_run: bool) -> list[str]:
    """Return the verdict with each criterion, the wave before beside it, indicators, and the next step."""
    seen = found.assessment
    rows = [(_mark(each.passed), each.name, each.sentence) for each in seen.criteria]
    lines = [f"Wave {seen.wave}: {seen.verdict}", "", *table(("", "criterion", "what was found"), rows)]
    lines += [f"worst of {each.name}: {clean(', '.join(each.worst))}" for each in seen.criteria if each.worst]
    if seen.compared:
        lines += ["", *(clean(each.sentence) for each in seen.compared)]
    lines += ["", *_indicators(seen.groups["indicator"]), "", *_checks(seen.whole)]
    return [*lines, "", _next(found, dry_run=dry_run)]


def _mark(passed: bool | None) -> str:  # noqa: FBT001 - one value, three ways
    return "?" if passed is None else "yes" if passed else "no"


def _indicators(groups: Sequence[Group]) -> list[str]:
    rows = [
        (
            each.name,
            each.pairs,
            f"{each.kept:.1%}",
            f"{each.formed:.1%}",
            f"{each.errors[0]:.2f}",
            f"{each.errors[1]:.2f}",
            each.compared.verdict,
        )
        for each in sorted(groups, key=lambda group: (group.kept, group.formed))[:MOST_ROWS]
    ]
    headers = ("indicator", "pairs", "kept", "formed", "errors before", "after", "writing")
    lines = table(headers, rows, right=(1, 2, 3, 4, 5))
    more = len(groups) - MOST_ROWS
    return [*lines, f"… and {more} more; --json has all of them"] if more > 0 else lines


def _checks(whole: Group) -> list[str]:
    names = sorted({*whole.faults, *whole.notes}, key=lambda name: (-whole.faults.get(name, 0), name))
    if not names:
        return ["No check found anything."]
    rows = [(name, whole.faults.get(name, 0), whole.notes.get(name, 0)) for name in names[:MOST_ROWS]]
    return table(("check", "pairs with a fault", "with a note"), rows, right=(1, 2))


def _next(found: Assessed, *, dry_run: bool) -> str:
    wave = found.assessment.wave
    if dry_run:
        return "Nothing was recorded."
    known = "" if found.recorded else " (the ledger had this verdict already)"
    return (
        f"Kept in {found.path}{known}; next: `batchmill accept --wave {wave} --reason …`, or `batchmill reject "
        f"--wave {wave} --reason …`."
    )
