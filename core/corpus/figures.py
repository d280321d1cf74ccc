"""Whether two texts that are near state other figures: made from one template, and about other facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from core.corpus.folding import fold
from core.corpus.ports import Kind  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.corpus.outcome import Known, Member
    from core.corpus.ports import Near

#: A number with its sign, separators, and what is written onto it: -5, 1,000.5, 5%, 1.5m.
_FIGURE = re.compile(r"-?\d[\d.,]*[^\W\d_]*%?")


class Figured(msgspec.Struct, frozen=True, gc=False):
    """Two pairs that are near, the figures that each states alone, and whether they are `joined` all the same."""

    one: str
    other: str
    kind: Kind
    similarity: float
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]
    joined: bool


class Dispute(msgspec.Struct, frozen=True, gc=False):
    """The same by rows; see `Figured`."""

    near: Near
    kind: Kind
    only_one: tuple[str, ...]
    only_other: tuple[str, ...]

    @property
    def rows(self) -> tuple[int, int]:
        """The two rows, the lower first."""
        return self.near.one, self.near.other


def figures_of(*texts: str) -> frozenset[str]:
    """Return the figures in texts, folded, without the separators of thousands."""
    return frozenset(found.replace(",", "") for text in texts for found in _FIGURE.findall(fold(text)))


def disputes(links: Iterable[Near], kind: Kind, figures: Mapping[int, frozenset[str]]) -> list[Dispute]:
    """Return the links whose two pairs each state a figure that the other does not.

    A pair that has all figures of the other, and more, is the more complete one of two that say the same.
    """
    found = []
    for near in links:
        one, other = figures[near.one] - figures[near.other], figures[near.other] - figures[near.one]
        if one and other:
            found.append(Dispute(near, kind, tuple(sorted(one)), tuple(sorted(other))))
    return found


def figured(found: Iterable[Dispute], known: Mapping[int, Known], members: Iterable[Member]) -> list[Figured]:
    """Return the links by pair ids, and whether the two pairs are in one cluster all the same."""
    cluster = {each.row: each.cluster for each in members}
    return [
        Figured(
            one=known[each.near.one].pair_id,
            other=known[each.near.other].pair_id,
            kind=each.kind,
            similarity=each.near.similarity,
            only_one=each.only_one,
            only_other=each.only_other,
            joined=each.near.one in cluster and cluster[each.near.one] == cluster.get(each.near.other),
        )
        for each in found
    ]
