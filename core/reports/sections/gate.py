"""The gate: every criterion with its figure, threshold, sample and worst cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.reports.blocks import Block, Heading, Items, Sentence, table
from core.reports.figures import decimal, signed, whole
from core.reports.sections.quality import quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.reports.material import Material

_PASSED = {True: "yes", False: "no", None: "open"}


def verdict(material: Material) -> list[Block]:
    """Return the verdict with all that was looked at for it."""
    heads: list[Block] = [Heading("Gate")]
    event = material.record.state.assessed
    if event is None:
        line = f"The wave is not assessed yet; `batchmill assess --wave {material.wave}` judges it by rule."
        return [*heads, Sentence(line)]
    rows = [
        (
            *(each.name, _figure(each.figure), _figure(each.threshold), whole(each.sample), _PASSED[each.passed]),
            *(each.sentence, ", ".join(each.worst)),
        )
        for each in event.criteria
    ]
    headers = ("criterion", "figure", "threshold", "sample", "passed", "what was seen", "worst cases")
    said = (
        f"The verdict is {event.verdict}, by the rule of that day ({_rule(event.parameters)}; seed {event.seed})."
    )
    found = material.assessment
    seen = quality(found) if found else []
    missing: list[Block] = [Sentence(material.unread)] if material.unread else []
    return [*heads, Sentence(said), *table("Criteria", headers, rows, right=(1, 2, 3)), *missing, *seen]


def _rule(parameters: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parameters)


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"


def compared(material: Material) -> list[Block]:
    """Return the wave beside the one before."""
    heads: list[Block] = [Heading("Beside the wave before")]
    found = material.assessment
    if found is None or not found.compared:
        why = "is not assessed yet" if material.record.state.assessed is None else "has none to be compared with"
        return [*heads, Sentence(f"Wave {material.wave} {why}.")]
    rows = [
        (each.name, decimal(each.before, 3), decimal(each.now, 3), signed(each.now - each.before, 3))
        for each in found.compared
    ]
    headers = ("figure", f"wave {found.compared[0].wave}", f"wave {material.wave}", "difference")
    said = Items(tuple(each.sentence for each in found.compared))
    return [*heads, *table("Figures of both waves", headers, rows, right=(1, 2, 3)), said]
