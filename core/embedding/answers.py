"""Reads a result of vectors: one verdict a pair, joined by the request's key and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.batch.parts import Unrefined
from core.embedding.asking import about
from core.embedding.vectors import EmbeddedLine, fault_of, normalised, packed, values_of
from core.exchange.endings import refusal
from core.exchange.lines import Overlong
from core.exchange.rows import read_row, tokens_in
from core.exchange.verdicts import Verdict, clause
from core.exchange.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.batch.parts import RequestLine
    from core.exchange.rows import Row
    from core.exchange.verdicts import Reading

#: What the emulator's answers bear, beside the vector.
EMULATED = "emulated"


class Home(NamedTuple):
    """A vector that came home, of length 1, with the pair that was asked about and the request's key."""

    pair_id: str
    key: str
    vector: list[float]


class _Asked:
    """A request that waits for its vector, and what is known about it."""

    __slots__ = ("ending", "line", "pair_id")

    def __init__(self, pair_id: str) -> None:
        self.pair_id = pair_id
        self.line = 0
        self.ending: tuple[Verdict, str] | None = None


class EmbeddingReader:
    """Iterate once over the vectors, in the order of the file; then ask for the reading.

    The first good vector of a request wins. A line without a key, or with one that nobody asked for, is a stray.
    No input makes it raise.
    """

    def __init__(self, lines: Iterable[bytes | Overlong], requests: Iterable[RequestLine]) -> None:
        """Take the lines unread, and lay out what was asked for."""
        self._walk = Walk(lines)
        self._asked = {each.key: _Asked(pair_id) for each in requests for run in each.ranges for pair_id in run}
        self._home: set[str] = set()

    def __iter__(self) -> Iterator[Home]:
        """Yield every vector as its line is read."""
        for line in self._walk:
            if isinstance(line, Overlong):
                self._pass_over(line)
            else:
                home = self._read(line)
                if home is not None:
                    yield home

    def reading(self) -> Reading:
        """Return the sums and every pair without a vector; RuntimeError before all lines were read."""
        unrefined = tuple(
            Unrefined(asked.pair_id, verdict.value, reason)
            for key, asked in self._asked.items()
            if key not in self._home
            for verdict, reason in [asked.ending or (Verdict.MISSING, clause(f"no result line has the key {key}"))]
        )
        return self._walk.reading(refined=len(self._home), unrefined=unrefined)

    def _read(self, line: bytes) -> Home | None:
        row = read_row(line)
        if row is None:
            self._walk.stray(None, None, "the line is not a JSON object in UTF-8")
            return None
        asked = self._asked.get(row.key) if row.key is not None else None
        if row.key is None or asked is None:
            said = "the line has no key" if row.key is None else f"no request of this batch has the key {row.key}"
            self._walk.stray(row.key, None, said)
            return None
        response = _response(line)
        if asked.line:
            self._walk.stray(row.key, None, f"the key was answered before, on line {asked.line}")
        else:
            asked.line = self._walk.place
            tokens = tokens_in(response, "tokenCount", "token_count")
            self._walk.count_input(tokens, emulated=response.get(EMULATED) is True)
        if row.key in self._home:
            return None
        values = values_of(response)
        fault = fault_of(values, about(row.key).dimensions)
        if fault is None:
            self._home.add(row.key)
            return Home(asked.pair_id, row.key, normalised(values))
        asked.ending = asked.ending or _ending(row, values, fault)
        return None

    def _pass_over(self, line: Overlong) -> None:
        reason = self._walk.pass_over(line)
        asked = self._asked.get(line.key) if line.key is not None else None
        if asked is not None:
            asked.ending = asked.ending or (Verdict.MALFORMED, reason)


def embedded_line(home: Home, *, batch: str, attempt: int, model: str) -> bytes:
    """Return a vector as a line of an embeddings file; `batch` is a batch's label. Equal ones give equal bytes."""
    task, dimensions, content_sha256 = about(home.key)
    line = EmbeddedLine(
        pair_id=home.pair_id,
        content_sha256=content_sha256,
        batch=batch,
        attempt=attempt,
        key=home.key,
        model=model,
        task=task,
        dimensions=dimensions,
        vector=packed(home.vector),
    )
    return msgspec.json.encode(line) + b"\n"


def _ending(row: Row, values: Sequence[float], fault: str) -> tuple[Verdict, str]:
    """Return the verdict on a pair whose line brings no vector that can be used."""
    refused = refusal(row)
    if refused:
        return refused[0], clause(refused[1])
    if row.error or not values:
        return Verdict.MISSING, clause(f"provider error {row.error}" if row.error else fault)
    return Verdict.MALFORMED, clause(fault)


def _response(line: bytes) -> dict[str, object]:
    """Return the response of a line that `read_row` could read, {} where it has none."""
    response = msgspec.json.decode(line).get("response")
    return response if isinstance(response, dict) else {}
