"""An object or array of a model's text that is still open, and what may come next in it."""

from __future__ import annotations

from enum import Enum, auto

from core.exchange.found import IDENTIFYING, PARTS


class Expects(Enum):
    """What the grammar lets come next: a key, its colon, a value, or a comma; the closing mark is never named."""

    KEY = auto()
    COLON = auto()
    VALUE = auto()
    COMMA = auto()


class Frame:
    """An object or array that is open.

    `inside` says that it lies inside an answer, `mark` how many answers had been found when it was opened, and
    `ousted` holds the pair_ids that a later, different one in the same object took the place of.
    """

    __slots__ = ("expects", "fields", "inside", "items", "key", "mark", "ousted")

    def __init__(self, opener: str, *, inside: bool, mark: int) -> None:
        self.fields: dict[str, object] | None = {} if opener == "{" else None
        self.items: list[object] = []
        self.key = ""
        self.expects = Expects.VALUE if self.fields is None else Expects.KEY
        self.inside = inside
        self.mark = mark
        self.ousted: list[object] = []

    @property
    def is_answer(self) -> bool:
        """Whether one of the keys read so far makes this object an answer."""
        return self.fields is not None and not IDENTIFYING.isdisjoint(self.fields)

    @property
    def shelters(self) -> bool:
        """Whether what is opened now lies inside an answer."""
        return self.inside or self.key in IDENTIFYING or self.key in PARTS or self.is_answer

    @property
    def may_hold_answer(self) -> bool:
        """Whether an object that begins here may be an answer, or hold some."""
        return self.expects is Expects.VALUE and not self.shelters

    def put(self, value: object) -> None:
        """Take a complete value, under the latest key where this is an object."""
        self.expects = Expects.COMMA
        if self.fields is None:
            self.items.append(value)
            return
        if self.key == "pair_id" and self.fields.get("pair_id", value) != value:
            self.ousted.append(self.fields["pair_id"])
        self.fields[self.key] = value
