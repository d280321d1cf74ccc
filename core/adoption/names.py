"""Batch numbers, job names and file URIs as they stand in the papers of an older process."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.batch.numbers import HIGHEST

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOB = re.compile(
    r"(?:(?<![\w./\\-])|(?<=/v1/)|(?<=/v1beta/)|(?<=/v1alpha/))batches/(?P<id>[a-z0-9_-]+)(?![\w/…-]|\.\w)",
    re.ASCII,
)
#: "20 batches/hour" names no job.
_UNITS = frozenset({"s", "sec", "second", "min", "minute", "h", "hour", "day", "week", "run", "group", "wave"})
_FILE = re.compile(r"(?:https?://[^\s\"'`<>|,;)]{0,300}/)?\bfiles/[a-z0-9][a-z0-9_-]*(?![\w/]|\.\w)", re.ASCII)
_NUMBERED = re.compile(
    r"(?<![a-z])batch(?:(?P<many>es)?)[ _#:.-]{0,4}0*(?P<first>[1-9][0-9]{0,5})(?![0-9]|-[0-9]{2}-[0-9]{2})"
    r"(?:(?:[-–—]|\s+(?:to|through)\s+|(?(many)\s*[-–—]\s*|(?!)))0*(?P<last>[1-9][0-9]{0,5})(?![0-9]))?",  # noqa: RUF001 - people write dashes
    re.IGNORECASE,
)
_DIGITS = 12


def job_names(text: str) -> list[str]:
    """Return the provider's job names in a text (`batches/…`), in order, each once."""
    found = (match for match in _JOB.finditer(text) if match["id"] not in _UNITS)
    return list(dict.fromkeys(match[0] for match in found))


def file_uris(text: str) -> list[str]:
    """Return the names or addresses of uploaded files in a text (`files/…`), in order, each once."""
    return list(dict.fromkeys(match[0] for match in _FILE.finditer(text)))


def whole_number(value: object) -> int | None:
    """Return a count, also one written as text or with a fraction of zero; None for anything else or below 0."""
    if isinstance(value, str):
        text = value.strip()
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_DIGITS
    return value if usable else None  # type: ignore[return-value] # it is an int here


def batch_number(value: object) -> int | None:
    """Return the number of a batch, from a number, its digits or a name with one in it; None for anything else."""
    number = whole_number(value)
    if number is None and isinstance(value, str):
        return number_in_name(value)
    return number if number is not None and 1 <= number <= HIGHEST else None


def number_in_name(name: str) -> int | None:
    """Return the one batch number that a name or a line holds (`refinement_batch_001`); None for several."""
    runs = set(numbers_in(name))
    first, last = runs.pop() if len(runs) == 1 else (0, 1)
    return first if first == last else None


def numbers_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield the batch numbers of a text as runs, `Batches 36-50` as (36, 50) and `batch_007` as (7, 7)."""
    for match in _NUMBERED.finditer(text):
        first = int(match["first"])
        last = int(match["last"]) if match["last"] else first
        yield (first, last) if last >= first else (first, first)


def places_of_numbers(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each run of batch numbers stands in the text: its place, its first and its last number."""
    for match in _NUMBERED.finditer(text):
        first = int(match["first"])
        yield match.start(), first, max(first, int(match["last"] or first))


def places_of_jobs(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each job name stands in the text, and the name."""
    return ((match.start(), match[0]) for match in _JOB.finditer(text) if match["id"] not in _UNITS)
