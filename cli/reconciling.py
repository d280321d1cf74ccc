"""Reconciling the ledger with the provider, as a person asks for it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.process import this_process
from cli.compose import SystemChance
from cli.keeping import Keeper
from cli.supplies import WorkspaceSupplies
from core.engine.books import Books
from core.engine.reconcile import Reconciliation, reconcile
from core.engine.workshop import Workshop
from core.planning.models import models_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened
    from core.engine.reconcile import Wishes

#: Seconds: long enough for a few hundred results; the lease of a process that dies is free at once.
LEASE = 3_600.0


def reconcile_ledger(opened: Opened, wishes: Wishes) -> Reconciliation:
    """Look through all that the provider has, and act on it unless that is a dry run.

    Raises LeaseHeldError when a daemon drives the ledger and something is to be recorded: it reconciles by itself.
    """
    refusals: list[str] = []
    with _lease(opened, needed=not wishes.dry_run) as keeper:
        books = Books(
            opened.database.store,
            opened.context("reconcile").actor,
            refused=lambda refusal: refusals.append(str(refusal)),
            fence=keeper.fence,
            models=models_with(opened.settings.models),
        )
        books.refresh()
        shop = Workshop(
            books=books,
            provider=opened.provider(),
            files=opened.files,
            clock=opened.clock,
            chance=SystemChance(),
            policy=opened.policy(),
            supplies=WorkspaceSupplies(opened),
            stopping=lambda: False,
            may_spend=keeper.holds,
        )
        found = reconcile(shop, wishes)
        if not wishes.dry_run:
            opened.catch_up()
    return Reconciliation(
        listed=found.listed,
        trusted=found.trusted,
        judgements=found.judgements,
        calls=found.calls,
        recorded=found.recorded,
        downloaded=found.downloaded,
        cancelled=found.cancelled,
        troubles=(*found.troubles, *refusals),
    )


@contextmanager
def _lease(opened: Opened, *, needed: bool) -> Iterator[Keeper]:
    holder = this_process("reconcile", opened.clock.now())
    keeper = Keeper(opened.database.lease, opened.clock, holder, seconds=LEASE, shared=False)
    if not needed:
        yield keeper
        return
    keeper.take()
    try:
        yield keeper
    finally:
        keeper.give_back()
