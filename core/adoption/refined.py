"""Refined pairs that already lie on disk, taken with the same checks as what is downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.attribution import Nobody
from core.adoption.findings import Findings, shown
from core.adoption.names import batch_number, number_in_name
from core.exchange.rows import UNREADABLE, read_row
from core.exchange.texts import answers_in, fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.adoption.attribution import Attribution
    from core.exchange.found import Found


class AdoptedAnswer(msgspec.Struct, frozen=True, gc=False):
    """A refined pair: the id it came with, the pair it belongs to, its fields as they came, and where it stands.

    `line` counts from 1; it is 0 where a document's line cannot be told.
    """

    original: str
    ledger_id: str
    number: int
    answer: dict[str, object]
    source: str
    line: int


class RefinedReader:
    """Reads the refined pairs of one file; what cannot be taken becomes a finding, never an exception."""

    def __init__(self, source: str, attribution: Attribution, number: int | None = None) -> None:
        """Read the file `source`, all of whose answers are of batch `number` if that is given."""
        self._source = source
        self._attribution = attribution
        self._named = number
        self._by_file = number_in_name(source.replace("\\", "/").rpartition("/")[2])
        self.findings = Findings(source, number or self._by_file)
        self.taken = 0

    def line(self, line: int, text: str) -> Iterator[AdoptedAnswer]:
        """Yield the answers of one line: a refined pair, several, or a provider's result line that has them."""
        number, texts = _opened(text)
        for each in texts:
            found = answers_in(each)
            if not found.answers and not found.broken:
                self.findings.error(
                    "no-answer", "the line holds no refined pair; look at the file", f"line {line}"
                )
            yield from self._answers(found, [line] * len(found.answers), number, f"line {line}")

    def whole(self, text: str) -> Iterator[AdoptedAnswer]:
        """Yield the answers of a text that is one document over many lines, or a broken one."""
        found = answers_in(text)
        yield from self._answers(found, _lines_of(text, len(found.answers)), None, "")

    def _answers(self, found: Found, lines: list[int], number: int | None, place: str) -> Iterator[AdoptedAnswer]:
        number = self._named or number or self._by_file
        for broken in found.broken:
            self.findings.error("broken", f"pair {shown(broken.pair_id)}: {broken.reason}; run it again", place)
        if found.truncated:
            self.findings.error("cut-off", "it ends in the middle of an answer; run the pair again", place)
        for answer, line in zip(found.answers, lines, strict=True):
            taken = self._answer(answer, line, number)
            if taken is not None:
                self.taken += 1
                yield taken

    def _answer(self, answer: dict[str, object], line: int, number: int | None) -> AdoptedAnswer | None:
        place = f"line {line}" if line else ""
        identity = answer.get("pair_id")
        if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
            self.findings.error(
                "id-missing", "an answer has no pair_id, so it is nobody's; run the pair again", place
            )
            return None
        original = str(identity)
        fault = fault_of(answer)
        if fault is not None:
            self.findings.error("malformed", f"pair {shown(original)}: {fault}; run it again", place)
            return None
        owner = self._attribution.owner(original, number)
        if isinstance(owner, Nobody):
            self.findings.error(owner.code, owner.reason, place)
            return None
        earlier = self._attribution.answered(owner.ledger_id, f"{self._source} {place}".strip())
        if earlier is not None:
            sentence = f"pair {owner.ledger_id} is answered in {earlier} already; that answer is kept"
            self.findings.warn("answered-twice", sentence, place, owner.number)
            return None
        return AdoptedAnswer(original, owner.ledger_id, owner.number, answer, self._source, line)


def is_json(text: str) -> bool:
    """Whether a line is a JSON object or array by itself."""
    try:
        return isinstance(msgspec.json.decode(text), dict | list)
    except UNREADABLE:
        return False


def _opened(text: str) -> tuple[int | None, list[str]]:
    """Return the batch that a line names, and the texts in which its answers stand."""
    try:
        document = msgspec.json.decode(text)
    except UNREADABLE:
        return None, [text]
    if not isinstance(document, dict):
        return None, [text]
    row = read_row(text.encode()) if "response" in document else None
    if row is not None:
        return number_in_name(row.key or ""), list(row.texts) or [""]
    names = ("batch_number", "batch_num", "batch_id", "batch")
    return next((number for number in map(batch_number, map(document.get, names)) if number), None), [text]


def _lines_of(text: str, count: int) -> list[int]:
    """Return the line of each answer, told by its pair_id; zeros where these are not as many."""
    lines: list[int] = []
    at, line = 0, 1
    for _ in range(count + 1):
        found = text.find('"pair_id"', at)
        if found < 0:
            break
        line += text.count("\n", at, found)
        lines.append(line)
        at = found + 1
    return lines if len(lines) == count else [0] * count
