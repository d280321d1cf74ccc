"""One pair's way through a batch that an older process sent."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from core.batch import adopted_events as a
from core.batch.adopted_folding import MISSING, NOT_TAKEN
from core.batch.events import BatchFailed
from core.batch.numbers import label
from core.ledger.recorded import stamp
from core.pairs import carries, count
from core.projections.way import Attempt, Passage

if TYPE_CHECKING:
    from core.pairs import PairRange


def adopted(event: a.BatchAdopted, ordinal: int) -> Passage:
    """Return the way of the batch's pair of this place (from 1) as far as the batch is claimed."""
    return Passage(
        batch=event.number,
        label=label(event.number),
        wave=event.wave,
        revision=1,
        title=f"adopted batch {event.number}",
        model="",
        prompt_sha256="",
        planned_at=stamp(event.at),
        origin=event.origin,
        original=(event.originals[ordinal - 1] or None) if ordinal <= len(event.originals) else None,
    )


def learn(found: Passage, event: object, pair: PairRange) -> None:
    """Take in what was learnt of the batch since; `pair` is the run of that one pair."""
    match event:
        case a.AdoptedFileRead():
            _file_read(found, event, pair)
        case a.JobAdopted(job_name=job_name, display_name=name):
            began = stamp(event.created_at or event.at)
            attempt = Attempt(attempt=event.attempt, display_name=name, started_at=began)
            attempt.job_name, attempt.how, attempt.submitted_at = job_name, "adopted", began
            found.attempts.append(attempt)
            found.verdict, found.reason = None, ""
        case a.RefinedAdopted(path=path, ranges=ranges, at=at):
            found.refined_path, found.read_at = path, found.read_at or stamp(at)
            if carries(ranges, pair.source, pair.first):
                found.verdict, found.reason = "refined", ""
            elif found.verdict is None:
                found.verdict, found.reason = MISSING, NOT_TAKEN
        case BatchFailed(reason=reason):
            found.verdict, found.reason = MISSING, reason
        case _:
            pass


def _file_read(found: Passage, event: a.AdoptedFileRead, pair: PairRange) -> None:
    found.file_path = event.path
    for run, before in zip(event.ranges, accumulate(map(len, event.ranges), initial=0), strict=False):
        if carries((run,), pair.source, pair.first):
            found.original = event.originals[before + pair.first - run.first] or None
    held = [request for request in event.requests if carries(request.ranges, pair.source, pair.first)]
    found.request = held[0].key if held else None
    found.companions = count(held[0].ranges) if held else 0
