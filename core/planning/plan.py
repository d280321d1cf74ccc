"""The plan of a wave: every pair that was found is in exactly one batch or left out for a stated reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.parts import Estimate  # noqa: TC001 - msgspec reads the annotations at run time
from core.errors import RefusedError
from core.pairs import PairRange, count
from core.planning.content import RuleFound  # noqa: TC001 - the same
from core.planning.ranges import take, without
from core.wave.events import Decision, PlannedSource, PlanSettings  # noqa: TC001 - the same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.events import BatchPlanned
    from core.wave.events import LeftOut


class PlannedBatch(msgspec.Struct, frozen=True):
    """One batch of the plan: `requests` is how many lines its file will have.

    `most_output_tokens` are expected of its fullest request, `most_output_percent` of what the model gives at
    most.
    """

    number: int
    title: str
    ranges: tuple[PairRange, ...]
    requests: int
    estimate: Estimate
    most_output_tokens: int = 0
    most_output_percent: int = 0

    @property
    def pairs(self) -> int:
        """How many pairs the batch carries."""
        return count(self.ranges)


class Plan(msgspec.Struct, frozen=True):
    """A proposed wave. It cannot be built when a pair is lost, planned twice or left out without a reason.

    `sources` and `batches` are in the wave's order. `hours` is the expected time to the last result; `fingerprint`
    the sha256 over what the plan was made from (sources' paths and hashes, settings, wave, prompt, model, content
    rules). `content` sums up what these rules saw in the sources that are sent. Building one that does not balance
    raises RefusedError.
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
    content: tuple[RuleFound, ...] = ()

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


def rest_of(source: PlannedSource) -> list[tuple[PairRange, str]]:
    """Return the pairs of a source that are in no batch, each once, as runs in order, each with the reason."""
    ruled = [(run, f"{each.rule}: {each.reason}") for each in source.left_out for run in _runs(source, each)]
    if source.excluded:
        others = without(PairRange(source.key, 1, source.found), ((run.first, run.last) for run, _ in ruled))
        ruled += [(run, source.excluded) for run in take(others, source.planned, source.found)]
    return sorted(ruled, key=lambda each: each[0].first)


def _runs(source: PlannedSource, left_out: LeftOut) -> list[PairRange]:
    return [PairRange(source.key, first, last) for first, last in left_out.runs]


def _check_source(source: PlannedSource, runs: list[PairRange]) -> None:
    """Pairs planned must be different ones, of the file, and as many as the source says; the rest has a reason."""
    ruled = [run for each in source.left_out if each.rule and each.reason for run in _runs(source, each)]
    reached = 0
    for run in sorted([*runs, *ruled], key=lambda run: run.first):
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
    silent = source.found - source.planned - count(ruled)
    if (silent or source.found == 0) and not source.excluded:
        raise RefusedError(
            f"{source.path} cannot be planned: {silent} of its {source.found} pairs would be left out without a "
            "reason"
        )
