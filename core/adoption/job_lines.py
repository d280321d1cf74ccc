"""One line of words that names jobs or uploads, and the batch that it names with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.adoption.job_claims import JobClaim
from core.adoption.job_entries import time_in
from core.adoption.names import file_uris, places_of_jobs, places_of_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEADING = re.compile(r"[\s>*`#|(\[-]*0*(?P<number>[1-9][0-9]{0,5})[\s:,;|)\]=>*`–—-]*batches/")  # noqa: RUF001 - people write dashes
_STATE = re.compile(
    r"\b(?:(?:JOB|BATCH)_STATE_[A-Z_]+|[A-Z]+_UPLOADED|UPLOADED|QUEUED|PENDING|RUNNING|PROCESSING|SUCCEEDED|SUCCESS"
    r"|COMPLETED|FAILED|CANCELL?ED|EXPIRED|DONE|GONE|LOST)\b"
)


def claims_in_line(text: str, source: str, place: str, number: int | None = None) -> tuple[list[JobClaim], bool]:
    """Return what a line claims, and whether it is unclear which batch it speaks of.

    `number` is the batch that the line stands under, which counts where it names none itself.
    """
    jobs = list(places_of_jobs(text))
    uris = file_uris(text)
    if not jobs and not uris:
        return [], False
    state, time = _STATE.search(text), time_in(text)
    common = (state[0] if state else None, None, time, source, place)
    numbers = _numbers(text, [at for at, _ in jobs], number)
    if not jobs:
        batch, unclear = _single(text, number)
        return [JobClaim(batch, None, uri, *common) for uri in uris], unclear
    uri = uris[0] if len(uris) == 1 else None
    claims = [JobClaim(batch, job, uri, *common) for (_, job), (batch, _) in zip(jobs, numbers, strict=True)]
    return list(dict.fromkeys(claims)), any(unclear for _, unclear in numbers)


def _single(text: str, number: int | None) -> tuple[int | None, bool]:
    runs = {(first, last) for _, first, last in places_of_numbers(text)}
    if not runs:
        return number, False
    first, last = runs.pop() if len(runs) == 1 else (0, 1)
    return (first, False) if first == last else (None, True)


def _numbers(text: str, jobs: list[int], number: int | None) -> list[tuple[int | None, bool]]:
    """Return the batch of each job: the only one of the line, or the one before it where each job has its own."""
    runs = list(places_of_numbers(text))
    if len({run[1:] for run in runs}) < 2:  # noqa: PLR2004 - one batch, or none
        batch, unclear = _single(text, number)
        leading = _LEADING.match(text) if not runs and number is None else None
        return [(int(leading["number"]) if leading else batch, unclear)] * len(jobs)
    return list(_each_its_own(runs, jobs))


def _each_its_own(runs: list[tuple[int, int, int]], jobs: list[int]) -> Iterator[tuple[int | None, bool]]:
    marks = sorted([(at, True) for at, _, _ in runs] + [(at, False) for at in jobs])
    alternate = all(is_number == (index % 2 == 0) for index, (_, is_number) in enumerate(marks))
    for index in range(len(jobs)):
        single = alternate and len(runs) == len(jobs) and runs[index][1] == runs[index][2]
        yield (runs[index][1], False) if single else (None, True)
