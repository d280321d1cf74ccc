"""What a person may choose between in the corpus commands."""

from __future__ import annotations

from enum import StrEnum


class Engine(StrEnum):
    """What the search for duplicates runs on."""

    NATIVE = "native"
    RAY = "ray"


class Listed(StrEnum):
    """The lists behind the counts of a deduplication."""

    ARCHIVED = "archived"
    REPEATED = "repeated"
    HINTS = "hints"
    FIGURES = "figures"


class Way(StrEnum):
    """What a search ranks pairs by."""

    VECTOR = "vector"
    TEXT = "text"
