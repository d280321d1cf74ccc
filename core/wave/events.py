"""What can happen to a wave, in the past tense."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec

from core.batch.events import Estimate  # noqa: TC001 - the same


class PlannedSource(msgspec.Struct, frozen=True, gc=False):
    """One staged file as the plan saw it.

    `key` starts every pair id of the source; `path` is relative to the inbox; `claimed` is the file's own
    `total_pairs`, None where it makes no claim; `found` the pairs it holds, of which `planned` are in batches;
    the rest is left out for the reason in `excluded`.
    """

    key: str
    path: str
    sha256: str
    session: int | None
    indicator: str
    category: str | None
    claimed: int | None
    found: int
    planned: int
    excluded: str | None


class Decision(msgspec.Struct, frozen=True, gc=False):
    """One choice the plan made: about what, what was done, and why."""

    subject: str
    action: str
    reason: str


class PlanSettings(msgspec.Struct, frozen=True, gc=False):
    """The knobs the plan was made with; the same sources and knobs give the same plan."""

    strategy: str
    batch_size: int
    low_count: str
    low_count_below: int
    first_number: int | None


class WavePlanned(msgspec.Struct, frozen=True, gc=False):
    """A plan that carries every pair of its sources or says why not.

    `inbox` is the folder the sources' paths are relative to, itself relative to the workspace where it lies
    inside; `extract_path` names the wave's input of record, relative to the workspace; `fingerprint` is the
    sha256 over everything that the plan was made from, so that planning again can be told from a new plan.
    """

    wave: int
    revision: int
    inbox: str
    sources: tuple[PlannedSource, ...]
    batches: tuple[int, ...]
    settings: PlanSettings
    decisions: tuple[Decision, ...]
    extract_path: str
    extract_sha256: str
    model: str
    prompt_path: str
    prompt_sha256: str
    prices_dated: str
    estimate: Estimate
    fingerprint: str
    at: datetime


WaveEvent = WavePlanned
