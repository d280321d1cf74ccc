"""Rows of Markdown and CSV tables as objects with their header's names."""

from __future__ import annotations

import csv
import re

from core.adoption.documents import Members
from core.adoption.job_entries import normal
from core.adoption.names import job_names

_RULE = re.compile(r"\s*+\|?(?:\s*+:?-++:?\s*+\|)++\s*+(?::?-++:?)?\s*+")
_HEADER = re.compile(r"(?:\w+_)?batch(?:_?(?:number|num|no|nr|id|#))?|(?:\w+_)?job(?:_?(?:name|id))?")
_DELIMITERS = ("\t", ";", ",")
_DECORATION = " \t\r\n*`"


class Table:
    """Follows the lines of a text and knows, in a table with a header, what each cell is."""

    def __init__(self) -> None:
        """Begin outside of any table."""
        self._header: list[str] = []
        self._delimiter = ""

    def row(self, line: str) -> Members | None:
        """Return the line as an object if it is a row below a header; None for a header and for what is no row."""
        if _RULE.fullmatch(line):
            return None
        if self._header:
            cells = _cells(line, self._delimiter)
            if len(cells) == len(self._header):
                return Members(zip(self._header, cells, strict=True))
        self._begin(line)
        return None

    def _begin(self, line: str) -> None:
        self._header = []
        if job_names(line):
            return
        for delimiter in ("|", *_DELIMITERS):
            cells = _cells(line, delimiter) if delimiter in line else []
            if len(cells) > 1 and any(_HEADER.fullmatch(normal(cell)) for cell in cells):
                self._header, self._delimiter = cells, delimiter
                return


def _cells(line: str, delimiter: str) -> list[str]:
    if delimiter == "|":
        cells = line.strip().removeprefix("|").removesuffix("|").split("|")
    else:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return []
    return [cell.strip(_DECORATION) for cell in cells]
