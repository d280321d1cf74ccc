"""How the pairs of all waves spread over categories, sessions and indicators, beside what is wanted."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from core.errors import BadInputError
from core.planning.naming import slug
from core.quality.requests import CRITICAL_BELOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.wave.events import PlannedSource

#: An indicator with a greater share of all pairs than this outweighs the others.
OVER_SHARE = 0.05

#: Fewer pairs than this are a low count; fewer than CRITICAL_BELOW a critical one.
LOW_BELOW = 100


class Standing(StrEnum):
    """What an indicator's number of pairs comes to; of several that apply, the first."""

    MISSING = "missing"
    CRITICAL = "critical"
    LOW = "low"
    OVER = "over"
    FAIR = "fair"


class Holding(msgspec.Struct, frozen=True, gc=False):
    """The pairs that one source of a wave holds."""

    wave: int
    category: str | None
    session: int | None
    indicator: str
    pairs: int


class Part(msgspec.Struct, frozen=True, gc=False):
    """One wave, category or session: its pairs and their share of all; `name` is None for pairs that have none."""

    name: str | None
    pairs: int
    share: float


class IndicatorPart(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One indicator over all waves: its pairs, share of all, and where it stands.

    `name` is as most pairs spell it, `slug` what spellings have in common. `target` is how many are wanted (None:
    nobody said), `short` how many of these are missing.
    """

    name: str
    slug: str
    categories: tuple[str, ...]
    sessions: tuple[int, ...]
    waves: tuple[int, ...]
    pairs: int
    share: float
    standing: Standing
    target: int | None
    short: int


class Distribution(msgspec.Struct, frozen=True):
    """All pairs by wave, category and session (by name), and by indicator (most pairs first)."""

    pairs: int
    waves: tuple[Part, ...]
    categories: tuple[Part, ...]
    sessions: tuple[Part, ...]
    indicators: tuple[IndicatorPart, ...]
    standings: dict[str, int]
    short: int


def holdings_of(waves: Mapping[int, Iterable[PlannedSource]]) -> list[Holding]:
    """Return what the sources of all waves hold: the pairs found less those that content rules left out.

    A file that several waves came upon is held once, by the first that sends pairs of it, or else by the first.
    """
    sources = {wave: tuple(each) for wave, each in waves.items()}
    holders: dict[tuple[str, str], int] = {}
    for sending in (True, False):
        for wave in sorted(sources):
            for each in sources[wave]:
                if each.sha256 and (each.planned > 0 or not sending):
                    holders.setdefault((each.sha256, each.indicator), wave)
    return [
        Holding(wave, each.category, each.session, each.indicator, each.found - sum(map(len, each.left_out)))
        for wave in sorted(sources)
        for each in sources[wave]
        if holders.get((each.sha256, each.indicator), wave) == wave
    ]


def targets_of(table: Mapping[str, object]) -> dict[str, int]:
    """Return a table of settings, indicator to wanted pairs, by slug.

    Raises BadInputError for a number that is none, and for two names of one indicator.
    """
    targets: dict[str, int] = {}
    for name, wanted in table.items():
        if type(wanted) is not int or wanted < 1:
            raise BadInputError(f"the target of {name} must be a whole number of pairs from 1, not {wanted!r}")
        if slug(name) in targets:
            raise BadInputError(f"the target of {name} stands twice, as {slug(name)} both times; keep one")
        targets[slug(name)] = wanted
    return targets


def distribution(holdings: Iterable[Holding], targets: Mapping[str, int] | None = None) -> Distribution:
    """Return how pairs are spread; `targets` are by slug (see `targets_of`), and name what must not be missing.

    An indicator stands as missing (no pair at all), critical (fewer than 10), low (10 to 99), over (more than 5 %
    of all pairs) or fair. The order of the holdings does not matter.
    """
    known = list(holdings)
    wanted = targets or {}
    pairs = sum(each.pairs for each in known)
    by_slug: dict[str, list[Holding]] = {name: [] for name in wanted}
    for each in known:
        by_slug.setdefault(slug(each.indicator), []).append(each)
    indicators = [_indicator(name, held, pairs, wanted.get(name)) for name, held in by_slug.items()]
    counts = Counter(each.standing for each in indicators)
    return Distribution(
        pairs=pairs,
        waves=_parts(((str(each.wave), each.pairs) for each in known), pairs),
        categories=_parts(((each.category, each.pairs) for each in known), pairs),
        sessions=_parts(
            ((None if each.session is None else str(each.session), each.pairs) for each in known), pairs
        ),
        indicators=tuple(sorted(indicators, key=lambda each: (-each.pairs, each.slug))),
        standings={standing.value: counts[standing] for standing in Standing},
        short=sum(each.short for each in indicators),
    )


def _parts(named: Iterable[tuple[str | None, int]], of: int) -> tuple[Part, ...]:
    """Return the sums by name: numbers in their order, then other names, and what has none at the end."""
    sums: Counter[str | None] = Counter()
    for name, pairs in named:
        sums[name] += pairs
    return tuple(Part(name, sums[name], _share(sums[name], of)) for name in sorted(sums, key=_order))


def _order(name: str | None) -> tuple[bool, int, str]:
    """Return what names are sorted by; a shorter number is a smaller one."""
    return name is None, len(name) if name and name.isdecimal() else 0, name or ""


def _indicator(name: str, held: list[Holding], of: int, target: int | None) -> IndicatorPart:
    pairs = sum(each.pairs for each in held)
    spellings: Counter[str] = Counter()
    for each in held:
        spellings[each.indicator] += each.pairs
    return IndicatorPart(
        name=min(spellings, key=lambda spelling: (-spellings[spelling], spelling), default=name),
        slug=name,
        categories=tuple(sorted({each.category for each in held if each.category is not None})),
        sessions=tuple(sorted({each.session for each in held if each.session is not None})),
        waves=tuple(sorted({each.wave for each in held})),
        pairs=pairs,
        share=_share(pairs, of),
        standing=_standing(pairs, of),
        target=target,
        short=max(0, (target or 0) - pairs),
    )


def _standing(pairs: int, of: int) -> Standing:
    if not pairs:
        return Standing.MISSING
    if pairs < CRITICAL_BELOW:
        return Standing.CRITICAL
    if pairs < LOW_BELOW:
        return Standing.LOW
    return Standing.OVER if _share(pairs, of) > OVER_SHARE else Standing.FAIR


def _share(pairs: int, of: int) -> float:
    return pairs / of if of else 0.0
