"""One object of a job list, whatever its keys are called: its batch, its jobs, its upload, its state and time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from core.adoption.names import batch_number, file_uris, job_names, number_in_name, whole_number

if TYPE_CHECKING:
    from collections.abc import Sequence

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORD = re.compile(r"[^a-z0-9#]+")
_NUMBER_KEY = re.compile(r"(?:\w+_)?batch_?(?:number|num|no|nr|id|#)")
_RESULT_KEY = re.compile(r"result|output|dest|response|_log|error")
_STATE_KEY = re.compile(r"(?:\w+_)?(?:state|status)")
_TIME_KEY = re.compile(r"(?:\w+_)?(?:time|date|timestamp|at)|(?:created|submitted|started)(?:_\w+)?")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII)
_NAME_KEY = re.compile(
    r"(?:\w+_)?(?:display_?name|title|label)|name|batch_name|batch_id|batch|file_name|file|file_path"
)
_BEGUN = ("creat", "submi", "start")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What the members of one object say by themselves; `numbers` holds more than one where they disagree.

    `named` is the number in its names, for an object that gives no number as such.
    """

    numbers: tuple[int, ...]
    named: int | None
    jobs: tuple[str, ...]
    file_uris: tuple[str, ...]
    state: str | None
    display_name: str | None
    time: str | None


def read_entry(members: Sequence[tuple[str, object]], above: str) -> Entry:
    """Return what an object says; `above` is the key it stands under (a `number` under `batch` is a batch's)."""
    fields = [(normal(name), value) for name, value in members]
    texts = [(name, value) for name, value in fields if isinstance(value, str)]
    within = normal(above) == "batch"
    keyed = (
        v for n, v in fields if _NUMBER_KEY.fullmatch(n) or n == "batch" or (within and n in {"number", "id"})
    )
    numbers = (batch_number(value) for value in keyed if not (isinstance(value, str) and job_names(value)))
    names = [value for name, value in texts if _NAME_KEY.fullmatch(name) and not job_names(value)]
    times = [(name, value) for name, value in texts if _TIME_KEY.fullmatch(name) and _TIME.search(value)]
    begun = [each for each in times if each[0].startswith(_BEGUN)] or times
    return Entry(
        numbers=tuple(dict.fromkeys(number for number in numbers if number is not None)),
        named=_one([number for number in map(number_in_name, names) if number is not None]),
        jobs=tuple(dict.fromkeys(job for _, value in texts if is_name(value) for job in job_names(value))),
        file_uris=tuple(
            dict.fromkeys(
                uri
                for name, value in texts
                if is_name(value) and not _RESULT_KEY.search(name)
                for uri in file_uris(value)
            )
        ),
        state=next((value for name, value in texts if _STATE_KEY.fullmatch(name) and value), None),
        display_name=_display(texts),
        time=begun[0][1] if begun else None,
    )


def normal(key: str) -> str:
    """Return a key as words with `_` between: `batchNumber`, `Batch Number` and `batch-number` are the same."""
    return _NO_WORD.sub("_", _HUMP.sub("_", key).lower()).strip("_")


def number_as_key(key: str) -> int | None:
    """Return the batch that a key stands for: `17` or `batch_017`, but not `batch_017_note`."""
    number = whole_number(key)
    if number is None and re.fullmatch(r"\W*(?:[a-z]+[ _-])?batch[ _#-]*\d+\W*", key, re.IGNORECASE):
        return number_in_name(key)
    return batch_number(number)


def time_in(text: str) -> str | None:
    """Return the first date or time in a text, as it stands there."""
    found = _TIME.search(text)
    return found[0] if found else None


def is_name(text: str) -> bool:
    """Whether a value is one word, a name or an address, and not a sentence that has one in it."""
    return not any(char.isspace() for char in text.strip())


def _display(texts: list[tuple[str, str]]) -> str | None:
    for wanted in ("display_name", "displayname"):
        for name, value in texts:
            if name.endswith(wanted):
                return value
    return None


def _one(numbers: list[int]) -> int | None:
    return numbers[0] if len(set(numbers)) == 1 else None
