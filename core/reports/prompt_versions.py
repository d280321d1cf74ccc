"""The versions of the refinement prompt beside each other, over all waves, so that tuning it can be decided."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import msgspec

from core.exchange.prompts import version_of
from core.planning.naming import counted
from core.projections.money import Figures, figures
from core.quality.means import wave_means
from core.quality.scores import by_people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.quality.assessment.groups import Group
    from core.quality.statistics import Comparison
    from core.reports.material import Material

#: The way in which an assessment takes the pairs of one version together, and its name for none.
BY, NONE = "prompt", "-"


class Version(msgspec.Struct, frozen=True):
    """What the pairs of one version came to; `kept` and `formed` are shares without a fault.

    `gain` is the mean of errors per 100 words that refining took away, between `low` and `high`. `people` is the
    mean of people's weighted scores over `scored` pairs, `usd` the price of 1,000 refined pairs; None where
    nothing is known. `faults` counts pairs by check, the most first.
    """

    name: str
    waves: tuple[int, ...]
    pairs: int
    kept: float
    formed: float
    gain: float
    low: float
    high: float
    people: float | None
    scored: int
    usd: float | None
    faults: tuple[tuple[str, int], ...]


def versions(material: Material) -> list[Version]:
    """Return the versions in the order in which waves used them first."""
    groups: dict[str, list[tuple[int, Group]]] = {}
    for wave, assessment in sorted(material.assessments.items()):
        for group in assessment.groups.get(BY, ()):
            groups.setdefault(group.name, []).append((wave, group))
    return [_version(name, found, material) for name, found in groups.items()]


def _version(name: str, found: Sequence[tuple[int, Group]], material: Material) -> Version:
    parts = [group for _, group in found]
    pairs = sum(group.pairs for group in parts)
    gain, low, high = together([group.compared for group in parts])
    scores = [
        score
        for given in material.record.scores.values()
        for score in by_people(given)
        if material.prompt_of.get(score.pair_id, "") == name
    ]
    people = wave_means(scores)
    faults: dict[str, int] = {}
    for group in parts:
        for check, count in group.faults.items():
            faults[check] = faults.get(check, 0) + count
    return Version(
        name=name,
        waves=tuple(wave for wave, _ in found),
        pairs=pairs,
        kept=sum(group.kept * group.pairs for group in parts) / max(1, pairs),
        formed=sum(group.formed * group.pairs for group in parts) / max(1, pairs),
        gain=gain,
        low=low,
        high=high,
        people=people.weighted,
        scored=people.pairs,
        usd=_price(name, material),
        faults=tuple(sorted(faults.items(), key=lambda each: (-each[1], each[0]))),
    )


def _price(name: str, material: Material) -> float | None:
    rows = (row for row in material.batches if version_of(material.record.prompts.get(row.number, "")) == name)
    return sum((figures(row, material.models) for row in rows), Figures()).per_thousand_usd


def together(compared: Sequence[Comparison]) -> tuple[float, float, float]:
    """Return the mean gain over several groups of pairs, with its interval.

    The means are weighted by pairs. The distances of each interval's ends from its mean are added as independent
    ones are: the root of the sum of their squares, each times its weight (G. Y. Zou and A. Donner, Statistics in
    Medicine 27, 2008). Of one group the interval is that group's own.
    """
    pairs = sum(each.count for each in compared)
    if not pairs:
        return 0.0, 0.0, 0.0
    weights = [each.count / pairs for each in compared]
    mean = sum(weight * each.difference for weight, each in zip(weights, compared, strict=True))
    weighed = list(zip(weights, compared, strict=True))
    below = sqrt(sum((weight * (each.difference - each.low)) ** 2 for weight, each in weighed))
    above = sqrt(sum((weight * (each.high - each.difference)) ** 2 for weight, each in weighed))
    return mean, mean - below, mean + above


def difference(earlier: Version, later: Version) -> tuple[float, float, float]:
    """Return by how much the later version's gain is greater, with its interval, by the same reckoning."""
    mean = later.gain - earlier.gain
    below = sqrt((later.gain - later.low) ** 2 + (earlier.high - earlier.gain) ** 2)
    above = sqrt((later.high - later.gain) ** 2 + (earlier.gain - earlier.low) ** 2)
    return mean, mean - below, mean + above


def answer(found: Sequence[Version], asked: dict[str, float], current: str) -> list[str]:
    """Return, in sentences, whether the prompt needs tuning, and what speaks for it.

    `asked` are the gate's thresholds by name, `current` is the version that the wave's plan uses.
    """
    now = next((each for each in found if each.name == current), found[-1] if found else None)
    if now is None:
        return ["No wave is assessed yet, so nothing can be said of the prompt; `batchmill assess` comes first."]
    short = _short(now, asked)
    if short:
        said = [f"Version {now.name} needs tuning: {'; '.join(short)}."]
        if now.faults:
            most = ", ".join(f"{check} ({counted(count, 'pair')})" for check, count in now.faults[:3])
            said.append(f"Most of its faults: {most}.")
    else:
        said = [f"Nothing measured asks for tuning version {now.name}: every figure is what the gate wants."]
    if now.people is None:
        said.append("No pair of it was scored by people.")
    others = [each for each in found if each.name != now.name]
    return [*said, *_against(others[-1], now)] if others else said


def _short(now: Version, asked: dict[str, float]) -> list[str]:
    found = [
        f"{name} {figure:.1%}, where {asked[least]:.0%} are asked for"
        for name, figure, least in (("kept", now.kept, "kept_least"), ("well formed", now.formed, "formed_least"))
        if least in asked and figure < asked[least]
    ]
    if now.low <= 0:
        what = "texts lose by it" if now.high < 0 else "it is not sure that texts gain by it"
        found.append(f"{what} ({now.gain:+.2f}, {now.low:+.2f} to {now.high:+.2f})")
    least = asked.get("people_least")
    if least is not None and now.people is not None and now.people < least:
        found.append(f"people give it {now.people:.2f}, where {least:.1f} is asked for")
    return found


def _against(other: Version, now: Version) -> list[str]:
    mean, low, high = difference(other, now)
    figure = f"{mean:+.2f} errors per 100 words, {low:+.2f} to {high:+.2f}"
    if low <= 0 <= high:
        return [f"Its gain and that of version {other.name} do not differ beyond noise ({figure})."]
    return [f"It gains {'more' if mean > 0 else 'less'} than version {other.name} ({figure})."]
