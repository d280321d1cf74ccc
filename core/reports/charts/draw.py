"""Each kind of chart as SVG shapes, with its width and height."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.reports.charts.drawing import Beside, Distribution, HeatMap, Parts
from core.reports.charts.shapes import label, legend, line, rect, short

if TYPE_CHECKING:
    from core.reports.charts.drawing import Drawing

WIDTH = 760
#: Where bars begin, beside their labels.
LEFT = 210
ROW = 26


class Picture(NamedTuple):
    """What was drawn, and on how large a sheet."""

    shapes: str
    width: int
    height: int


def draw(drawing: Drawing) -> Picture:
    """Return a chart's shapes."""
    match drawing:
        case Distribution():
            return _distribution(drawing)
        case HeatMap():
            return _heat_map(drawing)
        case Parts():
            return _parts(drawing)
        case Beside():
            return _beside(drawing)


def _distribution(chart: Distribution) -> Picture:
    """Two bars a class, their height by the share of the pairs in it."""
    top, height, left = 34, 190, 44
    sums = [max(1, sum(counts)) for counts in (chart.before, chart.after)]
    pairs = list(zip(chart.before, chart.after, strict=True))
    most = max([count / of for each in pairs for count, of in zip(each, sums, strict=True)], default=0) or 1
    step = (WIDTH - left) / max(1, len(chart.classes))
    shapes = [legend([("before", "before"), ("after", "after")], 14, left)]
    for part in (0.0, 0.5, 1.0):
        y = top + height * (1 - part)
        shapes += [line(left, y, WIDTH, y, "grid"), label(left - 6, y + 4, f"{most * part:.0%}", "end")]
    for place, (name, counts) in enumerate(zip(chart.classes, pairs, strict=True)):
        x = left + place * step
        for side, (style, count) in enumerate(zip(("before", "after"), counts, strict=True)):
            size = height * count / sums[side] / most
            width = step * 0.38
            tip = f"{name} {chart.unit} {style}: {count:,} pairs"
            shapes.append(rect(x + step * 0.1 + side * width, top + height - size, width, size, style, tip))
        shapes.append(label(x + step / 2, top + height + 18, name, "middle"))
    shapes += [line(left, top + height, WIDTH, top + height)]
    shapes.append(label(left + (WIDTH - left) / 2, top + height + 38, chart.unit, "middle"))
    return Picture("".join(shapes), WIDTH, top + height + 48)


def _heat_map(chart: HeatMap) -> Picture:
    top = 26
    step = (WIDTH - LEFT) / max(1, len(chart.columns))
    shapes = [label(LEFT + (at + 0.5) * step, 16, name, "middle") for at, name in enumerate(chart.columns)]
    for row, name in enumerate(chart.rows):
        y = top + row * ROW
        shapes.append(label(LEFT - 8, y + 17, short(name), "end"))
        for at, (said, good) in enumerate(zip(chart.words[row], chart.goodness[row], strict=True)):
            shapes.append(rect(LEFT + at * step + 1, y + 1, step - 2, ROW - 2, _heat(good)))
            shapes.append(label(LEFT + (at + 0.5) * step, y + 17, said, "middle"))
    return Picture("".join(shapes), WIDTH, top + len(chart.rows) * ROW + 6)


def _heat(good: float) -> str:
    """Return the style class for a goodness: four steps to either side of none."""
    step = max(-4, min(4, round(good * 4)))
    return f"heat {'good' if step > 0 else 'bad' if step < 0 else 'none'}{abs(step) or ''}"


def _parts(chart: Parts) -> Picture:
    """One bar a label, all of the same scale, cut into its parts."""
    top, end = 30, WIDTH - 70
    most = max([sum(counts) for counts in chart.counts], default=0) or 1
    shapes = [legend(list(chart.kinds), 14)]
    for row, (name, counts) in enumerate(zip(chart.labels, chart.counts, strict=True)):
        y, x = top + row * ROW, float(LEFT)
        shapes.append(label(LEFT - 8, y + 16, short(name), "end"))
        for (style, kind), count in zip(chart.kinds, counts, strict=True):
            width = (end - LEFT) * count / most
            if count:
                shapes.append(rect(x, y + 4, width, ROW - 9, style, f"{name}: {count:,} {kind}"))
            x += width
        shapes.append(label(x + 6, y + 16, f"{counts[0]:,} of {sum(counts):,}"))
    return Picture("".join(shapes), WIDTH, top + len(chart.labels) * ROW + 6)


def _beside(chart: Beside) -> Picture:
    """Two thin bars a label: what was expected above what came of it."""
    top, end, height = 30, WIDTH - 90, ROW + 8
    most = max([*chart.expected, *chart.actual], default=0) or 1
    shapes = [legend([("before", "expected"), ("after", "actual")], 14)]
    for row, name in enumerate(chart.labels):
        y = top + row * height
        shapes.append(label(LEFT - 8, y + 20, short(name), "end"))
        both = (chart.expected[row], chart.actual[row])
        for side, (style, value) in enumerate(zip(("before", "after"), both, strict=True)):
            width = (end - LEFT) * value / most
            said = chart.words[row][side]
            shapes.append(rect(LEFT, y + 3 + side * 14, width, 12, style, f"{name}: {said}"))
            shapes.append(label(LEFT + width + 6, y + 13 + side * 14, said, "small"))
    return Picture("".join(shapes), WIDTH, top + len(chart.labels) * height + 6)
