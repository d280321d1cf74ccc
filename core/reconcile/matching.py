"""Whose job it is: by its name on record, by what it is called, by the file it was given, and by its time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from core.adoption.names import number_in_name
from core.provider import Job  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.provider import RemoteFile
    from core.reconcile.view import View

NAME, DISPLAY, INPUT, TIME, SETTLED = "name", "display name", "input file", "time", "a person's word"
#: A job that was created so near to the time that a list gives a batch's is likely to be meant by it.
NEAR = timedelta(minutes=2)
#: A display name as this program gives it to an attempt's job.
OUR_NAME = re.compile(r"w(?P<wave>\d+)-batch_(?P<batch>[jex]?\d+(?:r\d+)?)-a(?P<attempt>\d+)-[0-9a-f]{8}")


class Match(msgspec.Struct, frozen=True):
    """A job and the batch it is of, with the evidence; `others` are batches that lists claim it for wrongly."""

    job: Job
    number: int
    by: tuple[str, ...]
    others: tuple[int, ...] = ()


class Torn(msgspec.Struct, frozen=True):
    """A job that may be of several batches, by evidence of the same weight."""

    job: Job
    numbers: tuple[int, ...]
    by: tuple[str, ...]


class Matcher:
    """Finds the adopted batch of a job; built once from all that is known of the ledger's adopted batches."""

    def __init__(self, view: View, files: Mapping[str, RemoteFile] | None = None) -> None:
        """Lay out the claims of all adopted batches, beside the `files` that are still in the provider's store."""
        self._files = files or {}
        self._shas: dict[str, list[int]] = {}
        self._claimed: dict[str, list[int]] = {}
        self._settled: dict[str, int] = {}
        self._closed: set[int] = set()
        self._uploads: dict[str, list[int]] = {}
        self._times: dict[int, list[datetime]] = {}
        self._numbers: set[int] = set()
        for batch in view.adopted():
            adoption = batch.adoption
            if adoption is None:
                continue
            self._numbers.add(batch.number)
            if adoption.settled is not None:
                self._closed.add(batch.number)
                if adoption.settled.job_name:
                    self._settled[adoption.settled.job_name] = batch.number
                continue
            for name in adoption.jobs:
                self._claimed.setdefault(name, []).append(batch.number)
            for upload in adoption.uploads:
                self._uploads.setdefault(upload, []).append(batch.number)
            if adoption.file_sha256:
                self._shas.setdefault(adoption.file_sha256, []).append(batch.number)
            self._times[batch.number] = [at for at in (_moment(claim.time) for claim in adoption.claims) if at]

    def match(self, job: Job) -> Match | Torn | None:
        """Return the adopted batch of a job, all that it may be of, or None for a job of no adopted batch.

        A person's word goes first, then what the provider says (the job's display name and input file), then the
        lists. Time is evidence beside others, never alone.
        """
        if job.name in self._settled:
            return Match(job, self._settled[job.name], (SETTLED,))
        claimed = set(self._claimed.get(job.name, ()))
        by_input = self._by_input(job.input_file or "")
        display = number_in_name(job.display_name) if not OUR_NAME.fullmatch(job.display_name) else None
        by_display = {display} & self._numbers - self._closed if display is not None else set()
        said = (by_display & by_input) or by_display or by_input
        candidates = (said & claimed) or said or claimed
        if not candidates:
            return None
        evidence = [(NAME, claimed), (DISPLAY, by_display), (INPUT, by_input)]
        if len(candidates) > 1:
            timely = {number for number in candidates if self._near(job, number)}
            candidates = timely if len(timely) == 1 else candidates
        if len(candidates) > 1:
            return Torn(job, tuple(sorted(candidates)), tuple(word for word, numbers in evidence if numbers))
        number = next(iter(candidates))
        by = [word for word, numbers in evidence if number in numbers]
        by += [TIME] if self._near(job, number) else []
        return Match(job, number, tuple(by), tuple(sorted(claimed - {number})))

    def _by_input(self, name: str) -> set[int]:
        """Return the batches whose file a job was given: its bytes tell for certain, lists only claim it."""
        stored = self._files.get(name)
        same = self._shas.get(stored.sha256, ()) if stored is not None and stored.sha256 else ()
        return set(same or self._uploads.get(name, ()))

    def by_time(self, job: Job) -> tuple[int, ...]:
        """Return the batches whose claimed time is near to a job's: a hint for a person, and no more."""
        return tuple(number for number in sorted(self._times) if self._near(job, number))

    def _near(self, job: Job, number: int) -> bool:
        at = job.created_at
        return at is not None and any(abs(at - claimed) <= NEAR for claimed in self._times.get(number, ()))


def best_first(matches: Iterable[Match]) -> list[Match]:
    """Return matches of one batch, the one to keep first.

    A job with a result goes before one that can still bring one, and that before one that ended without; of equal
    ones the one that lists name, then the oldest.
    """
    return sorted(matches, key=_preference)


def _preference(match: Match) -> tuple[bool, bool, bool, bool, datetime | None, str]:
    job = match.job
    fruitless = job.state.value in {"FAILED", "CANCELLED", "EXPIRED"} and not job.has_output
    unnamed = not {NAME, SETTLED}.intersection(match.by)
    return fruitless, not job.has_output, unnamed, job.created_at is None, job.created_at, job.name


def _moment(text: str | None) -> datetime | None:
    """Return a claimed time that names an hour, as UTC where it names no zone; None for any other text."""
    if not text or len(text) <= len("2025-11-02"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
