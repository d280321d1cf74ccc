"""One walk over the lines of a result file, for whoever reads it: what is counted, and what belongs nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.lines import Overlong
from core.exchange.verdicts import Reading, Stray, clause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.batch.parts import Unrefined
    from core.exchange.rows import Row

#: A model version of the emulator ends so.
EMULATED = "-emulated"
STRAYS_KEPT = 1000
#: Model versions that are told of one result.
MODELS_KEPT = 100


class Walk:
    """Iterate once over the lines that are not blank; `place` is the number of the present one, from 1.

    Whoever walks says of a line what it counts for and what of it is a stray; `reading` gives the sums.
    """

    def __init__(self, lines: Iterable[bytes | Overlong]) -> None:
        """Take the lines unread."""
        self._lines = lines
        self._read = 0
        self._strays: list[Stray] = []
        self._stray_count = 0
        self._input_tokens = self._output_tokens = 0
        self._models: set[str] = set()
        self._emulated = False
        self.place = 0
        self.ended = False

    def __iter__(self) -> Iterator[bytes | Overlong]:
        """Yield each line that holds something."""
        for line in self._lines:
            self.place += 1
            if isinstance(line, Overlong) or (line and not line.isspace()):
                self._read += 1
                yield line
        self.ended = True

    def count(self, row: Row) -> None:
        """Take in what an answered request cost, and which model says that it answered."""
        self._input_tokens += row.input_tokens
        self._output_tokens += row.output_tokens
        if row.model:
            self._emulated |= row.model.endswith(EMULATED)
            if len(self._models) < MODELS_KEPT:
                self._models.add(clause(row.model))

    def count_input(self, tokens: int, *, emulated: bool) -> None:
        """Take in the tokens of a request whose answer has none, and names no model."""
        self._input_tokens += tokens
        self._emulated |= emulated

    def stray(self, key: str | None, pair_id: str | None, reason: str) -> None:
        """Note that the present line, or an answer in it, belongs to no open pair."""
        self._stray_count += 1
        if len(self._strays) < STRAYS_KEPT:
            key = None if key is None else clause(key)
            pair_id = None if pair_id is None else clause(pair_id)
            self._strays.append(Stray(line=self.place, key=key, pair_id=pair_id, reason=clause(reason)))

    def pass_over(self, line: Overlong) -> str:
        """Note a line that is too long to be read as a stray, and return why it was not."""
        reason = f"a result line of {line.size:,} bytes is longer than any answer and was not read"
        self.stray(line.key, None, reason)
        return reason

    def reading(self, *, refined: int, unrefined: tuple[Unrefined, ...]) -> Reading:
        """Return the sums with these verdicts; RuntimeError before the last line, when any would be premature."""
        if not self.ended:
            raise RuntimeError("the verdicts are known only when every result line has been read")
        return Reading(
            lines=self._read,
            refined=refined,
            unrefined=unrefined,
            strays=tuple(sorted(self._strays, key=lambda stray: stray.line)),
            stray_count=self._stray_count,
            input_tokens=self._input_tokens,
            output_tokens=self._output_tokens,
            models=tuple(sorted(self._models)),
            emulated=self._emulated,
        )
