"""Files of refined pairs that an older process left behind: JSON lines, or one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files.adopted_bytes import LARGEST_RESULTS, ReadFile, decoded, read_bytes
from core.adoption.refined import RefinedReader, is_json
from core.exchange.lines import Overlong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.adoption.attribution import Attribution
    from core.adoption.findings import Finding
    from core.adoption.refined import AdoptedAnswer


class AdoptedRefinedFile:
    """One file of refined pairs; `answers` reads it once, and `findings` says afterwards what was not taken."""

    def __init__(self, path: Path, attribution: Attribution, number: int | None = None) -> None:
        """Read `path`; `number` is the batch that all of it belongs to, if the user says so."""
        self._path = path
        self._reader = RefinedReader(str(path), attribution, number)

    def answers(self) -> Iterator[AdoptedAnswer]:
        """Yield the refined pairs that belong to a pair of the ledger, in order.

        Raises BadInputError when the file cannot be read, or is one document too large to be read as a whole.
        """
        file = ReadFile(self._path)
        by_line: bool | None = None
        for number, data in enumerate(file.lines(), start=1):
            if isinstance(data, Overlong):
                if by_line is None:  # a document may stand on one line
                    by_line = False
                    break
                self._pass_over(number, data.size)
                continue
            text = decoded(data)
            if not text.strip():
                continue
            by_line = is_json(text) if by_line is None else by_line
            if not by_line:
                break
            yield from self._reader.line(number, text)
        if by_line is False:
            yield from self._reader.whole(decoded(read_bytes(self._path, LARGEST_RESULTS)))

    def _pass_over(self, line: int, size: int) -> None:
        sentence = f"the line has {size:,} bytes and is passed over; write its pairs one a line"
        self._reader.findings.error("line-too-long", sentence, f"line {line}")

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found wrong so far; a file without a single refined pair is told of once it was read."""
        told = self._reader.findings.told()
        if not self._reader.taken and not told:
            self._reader.findings.warn(
                "nothing-found", "it holds no refined pair; look whether it is the right file"
            )
            return self._reader.findings.told()
        return told
