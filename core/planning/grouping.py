"""From sources in order to batches: one an indicator with low counts combined, or batches of a fixed size."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from core.pairs import PairRange, count
from core.planning.admission import admit
from core.planning.naming import counted
from core.planning.ranges import cut, split_evenly
from core.planning.relatives import nearest_relative
from core.planning.sifting import Source, is_low, sift
from core.wave.events import Decision, PlanSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.planning.content import Content, RuleFound
    from core.wave.events import LeftOut

#: A title names this many sources; of more, the first and the number of the others.
_NAMED_IN_TITLE = 3


class Group(NamedTuple):
    """The pairs of one batch to be, and its title."""

    title: str
    ranges: tuple[PairRange, ...]


class Grouping(NamedTuple):
    """All groups in order, and the decisions taken.

    `excluded` has the reason by key for every source left out, `left_out` the single pairs of the others; `found`
    sums up what the content rules saw in these, and `accepted` counts the pairs sent though a rule holds them.
    """

    groups: list[Group]
    excluded: dict[str, str]
    left_out: dict[str, tuple[LeftOut, ...]]
    found: tuple[RuleFound, ...]
    accepted: int
    decisions: list[Decision]


class Judging(NamedTuple):
    """What pairs and sources are judged by.

    `elsewhere` as in `sift`, `content` and `accept` as in `admit`.
    """

    wave: int
    elsewhere: Mapping[str, int]
    content: Content
    accept: bool


def group(sources: Sequence[Source], settings: PlanSettings, judging: Judging) -> Grouping:
    """Cut the sources, given in the wave's order, into groups by the strategy.

    Raises RefusedError when the content rules hold a pair that nobody accepted.
    """
    kept, excluded, decisions = sift(sources, settings, judging.elsewhere)
    admitted = admit(judging.wave, kept, judging.content, accept=judging.accept)
    kept = [source._replace(left_out=admitted.left_out.get(source.key, ())) for source in kept]
    decisions += admitted.decisions
    titles = _Titles(kept)
    if settings.strategy == "size":
        why = f"batches of {settings.batch_size} pairs across the sources, in order"
        decisions = [Decision("grouping", "size", why), *decisions]
        parts = cut([run for source in kept for run in source.runs], settings.batch_size)
    else:
        why = f"one batch an indicator keeps its pairs together; more than {settings.batch_size} are split evenly"
        decisions = [Decision("grouping", "indicator", why), *decisions]
        parts = _by_indicator(kept, settings, decisions)
    groups = [Group(titles.of(ranges), ranges) for ranges in parts]
    return Grouping(groups, excluded, admitted.left_out, admitted.found, admitted.accepted, decisions)


def _by_indicator(
    kept: Sequence[Source], settings: PlanSettings, decisions: list[Decision]
) -> list[tuple[PairRange, ...]]:
    hosts = [source for source in kept if source.pairs and not is_low(source, settings)]
    stacks = {host.key: _parts(host, settings, decisions) for host in hosts}
    room = settings.batch_size + settings.low_count_below - 1
    alone: list[Source] = []
    for low in (source for source in kept if is_low(source, settings)):
        chosen = nearest_relative(low, hosts, kept) if hosts else None
        if chosen is None or count(stacks[chosen.source.key][-1]) + low.pairs > room:
            alone.append(low)
            continue
        stacks[chosen.source.key][-1].extend(low.runs)
        decisions.append(_combined(low, f"combined with {chosen.source.stock.indicator}", chosen.why, settings))
    decisions += [
        _combined(low, "combined with other low counts", "no full batch has room for it", settings)
        for low in alone
    ]
    full = [tuple(part) for host in hosts for part in stacks[host.key]]
    return full + cut([run for low in alone for run in low.runs], settings.batch_size)


def _parts(host: Source, settings: PlanSettings, decisions: list[Decision]) -> list[list[PairRange]]:
    parts = split_evenly(host.runs, settings.batch_size)
    if len(parts) > 1:
        sizes = ", ".join(str(count(part)) for part in parts)
        reason = f"its {host.pairs} pairs are more than a batch of {settings.batch_size}"
        decisions.append(Decision(host.stock.path, f"split into {len(parts)} batches of {sizes} pairs", reason))
    return [list(part) for part in parts]


def _combined(low: Source, action: str, why: str, settings: PlanSettings) -> Decision:
    pairs = counted(low.pairs, "pair")
    return Decision(low.stock.path, action, f"{pairs}, fewer than {settings.low_count_below}; {why}")


class _Titles:
    """Names groups after the indicators in them, with the part where an indicator is spread over several."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources: Mapping[str, Source] = {source.key: source for source in sources}

    def of(self, ranges: Sequence[PairRange]) -> str:
        """Return e.g. `supply_rate + borrow_rate`, or `dex_volume 1-84` for a part of an indicator."""
        names = [self._name(key, list(runs)) for key, runs in groupby(ranges, key=attrgetter("source"))]
        if len(names) > _NAMED_IN_TITLE:
            return f"{names[0]} + {len(names) - 1} others"
        return " + ".join(names)

    def _name(self, key: str, runs: Sequence[PairRange]) -> str:
        source = self._sources[key]
        whole = count(runs) == source.pairs
        return source.stock.indicator if whole else f"{source.stock.indicator} {runs[0].first}-{runs[-1].last}"
