"""The figures of a chart, before anything is drawn."""

from __future__ import annotations

import msgspec


class Distribution(msgspec.Struct, frozen=True):
    """How many of two groups fall into each class; `unit` is what the classes measure."""

    classes: tuple[str, ...]
    unit: str
    before: tuple[int, ...]
    after: tuple[int, ...]


class HeatMap(msgspec.Struct, frozen=True):
    """A figure for each row and column: its words, and how good it is from -1 (bad) to 1 (good)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    goodness: tuple[tuple[float, ...], ...]


class Parts(msgspec.Struct, frozen=True):
    """Of each bar how many are of each kind; `kinds` are style classes with their names, in the order drawn."""

    labels: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    counts: tuple[tuple[int, ...], ...]


class Beside(msgspec.Struct, frozen=True):
    """Two figures a label beside each other, expected and actual; `words` are how each is written."""

    labels: tuple[str, ...]
    expected: tuple[float, ...]
    actual: tuple[float, ...]
    words: tuple[tuple[str, str], ...]


Drawing = Distribution | HeatMap | Parts | Beside
