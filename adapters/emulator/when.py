"""When a rule of a scenario strikes: at which calls, jobs or rows, how often, and for whom."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""A part of a whole, from 0 to 1."""

Seconds = Annotated[float, msgspec.Meta(ge=0)]
"""A duration in seconds of the emulator's clock, 0 or more; a slow answer waits by the wall clock."""

Count = Annotated[int, msgspec.Meta(ge=1)]
"""A whole number from 1."""

_NUMBERS = re.compile(r"\s*\d+(?:\s*-\s*\d+)?\s*(?:,\s*\d+(?:\s*-\s*\d+)?\s*)*")


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="fault"):
    """What every rule says beside its fault; turns are numbered from 1.

    At most one of `on` ("1, 3-5"), `every` and `probability` stands; with none the rule strikes at every turn. It
    counts only turns whose display name fits the pattern, all together or `per` display name, and strikes at most
    `times` times in each count.
    """

    on: str = ""
    every: Count | None = None
    probability: Share | None = None
    times: Count | None = None
    per: Literal["all", "display_name"] = "all"
    display_name: str = "*"

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be read and two ways of choosing turns at once."""
        if self.on and not _NUMBERS.fullmatch(self.on):
            raise ValueError(f"`on` is {self.on!r}; give numbers and ranges such as '1, 3-5'")
        if sum((bool(self.on), self.every is not None, self.probability is not None)) > 1:
            raise ValueError("give only one of `on`, `every` and `probability`")

    def concerns(self, display_name: str, _subject: str, _text: Callable[[], str] = str) -> bool:
        """Whether the rule counts this turn at all; the subject is a call's verb or a row's key."""
        return fnmatchcase(display_name, self.display_name)

    def due(self, number: int, luck: Callable[[], float]) -> bool:
        """Whether the rule strikes at this turn; `luck` gives a number from 0 up to 1."""
        if self.on:
            return any(first <= number <= last for first, last in _ranges(self.on))
        if self.every is not None:
            return number % self.every == 0
        return self.probability is None or luck() < self.probability


@lru_cache(maxsize=256)
def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    parts = (part.split("-") for part in text.split(","))
    return tuple((int(part[0]), int(part[-1])) for part in parts)
