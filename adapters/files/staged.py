"""Staged files on disk, read as a stream: memory does not grow with the number of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files.staged_document import StagedDocument
from adapters.files.staged_fields import header_of, pair_of
from adapters.files.text_window import TextWindow, UnreadableTextError
from core.planning.staged import ERROR, Finding, SourceHeader, StagedPair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

#: Problems of one kind in one file that are told one by one; the rest is only counted.
_TOLD = 20


class StagedFile:
    """One staged file; `pairs` reads it once, and what it found out stands in the attributes afterwards.

    A file with a `problem` (it leads out of the inbox, say) is not opened.
    """

    def __init__(self, file: Path, path: str, problem: Finding | None = None) -> None:
        """Read `file`, which is called `path` in the inbox."""
        self._file = file
        self._problem = problem
        self._told: dict[tuple[str, str], int] = {}
        self.path = path
        self.header = SourceHeader()
        self.complete = False
        self.found = 0
        self.sha256 = ""
        self.size = 0
        self.findings: list[Finding] = []

    def pairs(self) -> Iterator[StagedPair]:
        """Yield the usable pairs in the file's order; problems become findings, never exceptions."""
        if self._problem is not None:
            self.findings.append(self._problem)
            return
        try:
            with self._file.open("rb", buffering=0) as stream:
                yield from self._read(stream)
        except OSError as error:
            self._find("unreadable", ERROR, f"cannot be read: {error.strerror or error}")
        self._sum_up()

    def _read(self, stream: BinaryIO) -> Iterator[StagedPair]:
        window = None
        try:
            window = TextWindow(stream)
            document = StagedDocument(window)
            yield from self._pairs(document)
            self.header = header_of(document.fields, self._find)
            self.complete = True
        except UnreadableTextError as error:
            self._find(error.code, ERROR, error.sentence, error.line, error.column)
        if window is not None:
            window.drain()
            self.sha256, self.size = window.sha256, window.size

    def _pairs(self, document: StagedDocument) -> Iterator[StagedPair]:
        def complain(code: str, severity: str, sentence: str) -> None:
            self._find(code, severity, sentence, *document.where(), pair=self.found)

        for found in document.pairs():
            self.found += 1
            pair = pair_of(found, self.found, complain)
            if pair is not None:
                yield pair

    def _find(  # noqa: PLR0913 - the parts of a finding
        self,
        code: str,
        severity: str,
        sentence: str,
        line: int | None = None,
        column: int | None = None,
        *,
        pair: int | None = None,
    ) -> None:
        told = self._told[code, severity] = self._told.get((code, severity), 0) + 1
        if told <= _TOLD:
            self.findings.append(Finding(self.path, code, severity, sentence, line, column, pair))

    def _sum_up(self) -> None:
        for (code, severity), told in self._told.items():
            if told > _TOLD:
                sentence = f"has {told - _TOLD} more problems of the kind {code}"
                self.findings.append(Finding(self.path, code, severity, sentence))
