"""The worst pairs of a wave by criterion, found while its pairs go by."""

from __future__ import annotations

from collections import defaultdict
from heapq import nlargest
from typing import TYPE_CHECKING

from core.quality.findings import FORMED, KEPT, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.quality.assessment.pair_quality import PairQuality

#: The worst pairs of each criterion that are kept to be named.
WORST = 10


class Worst:
    """The worst pairs by criterion: most faults, or most lost in writing."""

    def __init__(self) -> None:
        """Begin with no pair."""
        self._found: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)

    def add(self, pairs: Iterable[PairQuality]) -> None:
        """Take in pairs."""
        for pair in pairs:
            for criterion in (KEPT, FORMED):
                if faults := pair.faults(criterion):
                    self._put(criterion, float(faults), pair.pair_id)
            if pair.gain < 0:
                self._put(WRITTEN, -pair.gain, pair.pair_id)

    def _put(self, criterion: str, how: float, pair_id: str) -> None:
        some = self._found[criterion]
        some.append((how, pair_id))
        if len(some) > 10 * WORST:
            some[:] = nlargest(WORST, some)

    def ids(self) -> dict[str, Sequence[str]]:
        """Return the ids of the worst pairs of each criterion, the worst first."""
        return {name: [pair_id for _, pair_id in nlargest(WORST, some)] for name, some in self._found.items()}
