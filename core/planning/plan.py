"""The plan of a wave: every pair that was found is in exactly one batch or left out for a stated reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.events import Estimate  # noqa: TC001 - msgspec reads the annotations at run time
from core.errors import RefusedError
from core.pairs import PairRange, count
from core.wave.events import Decision, PlannedSource, PlanSettings  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.events import BatchPlanned


class PlannedBatch(msgspec.Struct, frozen=True):
    """One batch of the plan: `requests` is how many lines its file will have."""

    number: int
    title: str
    ranges: tuple[PairRange, ...]
    requests: int
    estimate: Estimate

    @property
    def pairs(self) -> int:
        """How many pairs the batch carries."""
        return count(self.ranges)


class Plan(msgspec.Struct, frozen=True):
    """A proposed wave. It cannot be built when a pair is lost, planned twice or left out without a reason.

    `sources` and `batches` are in the wave's order. `hours` is the expected time to the last result;
    `fingerprint` the sha256 over what the plan was made from (sources' paths and hashes, settings, wave, prompt,
    model). Building one that does not balance raises RefusedError.
    """

    wave: int
    revision: int
    inbox: str
    sources: tuple[PlannedSource, ...]
    batches: tuple[PlannedBatch, ...]
    settings: PlanSettings
    decisions: tuple[Decision, ...]
    model: str
    prompt_sha256: str
    prices_dated: str
    estimate: Estimate
    hours: int
    fingerprint: str

    def __post_init__(self) -> None:
        """Balance the books."""
        check_balance(self.wave, self.sources, self.batches)

    @property
    def found(self) -> int:
        """How many pairs the sources hold."""
        return sum(source.found for source in self.sources)

    @property
    def planned(self) -> int:
        """How many pairs are in batches."""
        return sum(source.planned for source in self.sources)


def check_balance(
    wave: int, sources: Sequence[PlannedSource], batches: Sequence[PlannedBatch | BatchPlanned]
) -> None:
    """Raise RefusedError unless the batches hold what the sources say is planned, and the rest has its reason."""
    runs: dict[str, list[PairRange]] = {source.key: [] for source in sources}
    if len(runs) != len(sources):
        raise RefusedError(f"wave {wave} cannot be planned: two sources have the same key")
    if len({batch.number for batch in batches}) != len(batches):
        raise RefusedError(f"wave {wave} cannot be planned: two batches have the same number")
    for batch in batches:
        for run in batch.ranges:
            if run.source not in runs:
                raise RefusedError(
                    f"batch {batch.number} cannot be planned: it has pairs of no source, {run.source}"
                )
            runs[run.source].append(run)
    for source in sources:
        _check_source(source, runs[source.key])


def _check_source(source: PlannedSource, runs: list[PairRange]) -> None:
    """Pairs planned must be different ones, of the file, and as many as the source says; the rest has a reason."""
    reached = 0
    for run in sorted(runs, key=lambda run: run.first):
        if run.first <= reached or run.last < run.first or run.last > source.found:
            raise RefusedError(
                f"{source.path} cannot be planned: pairs {run.first} to {run.last} are twice in the plan or not "
                f"in the file, which holds {source.found}"
            )
        reached = run.last
    if count(runs) != source.planned:
        raise RefusedError(
            f"{source.path} cannot be planned: {source.planned} pairs should be in batches and {count(runs)} are"
        )
    if (source.planned < source.found or source.found == 0) and not source.excluded:
        raise RefusedError(
            f"{source.path} cannot be planned: {source.found - source.planned} of its {source.found} pairs would "
            "be left out without a reason"
        )
