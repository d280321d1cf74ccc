"""Who may drive a ledger, judged the same way in memory and in SQL, and the sentences for those who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.process import is_dead, with_article
from core.errors import LeaseHeldError, LeaseLostError
from core.ledger.recorded import stamp
from core.ports import Fence, Holder  # noqa: TC001 - msgspec reads a struct's annotations when it decodes one

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

#: The name of the lease that is held by one process alone.
DRIVER = "driver"


class Tenure(msgspec.Struct, frozen=True):
    """A lease on record: its fence, until when it was taken or renewed (the ledger's text), and who holds it."""

    fence: Fence
    expires_at: str
    holder: Holder

    def lives(self, now: datetime) -> bool:
        """Return whether the lease has not run out and its process is not known to be dead."""
        return self.expires_at > stamp(now) and not is_dead(self.holder)


def lease_name(holder: Holder, *, shared: bool) -> str:
    """Return the name of the lease that a holder asks for: all drivers want the same one, each worker its own."""
    return f"worker-{holder.token}" if shared else DRIVER


def refuse_beside(living: Iterable[Tenure], holder: Holder, *, shared: bool) -> None:
    """Raise LeaseHeldError that names who stands in the way: anybody, or for a worker the driver."""
    for tenure in living:
        other = tenure.holder
        if other.token != holder.token and not (shared and tenure.fence.name != DRIVER):
            raise LeaseHeldError(
                f"{with_article(other)} drives this ledger; stop it or let it finish, then try again"
            )


def lost(fence: Fence) -> LeaseLostError:
    """Return the error of a process whose lease is no longer on record."""
    return LeaseLostError(
        f"lease {fence.number} of this process ran out or was given back, and others may drive the ledger since; "
        "nothing was written under it, so start the command again if it is still needed"
    )
