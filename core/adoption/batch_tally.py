"""Adds up one batch file line by line: its pairs, its form, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.batch_facts import BatchFacts, FoundRequest, compare
from core.adoption.findings import shown
from core.adoption.forms import FileForm
from core.adoption.request_lines import read_request_line
from core.adoption.request_text import MARKER, read_request_text
from core.batch.adoption import NO_KEY
from core.exchange.lines import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.adoption.findings import Findings
    from core.adoption.request_text import FoundPair, RequestText
    from core.adoption.tracking import ClaimedBatch

#: Characters of lines without pairs that are kept, to read them together as the text they once were.
_KEPT = LONGEST_LINE


class BatchTally:
    """What the lines read so far came to; nothing in them makes it raise."""

    def __init__(self, claimed: ClaimedBatch, findings: Findings) -> None:
        """Add up the file of a claimed batch."""
        self._claimed = claimed
        self._findings = findings
        self._originals: list[str] = []
        self._keys: list[tuple[str, int]] = []
        self._numeric = self._questions = self._answers = 0
        self._requests = self._with_pairs = self._no_requests = 0
        self._stated: int | None = None
        self._whole = True
        self._cut_into_lines = False
        self._bare: list[str] = []
        self._bare_size = 0

    def line(self, number: int, text: str) -> Iterator[FoundRequest]:
        """Yield the request that a line is; none for a line that is no request."""
        try:
            sent = read_request_line(text)
        except ValueError:
            sent = None
        if sent is None:
            self._no_requests += 1
            self._keep(text)
            return
        self._requests += 1
        found = read_request_text(sent.text)
        if found.pairs:
            self._with_pairs += 1
        else:
            self._keep(sent.text)
            self._cut_into_lines |= sent.text.rstrip().endswith(MARKER)
        self._keys.append((sent.key or f"{NO_KEY}{number}", len(found.pairs)))
        self._take(found, f"line {number}")
        yield FoundRequest(number, sent.key, found.pairs)

    def overlong(self, number: int, size: int) -> None:
        """Take note of a line that is too long to be read."""
        sentence = f"the line has {size:,} bytes and is passed over; no request is so long, so look at the file"
        self.unread("line-too-long", sentence, f"line {number}")

    def unread(self, code: str, sentence: str, place: str = "") -> None:
        """Take note of something that was not read."""
        self._whole = False
        self._findings.error(code, sentence, place)

    def together(self) -> Iterator[FoundRequest]:
        """Read what holds no pairs as one text, where no request holds any: so a text cut into lines is found."""
        found = read_request_text("\n".join(self._bare)) if not self._with_pairs else None
        if found is not None and found.pairs:
            self._cut_into_lines = self._requests > 1
            self._take(found, "all lines together")
            yield FoundRequest(0, None, found.pairs)

    def facts(self, path: str, sha256: str, size: int) -> BatchFacts:
        """Return what the file came to, compared with what was claimed of it."""
        form = self._form()
        self._complain(form)
        facts = BatchFacts(
            number=self._claimed.number,
            path=path,
            sha256=sha256,
            size=size,
            form=form,
            requests=self._requests,
            stated=self._stated,
            originals=tuple(self._originals),
            numeric=self._numeric,
            question_characters=self._questions,
            answer_characters=self._answers,
            whole=self._whole,
            findings=(),
            keys=tuple(self._keys),
        )
        compare(facts, self._claimed, self._findings)
        return msgspec.structs.replace(facts, findings=self._findings.told())

    def _take(self, found: RequestText, place: str) -> None:
        for pair in found.pairs:
            self._pair(pair, place)
        if found.fault and (found.pairs or not self._cut_into_lines):
            self.unread("pairs-break-off", f"{found.fault}; look for the whole file", place)
        if found.pairs and found.total is not None:
            self._stated = (self._stated or 0) + found.total
        if found.number is not None and found.number != self._claimed.number:
            self._findings.error(
                "another-batch",
                f"the file of batch {self._claimed.number} is named {shown(found.name)} in it; find the right one",
                place,
            )

    def _pair(self, pair: FoundPair, place: str) -> None:
        self._originals.append(pair.original)
        self._numeric += pair.numeric
        self._questions += len(pair.question or "")
        self._answers += len(pair.answer or "")
        if pair.question is None or pair.answer is None:
            who = f"pair {shown(pair.original)}" if pair.original else f"the pair at {len(self._originals)}"
            self._findings.error("not-a-pair", f"{who} lacks its question or answer; look at the file", place)

    def _keep(self, text: str) -> None:
        self._bare_size += len(text) + 1
        if self._bare_size <= _KEPT:
            self._bare.append(text.rstrip("\r\n"))

    def _form(self) -> FileForm:
        if self._cut_into_lines and self._requests > 1:
            return FileForm.LINE_PER_REQUEST
        if self._with_pairs:
            return FileForm.ONE_REQUEST if self._requests == 1 else FileForm.MANY_REQUESTS
        return FileForm.PLAIN_TEXT if self._originals else FileForm.NO_PAIRS

    def _complain(self, form: FileForm) -> None:
        if self._no_requests and form is not FileForm.PLAIN_TEXT:
            sentence = f"{self._no_requests:,} of its lines are no requests and are passed over; look at the file"
            self.unread("not-a-request", sentence)
        bare = self._requests - self._with_pairs
        if bare and not form.wrong:
            sentence = f"{bare:,} of its {self._requests:,} requests carry no pairs; look at the file"
            self._findings.warn("request-without-pairs", sentence)
        if self._bare_size > _KEPT and not self._with_pairs:
            self.unread(
                "too-much-text", "it holds more text than any batch and was read in part; look at the file"
            )
