"""How refined pairs are written, kept and formed, before and after: in all, by indicator, batch and category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.assessment.groups import ERROR_CLASSES
from core.reports.blocks import Block, Chart, Sentence, table
from core.reports.charts.drawing import Distribution, HeatMap
from core.reports.figures import decimal, share, signed, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.assessment.groups import Group
    from core.quality.assessment.report import Assessment

#: Rows of the heat map; of more indicators the weakest are drawn.
MOST = 40
#: Columns of the heat map and of the tables.
COLUMNS = ("kept", "formed", "written", "gain")
#: Shares of pairs without a fault that are drawn wholly bad and wholly good, and the gain that is.
_BAD, _GOOD, _GAIN = 0.8, 1.0, 1.0
#: Ways to take pairs together beside the indicators, with what a table of them is called.
_BESIDE = (("batch", "Batches by criterion"), ("category", "Categories by criterion"))


def quality(found: Assessment) -> list[Block]:
    """Return the figures that an assessment rests on; charts stand before the tables of their figures."""
    indicators = _weakest_first(found.groups.get("indicator", ()))
    return [
        *_written(found.whole),
        _heat_map(indicators),
        *_criteria(indicators, "indicator", "Indicators by criterion"),
        *(
            block
            for by, caption in _BESIDE
            for block in _criteria(_weakest_first(found.groups.get(by, ())), by, caption)
        ),
        *_checks(found.whole),
    ]


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


def _heat_map(groups: Sequence[Group]) -> Chart:
    """Return a picture of the indicators and their criteria, at most forty of them."""
    shown = groups[:MOST]
    words = tuple((*(f"{each:.1%}" for each in _shares(group)), _signed(group)) for group in shown)
    goodness = tuple(
        (*map(_goodness, _shares(group)), _within(group.compared.difference / _GAIN)) for group in shown
    )
    described = "Shares of pairs without a fault, and the mean gain in errors per 100 words; green is good."
    drawn = HeatMap(tuple(each.name for each in shown), COLUMNS, words, goodness)
    return Chart("Indicators by criterion, the weakest first", described, drawn)


def _weakest_first(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda each: (each.kept + each.formed + each.written, each.name))


def _criteria(groups: Sequence[Group], what: str, caption: str) -> list[Block]:
    """Return a line a group with its figures by criterion."""
    rows = [
        (
            *(each.name, whole(each.pairs), *map(share, _shares(each)), _signed(each)),
            f"{signed(each.compared.low)} to {signed(each.compared.high)}",
            each.compared.verdict,
        )
        for each in groups
    ]
    headers = (what, "pairs", *COLUMNS, "interval of the gain", "writing")
    return table(f"{caption}, the weakest first", headers, rows, right=(1, 2, 3, 4, 5, 6))


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
