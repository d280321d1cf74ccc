"""How the engine paces itself: every wait, limit and width in one place."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - part of the public shape

import msgspec


class Policy(msgspec.Struct, frozen=True):
    """Times are seconds.

    `jobs_at_once` is the provider's limit of concurrent jobs (100 by its documentation), `chunk` how many batches
    are submitted or harvested between two commits and `workers` how many calls run side by side. After a 429
    without a delay of its own the wait doubles from `backoff_first` up to `backoff_most`. A job whose create call
    ended unclear is looked for once after each of `looks_after`; only when all looks found nothing may it be
    created again.

    `creates_a_minute` are created at most, in any minute and by all workers together, and only while the input
    tokens of a model's jobs under way stay within `enqueued_tokens` (by model; none: no limit). A submission whose
    end nobody could find out within `unsure_hours` is quarantined.

    A batch gets `attempts` by itself. A job that has not ended after `job_hours` (the provider expires it then) is
    cancelled and looked at once more; `warn_hours` before that a person is warned. A job counts as gone when the
    provider did not know it in `looks_for_a_job` polls running. All jobs of the provider are looked through before
    anything is sent and every `reconcile_every` (0: never).
    """

    poll_every: float = 30.0
    jobs_at_once: int = 100
    chunk: int = 20
    workers: int = 4
    page_size: int = 100
    creates_a_minute: int = 60
    enqueued_tokens: Mapping[str, int] = msgspec.field(default_factory=dict)
    unsure_hours: float = 12.0
    backoff_first: float = 30.0
    backoff_most: float = 900.0
    looks_after: tuple[float, ...] = (2.0, 20.0, 60.0)
    attempts: int = 3
    job_hours: float = 48.0
    warn_hours: float = 6.0
    looks_for_a_job: int = 3
    reconcile_every: float = 0.0
    repair_rounds: int = 2
    canary: int = 0
    canary_refined: float = 0.8
    usd_per_wave: float | None = None
    usd_in_all: float | None = None
    file_template: str = "batch_{number:03d}.jsonl"
    submissions_folder: str = "submissions"
    results_folder: str = "results"


def backoff(policy: Policy, tries: int, jitter: float) -> float:
    """Return the seconds to wait after the `tries`-th deferral in a row (from 1).

    Exponential with full jitter in its upper half: `jitter` in [0, 1) picks the place between half and all of
    `backoff_first * 2^(tries - 1)`, capped at `backoff_most`.
    """
    whole = min(policy.backoff_most, policy.backoff_first * 2.0 ** min(tries - 1, 30))
    return whole * (0.5 + jitter / 2)
