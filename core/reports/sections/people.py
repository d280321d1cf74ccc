"""What people and models gave the sample, how far they agree, and pairs to look at before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.planning.naming import counted
from core.quality.agreement import agreement
from core.quality.calibration import calibrate
from core.quality.means import THRESHOLD, wave_means
from core.quality.scores import WEIGHTS, by_models, by_people
from core.reports.blocks import Block, Heading, Sentence, table
from core.reports.figures import decimal

if TYPE_CHECKING:
    from core.quality.agreement import Alpha
    from core.quality.means import WaveMeans
    from core.reports.material import Material


def scores(material: Material) -> list[Block]:
    """Return the means by dimension with the reviewers' agreement, and how a model compares, if one scored."""
    given = material.record.scores.get(material.wave, [])
    people, models = by_people(given), by_models(given)
    heads: list[Block] = [Heading("People's scores")]
    if not people:
        line = f"Nobody scored a sample of it; `batchmill sample --wave {material.wave}` draws one."
        return [*heads, Sentence(line)]
    means, agreed = wave_means(people, asked_of(material).get("people_least", THRESHOLD)), agreement(people)
    rows = [
        (name.replace("_", " "), f"{weight} %", decimal(means.dimensions[name]), *_agreed(agreed.dimensions[name]))
        for name, weight in WEIGHTS.items()
    ]
    rows.append(("weighted", "100 %", decimal(means.weighted), *_agreed(agreed.weighted)))
    headers = ("dimension", "weight", "mean", "alpha", "agreement")
    worst = [(each.pair_id, each.reviewers, decimal(each.weighted)) for each in means.worst]
    beside: list[Block] = []
    if models:
        beside = [Sentence(f"Beside the models' scores: {calibrate(people, models).sentence}.")]
    return [
        *heads,
        Sentence(_said(means)),
        *table("Means from 1 to 5, and Krippendorff's alpha", headers, rows, right=(1, 2, 3)),
        *table("The lowest pairs", ("pair", "reviewers", "weighted mean"), worst, right=(1, 2)),
        *beside,
    ]


def asked_of(material: Material) -> dict[str, float]:
    """Return the gate's thresholds by name, as they were at the last assessment that the ledger has."""
    event = material.record.state.assessed
    found = {}
    for name, value in event.parameters if event else ():
        try:
            found[name] = float(value)
        except ValueError:
            continue
    return found


def _said(means: WaveMeans) -> str:
    reached = "reached" if means.reached else "not reached"
    interval = means.interval
    within = f" ({interval.low:.2f} to {interval.high:.2f})" if interval else ""
    return (
        f"A weighted mean of {decimal(means.weighted)}{within} over {means.pairs:,} pairs, from {means.scores:,} "
        f"scores by {', '.join(means.reviewers)}; {means.threshold:.2f} is {reached}."
    )


def _agreed(found: Alpha) -> tuple[str | None, str]:
    return decimal(found.value), found.words


def samples(material: Material) -> list[Block]:
    """Return a few pairs before and after, of the sample that was drawn or of all pairs."""
    heads: list[Block] = [Heading("Before and after")]
    found = material.samples
    if not found.pairs:
        return [*heads, Sentence(found.missing or "No pair came home yet.")]
    whence = "of the sample that people score" if found.drawn else "drawn by a fixed seed"
    said = f"{counted(len(found.pairs), 'pair')} {whence}; `batchmill pair ID` shows the whole of any."
    return [*heads, Sentence(said), *found.pairs]
