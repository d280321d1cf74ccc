"""What is wrong with the papers of an older process, a sentence each, and never more than anybody reads."""

from __future__ import annotations

from collections import Counter

import msgspec

from core.one_line import one_line

ERROR = "error"
WARNING = "warning"

#: Findings of one kind about one file that are told one by one; the rest is only counted.
TOLD = 20
_SHOWN = 80


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One problem of one file: what it is, and what to do next.

    An `error` means that something claimed cannot be taken over as it is, a `warning` that it can. `file` is named
    as the user did, `place` is a line, a place in a JSON document, or nothing. `code` is for machines.
    """

    code: str
    severity: str
    sentence: str
    file: str
    batch: int | None = None
    place: str = ""

    def __str__(self) -> str:
        """Return the problem as one line: file, place and sentence."""
        return f"{self.file}{f' ({self.place})' if self.place else ''}: {self.sentence}"


class Findings:
    """Collects the findings of one file, at most twenty of a kind; `told` ends with how many more there are."""

    def __init__(self, file: str, batch: int | None = None) -> None:
        """Collect findings about `file`, and about `batch` where a finding names no other."""
        self._file = file
        self._batch = batch
        self._counts: Counter[tuple[str, str]] = Counter()
        self._list: list[Finding] = []

    def error(self, code: str, sentence: str, place: str = "", batch: int | None = None) -> None:
        """Add what keeps a claim from being taken over as it is."""
        self._add(code, ERROR, sentence, place, batch)

    def warn(self, code: str, sentence: str, place: str = "", batch: int | None = None) -> None:
        """Add what is odd, and does not keep anything from being taken over."""
        self._add(code, WARNING, sentence, place, batch)

    def _add(self, code: str, severity: str, sentence: str, place: str, batch: int | None) -> None:
        self._counts[code, severity] += 1
        if self._counts[code, severity] <= TOLD:
            number = self._batch if batch is None else batch
            self._list.append(Finding(code, severity, sentence, self._file, number, place))

    def told(self) -> tuple[Finding, ...]:
        """Return the findings in order, and a line for each kind of which there are more."""
        more = (
            Finding(code, severity, f"{count - TOLD:,} more of the kind {code}", self._file, self._batch)
            for (code, severity), count in self._counts.items()
            if count > TOLD
        )
        return (*self._list, *more)


def shown(value: object) -> str:
    """Return data from a file fit for a sentence: one printable line of at most 80 characters."""
    text = one_line(value) if isinstance(value, str) else one_line(f"{value!r:.200}")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
