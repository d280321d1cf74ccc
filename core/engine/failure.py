"""The fact that a job brought nothing home, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch import commands as c
from core.batch.failures import worth_another_attempt
from core.batch.holds import Hold
from core.batch.steering import way_out

if TYPE_CHECKING:
    from core.batch.state import Batch
    from core.engine.workshop import Workshop


def failure(shop: Workshop, batch: Batch, cause: str, reason: str, code: int | None) -> c.RecordFailure:
    """Return the fact of a failure: another attempt if it is worth one and one is left, else what to do."""
    if batch.hold is Hold.CANCELLED:
        again, then = False, f"it was cancelled ({batch.hold_reason}); {way_out(batch.number, batch.hold)}"
    elif batch.adoption is not None:
        again, then = False, f"`batchmill replan --wave {batch.wave}` asks for its pairs again"
    elif not worth_another_attempt(cause, code):
        again, then = False, f"mend the cause, then run `batchmill retry {batch.label}`"
    elif batch.jobs < shop.policy.attempts:
        again, then = True, f"job {batch.jobs + 1} of at most {shop.policy.attempts} follows"
    else:
        again, then = False, f"its attempts are used up; run `batchmill retry {batch.label}` for another one"
    return c.RecordFailure(cause, f"{reason}; {then}", shop.now(), again)
