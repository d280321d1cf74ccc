"""Connected components (Tarjan's disjoint sets, with path halving and union by size)."""

from __future__ import annotations


class UnionFind:
    """Rows that belong together; a row that was never joined is nobody's."""

    def __init__(self) -> None:
        """Begin with every row by itself."""
        self._parent: dict[int, int] = {}
        self._size: dict[int, int] = {}

    def join(self, one: int, other: int) -> None:
        """Put two rows, and all that belong to them, together."""
        one, other = self.root(one), self.root(other)
        if one == other:
            return
        if self._size.get(one, 1) < self._size.get(other, 1):
            one, other = other, one
        self._parent[one] = self._parent.get(one, one)
        self._parent[other] = one
        self._size[one] = self._size.get(one, 1) + self._size.get(other, 1)

    def root(self, row: int) -> int:
        """Return the row that stands for all that belong to this one."""
        parent = self._parent
        while (above := parent.get(row, row)) != row:
            parent[row] = above = parent.get(above, above)
            row = above
        return row

    def together(self, rows: list[int]) -> bool:
        """Return whether all of these rows belong together."""
        return len({self.root(row) for row in rows}) == 1

    def components(self) -> list[list[int]]:
        """Return every set of two or more rows that belong together, sorted, by their lowest row."""
        found: dict[int, list[int]] = {}
        for row in sorted(self._parent):
            found.setdefault(self.root(row), []).append(row)
        return list(found.values())
