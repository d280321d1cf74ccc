"""The way from one pair of a cluster to another: ties may be a chain whose ends are not alike."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.corpus.outcome import Tie


def chain(ties: Iterable[Tie], start: str, end: str) -> list[Tie]:
    """Return the fewest ties that lead from one pair to the other, in order; [] from a pair to itself.

    Raises KeyError when none do, which two pairs of one cluster cannot have.
    """
    by_pair: dict[str, list[tuple[str, Tie]]] = {}
    for tie in ties:
        by_pair.setdefault(tie.one, []).append((tie.other, tie))
        by_pair.setdefault(tie.other, []).append((tie.one, tie))
    came: dict[str, tuple[str, Tie] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, tie in by_pair.get(here, ()):
            if there not in came:
                came[there] = (here, tie)
                waiting.append(there)
    way: list[Tie] = []
    step = came[end]
    while step is not None:
        way.append(step[1])
        step = came[step[0]]
    return way[::-1]
