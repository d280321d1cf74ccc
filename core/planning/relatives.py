"""Which full source a low count is combined with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.planning.naming import slug

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.planning.sifting import Source


class Relative(NamedTuple):
    """The source chosen, and why."""

    source: Source
    why: str


def nearest_relative(low: Source, hosts: Sequence[Source], order: Sequence[Source]) -> Relative:
    """Return the host that a low count fits best; `hosts` is not empty, `order` holds hosts and low counts.

    Hosts of the same session come first, among them those of the same category, among them the one that shares
    most words of the indicator's name (the closer one in order, if two share as many). Where no word is shared it
    is the neighbour before, or the one after when there is none before.
    """
    place = {source.key: index for index, source in enumerate(order)}
    here = place[low.key]
    why = []
    pool = [host for host in hosts if host.stock.session == low.stock.session]
    if pool:
        why.append("same session")
    pool = pool or list(hosts)
    siblings = [host for host in pool if low.stock.category and host.stock.category == low.stock.category]
    if siblings:
        why.append("same category")
        pool = siblings
    shared = max(len(_shared(low, host)) for host in pool)
    if shared:
        pool = [host for host in pool if len(_shared(low, host)) == shared]
        chosen = min(pool, key=lambda host: (abs(place[host.key] - here), place[host.key]))
        why.append(f"shares the word {', '.join(sorted(_shared(low, chosen)))}")
    else:
        before = [host for host in pool if place[host.key] < here]
        chosen = before[-1] if before else pool[0]
        why.append("the neighbour before" if before else "the neighbour after")
    return Relative(chosen, ", ".join(why))


def _shared(one: Source, other: Source) -> set[str]:
    return set(slug(one.stock.indicator).split("_")) & set(slug(other.stock.indicator).split("_"))
