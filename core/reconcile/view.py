"""What the ledger knows of jobs: every batch, and every job and display name that was ever on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.adopted_events import JobAdopted
from core.batch.events import BatchSubmitted, DoubleFound, SubmissionStarted
from core.batch.folding import evolve
from core.batch.state import Batch
from core.ledger.streams import batch_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from core.ledger.recorded import Recorded


class View(msgspec.Struct, frozen=True):
    """All batches by number; the batch of each job's name, and of each display name that an attempt was given."""

    batches: dict[int, Batch]
    jobs: dict[str, int]
    names: dict[str, int]

    def adopted(self) -> Iterator[Batch]:
        """Yield the batches of older processes, by number."""
        return (batch for _, batch in sorted(self.batches.items()) if batch.adoption is not None)


def view_of(events: Iterable[Recorded]) -> View:
    """Fold a whole ledger; memory grows with its batches, not with its events."""
    view = View({}, {}, {})
    for recorded in events:
        number = batch_number(recorded.stream)
        if number is None:
            continue
        batch = view.batches.get(number) or Batch(number=number)
        view.batches[number] = evolve(batch, recorded.event)
        match recorded.event:
            case BatchSubmitted(job_name=name) | DoubleFound(job_name=name) | JobAdopted(job_name=name):
                view.jobs[name] = number
            case SubmissionStarted(display_name=name):
                view.names[name] = number
            case _:
                pass
    return view
