"""The gate: every criterion with its figure, threshold, sample and worst cases, and the figures they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.assessment.groups import ERROR_CLASSES
from core.reports.blocks import Block, Chart, Heading, Items, Sentence, table
from core.reports.charts.drawing import Distribution, HeatMap
from core.reports.figures import decimal, share, signed, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.assessment.groups import Group
    from core.reports.material import Material

#: Rows of the heat map; of more indicators those with the least kept and formed are drawn.
MOST = 40
#: Shares of pairs without a fault that are drawn wholly bad and wholly good, and the gain that is.
_BAD, _GOOD, _GAIN = 0.8, 1.0, 1.0
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
    missing: list[Block] = [Sentence(material.unread)] if material.unread else []
    return [*heads, Sentence(said), *table("Criteria", headers, rows, right=(1, 2, 3)), *missing, *_seen(material)]


def _rule(parameters: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parameters)


def _figure(value: float | None) -> str | None:
    return None if value is None else f"{value:.4g}"


def _seen(material: Material) -> list[Block]:
    found = material.assessment
    if found is None:
        return []
    return [*_written(found.whole), *_indicators(found.groups.get("indicator", ())), *_checks(found.whole)]


def _written(whole_: Group) -> list[Block]:
    """Return the distribution of errors, and the other figures of writing."""
    classes = [
        f"{low:g}-{high:g}" if high is not None else f"{low:g}+"
        for low, high in zip(ERROR_CLASSES, (*ERROR_CLASSES[1:], None), strict=True)
    ]
    unit = "errors of language per 100 words"
    drawn = Distribution(tuple(classes), unit, whole_.before_histogram, whole_.after_histogram)
    title = "Errors per 100 words, before and after"
    rows = zip(classes, map(whole, whole_.before_histogram), map(whole, whole_.after_histogram), strict=True)
    figures = [
        ("errors per 100 words", *map(decimal, whole_.errors)),
        ("reading ease (Flesch)", *(decimal(each, 1) for each in whole_.ease)),
        ("words a sentence", *(decimal(each, 1) for each in whole_.sentence_length)),
        ("length of the answer", "1.00", decimal(whole_.length_ratio)),
    ]
    return [
        Chart(title, f"How many pairs have how many {unit}; the table below has the figures.", drawn),
        *table(title, (unit, "pairs before", "pairs after"), rows, right=(1, 2)),
        *table("Means over the pairs", ("figure", "before", "after"), figures, right=(1, 2)),
    ]


def _indicators(groups: Sequence[Group]) -> list[Block]:
    """Return a heat map and a table of the indicators, the weakest first."""
    ordered = sorted(groups, key=lambda each: (each.kept + each.formed + each.written, each.name))
    columns = ("kept", "formed", "written", "gain")
    shown = ordered[:MOST]
    words = tuple((*(f"{each:.1%}" for each in _shares(group)), _signed(group)) for group in shown)
    goodness = tuple(
        (*map(_goodness, _shares(group)), _within(group.compared.difference / _GAIN)) for group in shown
    )
    title = "Indicators by criterion, the weakest first"
    described = "Shares of pairs without a fault, and the mean gain in errors per 100 words; green is good."
    rows = [
        (
            *(each.name, whole(each.pairs), *map(share, _shares(each)), _signed(each)),
            f"{signed(each.compared.low)} to {signed(each.compared.high)}",
            each.compared.verdict,
        )
        for each in ordered
    ]
    headers = ("indicator", "pairs", *columns, "interval of the gain", "writing")
    picture = Chart(title, described, HeatMap(tuple(each.name for each in shown), columns, words, goodness))
    return [picture, *table(title, headers, rows, right=(1, 2, 3, 4, 5, 6))]


def _shares(group: Group) -> tuple[float, float, float]:
    return group.kept, group.formed, group.written


def _signed(group: Group) -> str:
    return signed(group.compared.difference) or ""


def _goodness(value: float) -> float:
    return _within((value - _BAD) / (_GOOD - _BAD) * 2 - 1)


def _within(value: float) -> float:
    return max(-1.0, min(1.0, value))


def _checks(whole_: Group) -> list[Block]:
    names = sorted({*whole_.faults, *whole_.notes}, key=lambda name: (-whole_.faults.get(name, 0), name))
    if not names:
        return [Sentence("No check found anything.")]
    rows = [(name, whole(whole_.faults.get(name, 0)), whole(whole_.notes.get(name, 0))) for name in names]
    return table("What the checks found", ("check", "pairs with a fault", "pairs with a note"), rows, right=(1, 2))


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
