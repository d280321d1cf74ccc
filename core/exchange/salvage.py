"""Takes every complete answer object out of a model's text, whatever else the text holds, in one linear pass."""

from __future__ import annotations

import re
from bisect import bisect_right
from json import JSONDecodeError

from core.exchange.found import Broken, Found, outermost
from core.exchange.frames import Expects, Frame
from core.exchange.literals import literal, mended, mends, read_object, unquoted
from core.exchange.rows import UNREADABLE

_DEEPEST = 200
_OPENER = re.compile(r"""\[(?!\s*+\])|\{(?=\s*+(?:"|\Z))""")
"""What may open an array or an object that holds anything: a brace that no key follows opens none."""

_TOKEN = re.compile(
    r"""\s*+(?:(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<mark>[{}\[\]:,])|(?P<plain>[^\s"{}\[\]:,]++))""",
    re.DOTALL,
)
_TRIES = 8


def salvage(text: str) -> Found:
    """Scan text that no strict parser takes. Never raises; time and memory are linear in the text."""
    return _Scan(text).run()


class _Scan:
    """The position in the text, what is open there, and what has been found so far.

    Outside of objects and arrays the text is prose, in which quotes mean nothing. Where the grammar is broken,
    everything open is given up and the scan goes on from there as in prose, so nothing is read twice. Broken
    right after a string means that an unescaped quote may have ended that string too early, and that what
    follows may be the rest of it: from then on only an object that stands where an array has its items is
    believed, until one answer has come through whole.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.open: list[Frame] = []
        self.answers: list[dict[str, object]] = []
        self.broken: list[Broken] = []
        self.wary = False
        self.after_string = False
        self.tries = _TRIES
        self.mends: list[int] | None = None

    def run(self) -> Found:
        while self.at < len(self.text):
            if self.open:
                self._step()
            else:
                self._next_opener()
        return Found(answers=self.answers, broken=self.broken, truncated=bool(self.open))

    def _next_opener(self) -> None:
        for opener in _OPENER.finditer(self.text, self.at):
            if not self.wary or self._stands_as_item(opener.start()):
                if opener[0] == "[" or not self._whole_object(opener.start()):
                    self._push(opener[0])
                    self.at = opener.end()
                return
        self.at = len(self.text)

    def _stands_as_item(self, at: int) -> bool:
        before = at - 1
        while before >= 0 and self.text[before].isspace():
            before -= 1
        return before < 0 or self.text[before] in "[,}]"

    def _step(self) -> None:
        token = _TOKEN.match(self.text, self.at)
        if token is None:  # only blanks are left, or a string that does not end: nothing inside it is looked at
            self.at = len(self.text)
            return
        kind = token.lastgroup or ""
        frame = self.open[-1]
        if token["mark"] == "{" and frame.may_hold_answer and self._whole_object(token.start(kind)):
            return
        if kind == "mark":
            taken = self._mark(frame, token["mark"])
        elif kind == "string":
            taken = self._string(frame, token["string"])
        else:
            taken = self._plain(frame, token["plain"]) or token.end() == len(self.text)  # `fal` may be cut off
        if not taken:
            self._give_up(token.start(kind))
            return
        self.after_string = kind == "string"
        self.at = token.end()

    def _whole_object(self, at: int) -> bool:
        """Take the object at `at` in one go if it is JSON as it stands; false, and nothing taken, if not.

        A failure has read text for nothing, so only a few are allowed: the scan stays linear. The first one over a
        wrong escape mends all that follow, as they would be string by string, and more slowly, in the scan.
        """
        if not self.tries:
            return False
        try:
            value, self.at = read_object(self.text, at)
        except UNREADABLE as fault:
            self.tries -= 1
            if self.mends is not None or not isinstance(fault, JSONDecodeError) or "escape" not in fault.msg:
                return False
            self.mends = mends(self.text, at)
            self.text = mended(self.text, self.mends)
            return self._whole_object(at)
        answers = list(outermost(value))
        self.answers += answers
        self.wary = self.wary and not answers
        self.after_string = False
        if self.open:
            self.open[-1].put(value)
        return True

    def _mark(self, frame: Frame, mark: str) -> bool:
        if mark in "{[":
            if frame.expects is not Expects.VALUE or len(self.open) >= _DEEPEST:
                return False
            self._push(mark)
        elif mark == ":":
            if frame.expects is not Expects.COLON:
                return False
            frame.expects = Expects.VALUE
        elif mark == ",":
            if frame.expects is not Expects.COMMA:
                return False
            frame.expects = Expects.VALUE if frame.fields is None else Expects.KEY
        else:
            return self._close(frame, mark)
        return True

    def _string(self, frame: Frame, token: str) -> bool:
        if frame.expects is Expects.KEY:
            frame.key = unquoted(token)
            frame.expects = Expects.COLON
        elif frame.expects is Expects.VALUE:
            frame.put(unquoted(token))
        else:
            return False
        return True

    def _plain(self, frame: Frame, token: str) -> bool:
        if frame.expects is not Expects.VALUE:
            return False
        value = literal(token)
        if value is None:
            return False
        frame.put(value[0])
        return True

    def _push(self, opener: str) -> None:
        inside = bool(self.open) and self.open[-1].shelters
        self.open.append(Frame(opener, inside=inside, mark=len(self.answers)))
        self.after_string = False

    def _close(self, frame: Frame, mark: str) -> bool:
        # A comma before the closing mark is taken as nothing: what the writer meant is plain.
        if mark == "]":
            fits = frame.fields is None and frame.expects in {Expects.VALUE, Expects.COMMA}
        else:
            fits = frame.fields is not None and frame.expects in {Expects.KEY, Expects.COMMA}
        if not fits:
            return False
        self.open.pop()
        if frame.fields is not None and frame.is_answer:
            del self.answers[frame.mark :]
            if frame.ousted:
                named = (*frame.ousted, frame.fields["pair_id"])
                self.broken += [Broken(name, "its object names more than one pair_id") for name in named]
            elif not frame.inside:
                self.answers.append(frame.fields)
                self.wary = False
        if self.open:
            self.open[-1].put(frame.items if frame.fields is None else frame.fields)
        return True

    def _written(self, at: int) -> int:
        """Return which character of the text as it came, counted from 1, stands at `at`."""
        # The second half of the n-th doubled backslash, counted from 0, stands n + 1 places on.
        mends = self.mends or []
        return at + 1 - bisect_right(range(len(mends)), at, key=lambda n: mends[n] + n + 1)

    def _give_up(self, at: int) -> None:
        for frame in self.open:
            if frame.fields is not None and "pair_id" in frame.fields and not frame.inside:
                reason = f"its object is not valid JSON at character {self._written(at)} of the answer"
                self.broken.append(Broken(frame.fields["pair_id"], reason))
        self.wary = self.wary or self.after_string
        self.open.clear()
        self.at = at
