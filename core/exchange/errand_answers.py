"""Reads the result of an errand: one verdict for every key that was asked, and the answers as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.parts import Unrefined
from core.exchange.endings import ending_of
from core.exchange.lines import Overlong
from core.exchange.rows import read_row
from core.exchange.verdicts import Verdict
from core.exchange.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.batch.parts import RequestLine
    from core.exchange.rows import Row
    from core.exchange.verdicts import Reading


class ErrandAnswer(msgspec.Struct, frozen=True, gc=False):
    """What the model answered to one key: the text of its first candidate, whatever it is."""

    key: str
    text: str


class ErrandReader:
    """Iterate once over the answers, in the order of the file; then ask for the sums.

    The first line of each key counts. A key is answered when its line holds text and ended well; else it is
    blocked, cut off or missing as the line says, and missing where there is no line. No input makes it raise.
    """

    def __init__(self, lines: Iterable[bytes | Overlong], requests: Iterable[RequestLine]) -> None:
        """Take the lines unread."""
        self._walk = Walk(lines)
        self._ids = {request.key: next(iter(request.ranges[0])) for request in requests}
        self._endings: dict[str, tuple[Verdict, str]] = {}

    def __iter__(self) -> Iterator[ErrandAnswer]:
        """Yield the answer to each key that has one."""
        for line in self._walk:
            if isinstance(line, Overlong):
                self._pass_over(line)
            else:
                yield from self._answer(read_row(line))

    def reading(self) -> Reading:
        """Return the sums, and every key that was not answered by the id of its request; see `Walk.reading`."""
        none = (Verdict.MISSING, "the result has no line with its key")
        ends = {key: self._endings.get(key, none) for key in self._ids}
        unanswered = tuple(
            Unrefined(self._ids[key], verdict.value, reason)
            for key, (verdict, reason) in ends.items()
            if verdict is not Verdict.REFINED
        )
        return self._walk.reading(refined=len(self._ids) - len(unanswered), unrefined=unanswered)

    def _answer(self, row: Row | None) -> Iterator[ErrandAnswer]:
        if row is None:
            self._walk.stray(None, None, "the line is not a JSON object in UTF-8")
            return
        if row.key not in self._ids or row.key in self._endings:
            foreign = "no request of this batch has this key" if row.key else "the line has no key"
            said = "the key was answered before" if row.key in self._ids else foreign
            self._walk.stray(row.key, None, said)
            return
        self._walk.count(row)
        text = next((each for each in row.texts if each), "")
        if text and not (row.finish or row.blocked or row.error):
            self._endings[row.key] = (Verdict.REFINED, "")
            yield ErrandAnswer(row.key, text)
        else:
            self._endings[row.key] = ending_of(row, (), came=0, asked=1)

    def _pass_over(self, line: Overlong) -> None:
        reason = self._walk.pass_over(line)
        if line.key in self._ids:
            self._endings.setdefault(line.key, (Verdict.MALFORMED, reason))


def answer_lines(answers: Iterable[ErrandAnswer], *, batch: str, attempt: int, model: str) -> Iterator[bytes]:
    """Yield a line an answer: `{"key", "batch", "attempt", "model", "text"}` with the line's end."""
    for each in answers:
        told = {"key": each.key, "batch": batch, "attempt": attempt, "model": model, "text": each.text}
        yield msgspec.json.encode(told) + b"\n"
