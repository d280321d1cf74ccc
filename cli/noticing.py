"""What the daemon says of staged files that come: in few lines, however many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import counted
from core.quality.arrivals import Arrival  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Of files of one kind so many are told one by one within so many seconds; the rest is counted.
TOLD = 5
MINUTE = 60.0


class Occasion(msgspec.Struct, frozen=True):
    """Files that were looked at: what each of them answers, and what was known before.

    `known` are the sha256s that waves and requests had, `was_there` the files that stood there when watching
    began, `in_motion` those that are still being written, and `next_wave` the number that a new plan would have.
    """

    arrivals: tuple[Arrival, ...]
    known: frozenset[str] = frozenset()
    was_there: frozenset[str] = frozenset()
    in_motion: tuple[str, ...] = ()
    next_wave: int = 1


class Notice(msgspec.Struct, frozen=True):
    """One line of the log."""

    event: str
    fields: dict[str, str | int]
    trouble: bool = False


def notices(occasion: Occasion) -> list[Notice]:
    """Return the lines: files that answer a request, that fall short of one, that are new, and that are written.

    Those that stood there when watching began are passed over if they are known, or about no request.
    """
    news = [each for each in occasion.arrivals if each.answers or not _is_old(each, occasion)]
    plan = f"batchmill plan --wave {occasion.next_wave}"
    found = [
        Notice("inbox.answered", _answer(each, plan))
        if each.answers
        else Notice("inbox.not_answered", _why_not(each), trouble=True)
        if each.request or not each.fit
        else Notice("inbox.arrived", _new(each, plan))
        for each in news
    ]
    return found + [Notice("inbox.in_motion", _moving(path), trouble=True) for path in occasion.in_motion]


def _is_old(each: Arrival, occasion: Occasion) -> bool:
    if each.path not in occasion.was_there:
        return False
    return each.sha256 in occasion.known or (each.request is None and each.fit)


class _Minute:
    """How many lines of one kind were told since when, and how many files are still to be counted."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.told = 0
        self.more = 0
        self.summed = False


class Sparing:
    """Keeps the lines of every kind to a handful a minute, and counts the files of the others."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._minutes: dict[str, _Minute] = {}

    def told(self, found: Iterable[Notice], now: float) -> list[Notice]:
        """Return the lines that are told at `now` (seconds): some of those found, and what was left to count."""
        over = [event for event, minute in self._minutes.items() if now - minute.began >= MINUTE]
        lines = [line for event in over for line in self._rest(event)]
        for event in over:
            del self._minutes[event]
        for notice in found:
            minute = self._minutes.setdefault(notice.event, _Minute(now))
            minute.told += 1
            if minute.told <= TOLD:
                lines.append(notice)
            else:
                minute.more += 1
        for event, minute in self._minutes.items():
            if not minute.summed:
                lines += self._rest(event)
        return lines

    def rest(self) -> list[Notice]:
        """Return what was left to count."""
        return [line for event in self._minutes for line in self._rest(event)]

    def _rest(self, event: str) -> list[Notice]:
        minute = self._minutes[event]
        more, minute.more = minute.more, 0
        minute.summed = minute.summed or more > 0
        return [Notice(event, {"more": counted(more, "file")})] if more else []


def _answer(each: Arrival, plan: str) -> dict[str, str | int]:
    return {"file": each.path, "pairs": each.pairs, "request": f"{each.request} of wave {each.wave}", "next": plan}


def _why_not(each: Arrival) -> dict[str, str | int]:
    request = {"request": f"{each.request} of wave {each.wave}"} if each.request else {}
    return {"file": each.path, **request, "why": each.words}


def _new(each: Arrival, plan: str) -> dict[str, str | int]:
    return {"file": each.path, "pairs": each.pairs, "why": each.words, "next": plan}


def _moving(path: str) -> dict[str, str | int]:
    return {"file": path, "why": "is still being written, and answers nothing until that ends"}
