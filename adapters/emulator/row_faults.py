"""What a scenario can do to single rows of a result; rows are counted within their job."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from adapters.emulator.when import Share, When

if TYPE_CHECKING:
    from collections.abc import Callable


class RowRule(When, frozen=True, kw_only=True):
    """A rule about rows whose key fits a pattern and whose answer holds a text; row 1 is the first of its job."""

    key: str = "*"
    holds: str = ""

    def concerns(self, display_name: str, subject: str, text: Callable[[], str] = str) -> bool:
        """Whether the rule counts this row."""
        fits = fnmatchcase(subject, self.key) and super().concerns(display_name, subject)
        return fits and (not self.holds or self.holds in text())


class RowFailed(RowRule, frozen=True, kw_only=True, tag="failed"):
    """The row carries an error in place of a response; `code` is a google.rpc code."""

    code: int = 13
    message: str = "An internal error has occurred. Please retry."


class Missing(RowRule, frozen=True, kw_only=True, tag="missing"):
    """The row does not come."""


class Duplicated(RowRule, frozen=True, kw_only=True, tag="duplicated"):
    """The row comes twice."""


class OutOfOrder(RowRule, frozen=True, kw_only=True, tag="out-of-order"):
    """The row comes after all others; several come last to first."""


class KeyMissing(RowRule, frozen=True, kw_only=True, tag="key-missing"):
    """The row has neither key nor metadata."""


class UnknownKey(RowRule, frozen=True, kw_only=True, tag="unknown-key"):
    """The row has a key that nobody asked for: `prefix` and the number of its line."""

    prefix: str = "unknown-"


class Blocked(RowRule, frozen=True, kw_only=True, tag="blocked"):
    """The prompt was blocked; with `answered` it was the answer, whose candidate has no content."""

    reason: str = "SAFETY"
    answered: bool = False


class CutOff(RowRule, frozen=True, kw_only=True, tag="cut-off"):
    """The answer ends at a part of its length with MAX_TOKENS; with `keep` 0 it has no parts at all.

    A vector keeps that part of its values.
    """

    keep: Share = 0.5


class Garbage(RowRule, frozen=True, kw_only=True, tag="garbage"):
    """The answer is this text; the first value of a vector is NaN."""

    text: str = "}{ \ufffd\ufffd I am sorry, [{ the JSON: ```"


RowFault = RowFailed | Missing | Duplicated | OutOfOrder | KeyMissing | UnknownKey | Blocked | CutOff | Garbage
