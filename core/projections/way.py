"""The shape of one pair's way through one batch."""

from __future__ import annotations

import msgspec


class Attempt(msgspec.Struct, kw_only=True):
    """One try at running the batch; times are the ledger's text, `how` is created, found or settled.

    `outcome` is None while nothing is known of the job's end; `doubles` are other jobs found under its name.
    """

    attempt: int
    display_name: str
    started_at: str
    job_name: str | None = None
    how: str | None = None
    submitted_at: str | None = None
    outcome: str | None = None
    reason: str = ""
    ended_at: str | None = None
    downloaded_at: str | None = None
    doubles: list[str] = msgspec.field(default_factory=list)


class Passage(msgspec.Struct, kw_only=True):
    """A batch as one of its pairs sees it; `companions` are the pairs that its request carries, itself included.

    `verdict` is None until answers were read; `handed_to` is the number of the repair that took the pair over.
    `origin` is the tracking file of an adopted batch, and `original` the id that the pair came with.
    """

    batch: int
    label: str
    wave: int
    revision: int
    title: str
    model: str
    prompt_sha256: str
    planned_at: str
    file_path: str | None = None
    request: str | None = None
    companions: int = 0
    attempts: list[Attempt] = msgspec.field(default_factory=list)
    result_path: str | None = None
    refined_path: str | None = None
    read_at: str | None = None
    emulated: bool = False
    verdict: str | None = None
    reason: str = ""
    handed_to: int | None = None
    given_up_at: str | None = None
    withdrawn: bool = False
    origin: str | None = None
    original: str | None = None
