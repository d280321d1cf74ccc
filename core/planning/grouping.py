"""From sources in order to batches: one an indicator with low counts combined, or batches of a fixed size."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.pairs import PairRange, count
from core.planning.naming import counted
from core.planning.ranges import cut, split_evenly
from core.planning.relatives import nearest_relative
from core.planning.sifting import Source, is_low, sift
from core.wave.events import Decision, PlanSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: A title names this many sources; of more, the first and the number of the others.
_NAMED_IN_TITLE = 3


class Group(NamedTuple):
    """The pairs of one batch to be, and its title."""

    title: str
    ranges: tuple[PairRange, ...]


class Grouping(NamedTuple):
    """All groups in order, the reason by key for every source left out, and the decisions taken."""

    groups: list[Group]
    excluded: dict[str, str]
    decisions: list[Decision]


def group(sources: Sequence[Source], settings: PlanSettings, elsewhere: Mapping[str, int]) -> Grouping:
    """Cut the sources, given in the wave's order, into groups by the strategy; `elsewhere` as in `sift`."""
    kept, excluded, decisions = sift(sources, settings, elsewhere)
    titles = _Titles(kept)
    if settings.strategy == "size":
        why = f"batches of {settings.batch_size} pairs across the sources, in order"
        decisions = [Decision("grouping", "size", why), *decisions]
        parts = cut([source.run for source in kept], settings.batch_size)
    else:
        why = f"one batch an indicator keeps its pairs together; more than {settings.batch_size} are split evenly"
        decisions = [Decision("grouping", "indicator", why), *decisions]
        parts = _by_indicator(kept, settings, decisions)
    return Grouping([Group(titles.of(ranges), ranges) for ranges in parts], excluded, decisions)


def _by_indicator(
    kept: Sequence[Source], settings: PlanSettings, decisions: list[Decision]
) -> list[tuple[PairRange, ...]]:
    hosts = [source for source in kept if not is_low(source, settings)]
    stacks = {host.key: _parts(host, settings, decisions) for host in hosts}
    room = settings.batch_size + settings.low_count_below - 1
    alone: list[Source] = []
    for low in (source for source in kept if is_low(source, settings)):
        chosen = nearest_relative(low, hosts, kept) if hosts else None
        if chosen is None or count(stacks[chosen.source.key][-1]) + low.stock.found > room:
            alone.append(low)
            continue
        stacks[chosen.source.key][-1].append(low.run)
        decisions.append(_combined(low, f"combined with {chosen.source.stock.indicator}", chosen.why, settings))
    decisions += [
        _combined(low, "combined with other low counts", "no full batch has room for it", settings)
        for low in alone
    ]
    full = [tuple(part) for host in hosts for part in stacks[host.key]]
    return full + cut([low.run for low in alone], settings.batch_size)


def _parts(host: Source, settings: PlanSettings, decisions: list[Decision]) -> list[list[PairRange]]:
    runs = split_evenly(host.run, settings.batch_size)
    if len(runs) > 1:
        sizes = ", ".join(str(len(run)) for run in runs)
        reason = f"its {host.stock.found} pairs are more than a batch of {settings.batch_size}"
        decisions.append(Decision(host.stock.path, f"split into {len(runs)} batches of {sizes} pairs", reason))
    return [[run] for run in runs]


def _combined(low: Source, action: str, why: str, settings: PlanSettings) -> Decision:
    pairs = counted(low.stock.found, "pair")
    return Decision(low.stock.path, action, f"{pairs}, fewer than {settings.low_count_below}; {why}")


class _Titles:
    """Names groups after the indicators in them, with the part where an indicator is spread over several."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._stock: Mapping[str, Source] = {source.key: source for source in sources}

    def of(self, ranges: Sequence[PairRange]) -> str:
        """Return e.g. `supply_rate + borrow_rate`, or `dex_volume 1-84` for a part of an indicator."""
        names = [self._name(run) for run in ranges]
        if len(names) > _NAMED_IN_TITLE:
            return f"{names[0]} + {len(names) - 1} others"
        return " + ".join(names)

    def _name(self, run: PairRange) -> str:
        stock = self._stock[run.source].stock
        whole = len(run) == stock.found
        return stock.indicator if whole else f"{stock.indicator} {run.first}-{run.last}"
