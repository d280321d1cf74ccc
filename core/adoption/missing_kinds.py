"""Why pairs of an adopted batch are not home, as the kinds that a person may ask again for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.adoption import NEVER_SUBMITTED, WRONG_FORMAT
from core.batch.lifecycle import Status

if TYPE_CHECKING:
    from core.batch.state import Batch

LOST, INCOMPLETE = "lost", "incomplete"
#: In the order in which people are told.
KINDS = (LOST, NEVER_SUBMITTED, WRONG_FORMAT, INCOMPLETE)


def kind_of(batch: Batch) -> str | None:
    """Return why pairs of an adopted batch are missing; None where none is, or it is not known yet.

    Lost are those whose job is gone or ended without a result, incomplete those of a batch that came home short.
    """
    if batch.adoption is None or not batch.missing:
        return None
    if batch.status is Status.FAILED:
        return batch.cause if batch.cause in {NEVER_SUBMITTED, WRONG_FORMAT} else LOST
    return INCOMPLETE if batch.status is Status.DOWNLOADED else None
