"""Sets of rows of which two that are to stay apart never become one, whatever joins others to both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.corpus.union_find import UnionFind

if TYPE_CHECKING:
    from collections.abc import Iterable


class PartingUnionFind(UnionFind):
    """Connected components that keep some rows apart, a chain over third ones included."""

    def __init__(self, apart: Iterable[tuple[int, int]] = ()) -> None:
        """Begin with every row by itself; of each two in `apart`, neither may come to the other."""
        super().__init__()
        self._foes: dict[int, set[int]] = {}
        for one, other in apart:
            self._foes.setdefault(one, set()).add(other)
            self._foes.setdefault(other, set()).add(one)

    def join(self, one: int, other: int) -> None:
        """Put two rows together whatever they are, and what must not come to either."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return
        fewer, more = sorted((self._foes.pop(each, set()) for each in (one, other)), key=len)
        super().join(one, other)
        if foes := more | fewer if fewer else more:
            self._foes[self.root(one)] = foes

    def join_if_allowed(self, one: int, other: int) -> bool:
        """Put two rows together unless that would bring two together that stay apart; return whether they are."""
        one, other = self.root(one), self.root(other)
        if one != other:
            mine, theirs = self._foes.get(one, ()), self._foes.get(other, ())
            looked, there = (mine, other) if len(mine) <= len(theirs) else (theirs, one)
            if any(self.root(foe) == there for foe in looked):
                return False
            self.join(one, other)
        return True
