"""Asks the provider to stop the jobs of batches that a person cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch import commands as c
from core.engine.books import Entry
from core.engine.haul import Haul
from core.engine.poll import ENDED
from core.errors import CredentialsError, GoneError, ProviderError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.state import Batch
    from core.engine.workshop import Workshop


def cancel(shop: Workshop, batches: Sequence[Batch]) -> list[Haul]:
    """Ask for these batches' jobs to be stopped, record it in one commit, and return how each fared.

    Whether a job really stops, or ends well all the same, is seen when it is polled. Raises CredentialsError when
    the provider does not accept the key.
    """
    hauls = shop.side_by_side(lambda batch: _cancel(shop, batch), batches)
    shop.books.write([haul.entry for haul in hauls if haul.entry])
    for haul in hauls:
        if isinstance(haul.trouble, CredentialsError):
            raise haul.trouble
    return hauls


def _cancel(shop: Workshop, batch: Batch) -> Haul:
    name = batch.job_name or ""
    cause = f"the provider was asked to stop {name}"
    try:
        shop.provider.cancel(name)
    except (GoneError, RejectedError) as error:
        # It has ended or is not known: either way there is nothing to stop, and the next poll tells which.
        cause = f"the provider has nothing to stop: {error}"
    except ProviderError as error:
        if not _ended(shop, name):
            return Haul(batch.number, trouble=error)
        cause = f"{name} ended before the provider could be asked to stop it"
    return Haul(batch.number, entry=Entry(batch.number, (c.RecordCancelSent(name, shop.now()),), cause))


def _ended(shop: Workshop, name: str) -> bool:
    """Whether a job needs no stopping any more: its result must not wait for a call that fails again and again."""
    try:
        return shop.provider.get(name).state in ENDED
    except ProviderError:
        return False
