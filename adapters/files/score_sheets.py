"""A sample's scores as a CSV file that spreadsheets open: UTF-8 with its mark, every cell in quotes."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from adapters.files.atomic import Written, write_whole
from core.errors import BadInputError
from core.quality.score_sheet import SheetRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: What spreadsheets put between cells, by their language.
DELIMITERS = (",", ";", "\t")

#: No cell of a sample is longer than this many characters.
LONGEST_CELL = 16 << 20


def write_sheet(path: Path, rows: Iterable[Sequence[str]], delimiter: str = ",") -> Written:
    """Write rows as one whole CSV file, the same rows as the same bytes; StorageError when the disk refuses."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return write_whole(path, codecs.BOM_UTF8 + text.getvalue().encode())


def read_sheet(path: Path) -> list[SheetRow]:
    """Return the rows of a CSV file, whichever delimiter its head has, with the places they begin at.

    Raises BadInputError when it cannot be read, is not UTF-8, or is no CSV.
    """
    text = _text(path)
    head = text[: text.find("\n") + 1] or text
    delimiter = max(DELIMITERS, key=head.count)
    before = csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[SheetRow] = []
    line = 1
    try:
        for number, cells in enumerate(reader, 1):
            rows.append(SheetRow(number, line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInputError(
            f"{path}: line {reader.line_num} is not CSV ({error}); save the table as CSV in UTF-8 again"
        ) from None
    finally:
        csv.field_size_limit(before)
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{path} is not UTF-8 (byte {error.start + 1}); save the table as “CSV UTF-8” and import it again"
        ) from None
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror or error}") from None
