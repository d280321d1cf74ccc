"""Jobs and uploads as the lists of an older process claim them, and where these claims contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.adoption.findings import Finding  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.forms import FormClaim  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class JobClaim(msgspec.Struct, frozen=True, gc=False):
    """One place in a list that names a job, or an upload that no job was created for (`job` is None).

    All but `source` (the list) and `place` (a line, or a place in JSON) is None where the place does not say it.
    State and time are as they stand there.
    """

    number: int | None
    job: str | None
    file_uri: str | None
    state: str | None
    display_name: str | None
    time: str | None
    source: str
    place: str

    def __str__(self) -> str:
        """Return who says what: `jobs.json (batches[3]) says batch 4 is batches/abc`."""
        batch = "a batch without a number" if self.number is None else f"batch {self.number}"
        what = f"is {self.job}" if self.job else f"was uploaded as {self.file_uri} and has no job"
        return f"{self.source} ({self.place}) says {batch} {what}"


class JobList(msgspec.Struct, frozen=True):
    """One list: the claims found in it, in its order, what it says of wrong forms, and what is odd about it."""

    source: str
    sha256: str
    size: int
    claims: tuple[JobClaim, ...]
    forms: tuple[FormClaim, ...]
    findings: tuple[Finding, ...]


class Conflict(msgspec.Struct, frozen=True):
    """Claims that cannot all be right, for the provider or an operator to settle.

    `two-jobs`: one batch (`numbers` holds it alone) has several `jobs`; `two-batches`: one job, several `numbers`.
    """

    code: str
    numbers: tuple[int, ...]
    jobs: tuple[str, ...]
    claims: tuple[JobClaim, ...]

    def __str__(self) -> str:
        """Return the conflict as one sentence that says who claims what, and what to do."""
        what = (
            f"batch {self.numbers[0]} has {len(self.jobs)} jobs"
            if self.code == TWO_JOBS
            else f"{self.jobs[0]} belongs to {len(self.numbers)} batches"
        )
        return f"{what}: {'; '.join(map(str, self.claims))}; ask the provider, or settle it"


TWO_JOBS = "two-jobs"
TWO_BATCHES = "two-batches"


def conflicts(claims: Iterable[JobClaim]) -> tuple[Conflict, ...]:
    """Return the contradictions between claims: first batches with several jobs by number, then jobs by name.

    Claims that agree are no conflict, however many they are; neither are uploads without a job.
    """
    of_batch: dict[int, list[JobClaim]] = {}
    of_job: dict[str, list[JobClaim]] = {}
    for claim in claims:
        if claim.number is not None and claim.job is not None:
            of_batch.setdefault(claim.number, []).append(claim)
            of_job.setdefault(claim.job, []).append(claim)
    found = (
        *(_conflict(TWO_JOBS, of_batch[number]) for number in sorted(of_batch)),
        *(_conflict(TWO_BATCHES, of_job[job]) for job in sorted(of_job)),
    )
    return tuple(each for each in found if len(each.jobs if each.code == TWO_JOBS else each.numbers) > 1)


def _conflict(code: str, claims: list[JobClaim]) -> Conflict:
    numbers = sorted({claim.number for claim in claims if claim.number is not None})
    jobs = dict.fromkeys(claim.job for claim in claims if claim.job is not None)
    return Conflict(code, tuple(numbers), tuple(jobs), tuple(claims))


def jobs_by_batch(claims: Iterable[JobClaim]) -> dict[int, tuple[str, ...]]:
    """Return the jobs claimed for each batch, each once, in the order of the claims."""
    found: dict[int, dict[str, None]] = {}
    for claim in claims:
        if claim.number is not None and claim.job is not None:
            found.setdefault(claim.number, {})[claim.job] = None
    return {number: tuple(jobs) for number, jobs in sorted(found.items())}


def uploads_without_job(claims: Iterable[JobClaim]) -> dict[int, tuple[str, ...]]:
    """Return the file URIs of batches that are claimed to be uploaded, and for which nobody claims a job."""
    claims = tuple(claims)
    with_job = jobs_by_batch(claims)
    found: dict[int, dict[str, None]] = {}
    for claim in _uploads(claims):
        if claim.number is not None and claim.number not in with_job and claim.file_uri is not None:
            found.setdefault(claim.number, {})[claim.file_uri] = None
    return {number: tuple(uris) for number, uris in sorted(found.items())}


def _uploads(claims: Iterable[JobClaim]) -> Iterator[JobClaim]:
    return (claim for claim in claims if claim.job is None)
