"""Reads a result file line by line: the refined pairs as they come, then one verdict for every pair asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.parts import Unrefined
from core.exchange.endings import ending_of
from core.exchange.forms import REFINEMENT
from core.exchange.lines import Overlong
from core.exchange.rows import read_row
from core.exchange.texts import answers_in
from core.exchange.verdicts import PairVerdict, RefinedPair, Verdict, clause
from core.exchange.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from core.batch.parts import RequestLine
    from core.exchange.endings import Ending
    from core.exchange.forms import AnswerForm
    from core.exchange.rows import Row
    from core.exchange.verdicts import Reading

_LARGEST_ID = 10**15


class _Asked:
    """One request: its pairs that are not home yet with their sources, and what is known about them."""

    __slots__ = ("ending", "faults", "key", "line", "size", "waiting")

    def __init__(self, key: str) -> None:
        self.key = key
        self.size = 0
        self.waiting: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        self.ending: Ending | None = None
        self.line = 0


class AnswerReader:
    """Iterate once over the refined pairs, in the order of the file; then ask for the verdicts and the sums.

    `lines` are the result file's (see `result_lines`), taken one at a time; `requests` what the batch asked for.
    An answer is joined to a pair by its line's key and its own `pair_id`, never by its place: what fits no open
    pair of that very request is a stray. A line that has no key is kept until the end: if every answer in it names
    a pair of one and the same request, and that request has no line of its own, it is that request's line; only
    the first such line of each request is kept. A key that nobody asked for says that the line is somebody else's:
    it stays a stray. The first complete answer of a pair wins. A pair that did not come home
    is, in this order: blocked, when the provider refused its request; malformed, when an object with its id is
    there but unusable; else cut off, malformed or missing, as the line of its request ended. No input makes it
    raise.

    An older process asked without keys, and by ids of its own: `aliases` has the pair of each such id, and with
    `whole` every line of the file is an answer to the one request that stands for all pairs of the batch.
    """

    def __init__(
        self,
        lines: Iterable[bytes | Overlong],
        requests: Iterable[RequestLine],
        form: AnswerForm = REFINEMENT,
        *,
        aliases: Mapping[str, str] | None = None,
        whole: bool = False,
    ) -> None:
        """Take the lines unread, and lay out the pairs in the order they were asked for."""
        self._walk = Walk(lines)
        self._form = form
        self._aliases = aliases or {}
        self._whole = whole
        self._asked: dict[str, _Asked] = {}
        self._home: dict[str, _Asked] = {}
        for request in requests:
            asked = self._asked.setdefault(request.key, _Asked(request.key))
            for run in request.ranges:
                for pair_id in run:
                    if self._home.setdefault(pair_id, asked) is asked:
                        asked.waiting[pair_id] = run.source
            asked.size = len(asked.waiting)
        self._keyless: dict[str, tuple[int, Row]] = {}
        self._set_aside = 0
        self._ended = False

    def __iter__(self) -> Iterator[RefinedPair]:
        """Yield every refined pair as its line is read; beside lines without a key, only one is held at a time."""
        for line in self._walk:
            if isinstance(line, Overlong):
                self._pass_over(line)
            else:
                yield from self._read(line)
        yield from self._without_key()
        self._ended = True

    def verdicts(self) -> Iterator[PairVerdict]:
        """Yield each pair of the batch once, in the order of the requests, with its verdict.

        Raises RuntimeError when the lines have not all been read: a verdict would be premature.
        """
        if not self._ended:
            raise RuntimeError("the verdicts are known only when every result line has been read")
        for pair_id, asked in self._home.items():
            verdict, reason = self._judge(pair_id, asked)
            yield PairVerdict(pair_id=pair_id, key=asked.key, verdict=verdict, reason=reason)

    def reading(self) -> Reading:
        """Return the sums and everything that is not a refined pair; raises RuntimeError as `verdicts` does."""
        unrefined = tuple(
            Unrefined(pair_id=judged.pair_id, verdict=judged.verdict.value, reason=judged.reason)
            for judged in self.verdicts()
            if judged.verdict is not Verdict.REFINED
        )
        return self._walk.reading(refined=len(self._home) - len(unrefined), unrefined=unrefined)

    def _read(self, line: bytes) -> Iterator[RefinedPair]:
        row = read_row(line)
        if row is None:
            self._walk.stray(None, None, "the line is not a JSON object in UTF-8")
            return
        asked = self._asked_by(row)
        if asked is not None and asked.line and not self._whole:
            self._walk.stray(asked.key, None, f"the key was answered before, on line {asked.line}")
        else:
            self._walk.count(row)
        if asked is not None:
            yield from self._answers(row, asked)
        elif row.key is not None:
            self._set_line_aside(row.key, f"no request of this batch has the key {row.key}")
        elif (owner := self._owner(row)) is None or owner.key in self._keyless:
            self._set_line_aside(None, "the line has no key")
        else:
            self._keyless[owner.key] = (self._walk.place, row)

    def _asked_by(self, row: Row) -> _Asked | None:
        if self._whole:
            return next(iter(self._asked.values()), None)
        return self._asked.get(row.key) if row.key is not None else None

    def _without_key(self) -> Iterator[RefinedPair]:
        """Yield what the lines without a key bring home, now that all those with one were read."""
        for key, (place, row) in self._keyless.items():
            self._walk.place = place
            asked = self._asked[key]
            if asked.ending is None:
                yield from self._answers(row, asked)
            else:
                self._set_line_aside(None, "the line has no key")
        self._keyless.clear()

    def _owner(self, row: Row) -> _Asked | None:
        """Return the request that every answer of this line names a pair of, None if there is no such request."""
        found = [answers_in(text) for text in row.texts if text]
        named = [answer.get("pair_id") for text in found for answer in text.answers]
        named += [broken.pair_id for text in found for broken in text.broken]
        homes = [self._home.get(pair_id) for pair_id in map(self._named, named) if pair_id is not None]
        if not homes or len(homes) < len(named):
            return None
        return homes[0] if all(home is homes[0] for home in homes) else None

    def _set_line_aside(self, key: str | None, reason: str) -> None:
        self._set_aside += 1
        self._walk.stray(key, None, reason)

    def _pass_over(self, line: Overlong) -> None:
        reason = self._walk.pass_over(line)
        asked = self._asked.get(line.key) if line.key is not None else None
        if asked is not None and not asked.line:
            asked.ending = (Verdict.MALFORMED, reason)

    def _answers(self, row: Row, asked: _Asked) -> Iterator[RefinedPair]:
        found = [answers_in(text) for text in row.texts if text]
        for text in found:
            for answer in text.answers:
                pair_id = self._place(answer.get("pair_id"), asked)
                if pair_id is None:
                    continue
                fault = self._form.fault_of(answer)
                if fault is None:
                    source = asked.waiting.pop(pair_id)
                    kept = {field: answer[field] for field in self._form.fields if field in answer}
                    yield RefinedPair(pair_id=pair_id, source=source, key=asked.key, answer=kept)
                else:
                    asked.faults.setdefault(pair_id, fault)
            for broken in text.broken:
                pair_id = self._place(broken.pair_id, asked)
                if pair_id is not None:
                    asked.faults.setdefault(pair_id, broken.reason)
        # Of several lines for all pairs, one that did not end well explains best why pairs are missing.
        unexplained = asked.ending is None or asked.ending[0] is Verdict.MISSING
        if not asked.line or (self._whole and unexplained):
            asked.ending = ending_of(row, found, came=asked.size - len(asked.waiting), asked=asked.size)
        asked.line = asked.line or self._walk.place

    def _named(self, named: object) -> str | None:
        """Return the pair that an answer names, under the id that it has in the ledger."""
        text = _as_text(named)
        return text if text is None else self._aliases.get(text, text)

    def _place(self, named: object, asked: _Asked) -> str | None:
        """Return the open pair of this request that an answer names, or note the stray and return None."""
        named = self._named(named)
        if named is None:
            self._walk.stray(asked.key, None, "an answer without a pair_id that is text")
            return None
        if named in asked.waiting:
            return named
        home = self._home.get(named)
        if home is None:
            reason = "no pair of this batch has this pair_id"
        elif home is asked:
            reason = "the pair was answered before; its first complete answer stays"
        else:
            reason = f"the pair belongs to the request {home.key}"
        self._walk.stray(asked.key, named, reason)
        return None

    def _judge(self, pair_id: str, asked: _Asked) -> Ending:
        if pair_id not in asked.waiting:
            return Verdict.REFINED, ""
        blocked = asked.ending is not None and asked.ending[0] is Verdict.BLOCKED
        if asked.ending is not None and (blocked or pair_id not in asked.faults):
            return asked.ending
        if pair_id in asked.faults:
            return Verdict.MALFORMED, asked.faults[pair_id]
        more = f"; lines set aside without a key of this batch: {self._set_aside}" if self._set_aside else ""
        return Verdict.MISSING, clause(f"no result line has the key {asked.key}{more}")


def _as_text(named: object) -> str | None:
    """Return a pair_id as text, also when it came as a number; None for anything that can be no pair_id."""
    if isinstance(named, int) and not isinstance(named, bool) and abs(named) < _LARGEST_ID:
        return str(named)
    return named if isinstance(named, str) else None
