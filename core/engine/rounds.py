"""Reconciling by itself: before a daemon spends anything, and now and then while it runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.batch.numbers import label
from core.engine.reconcile import Wishes, reconcile
from core.errors import CredentialsError, ProviderError
from core.reconcile.judgement import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.engine.reconcile import Reconciliation
    from core.engine.workshop import Workshop
    from core.ports import Share

#: What a person is told of, once for each job: money may be spent twice, or only they know whose it is.
TOLD = {Outcome.DUPLICATE, Outcome.UNSETTLED}


class Rounds:
    """Remembers when the ledger was last reconciled, and what a person was told of."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        """Begin with a ledger that was not reconciled yet."""
        self._warn = warn
        self._done = False
        self._failed = 0
        self._next: datetime | None = None
        self._told: set[str] = set()

    def go(self, shop: Workshop) -> bool:
        """Reconcile if it is time, and return whether that was done; a provider that fails is tried again later.

        Raises CredentialsError when the provider does not accept the key.
        """
        now, every = shop.now(), shop.policy.reconcile_every
        if not every or not shop.books.position or (self._next is not None and now < self._next):
            return False
        try:
            found = reconcile(shop, Wishes(thorough=False))
        except ProviderError as error:
            self._fail(shop, error)
            return False
        self._done, self._failed, self._next = True, 0, now + timedelta(seconds=every)
        self._tell(found)
        return True

    def _fail(self, shop: Workshop, error: ProviderError) -> None:
        """Try again later, later each time; a person is told at first, and when sending no longer waits for it."""
        wait = shop.policy.poll_every * 2.0 ** min(self._failed, 6)
        self._next = shop.now() + timedelta(
            seconds=min(wait, max(shop.policy.backoff_most, shop.policy.poll_every))
        )
        if isinstance(error, CredentialsError):
            raise error
        self._failed += 1
        if self._failed == 1:
            self._warn(f"{error}; the provider's jobs are looked through again before anything is sent")
        elif self._failed == shop.policy.looks_for_a_job and not self._done:
            self._warn(
                f"{error}; {self._failed} times the provider's jobs could not be looked through, so sending "
                "goes on without; `batchmill reconcile` does it by hand"
            )

    def outstanding(self, shop: Workshop, share: Share | None) -> bool:
        """Whether nothing may be spent yet: a job that this ledger does not know of may be paid for already.

        A list that stays unreadable does not hold the work for ever; what a lost answer left behind is looked for
        by name in any case.
        """
        mine = share is None or share.place == 0
        hopeful = not self._done and self._failed < shop.policy.looks_for_a_job
        return bool(shop.policy.reconcile_every and mine and hopeful and shop.books.position)

    def next(self, shop: Workshop) -> datetime | None:
        """Return when to reconcile next, None when never."""
        return self._next if shop.policy.reconcile_every else None

    def _tell(self, found: Reconciliation) -> None:
        for each in found.judgements:
            name = each.job_name or ""
            if each.outcome in TOLD and name not in self._told:
                self._told.add(name)
                who = f"batch {label(each.number)}: " if each.number is not None else ""
                self._warn(f"{who}{each.sentence}; `batchmill reconcile` tells more")
        for trouble in found.troubles:
            self._warn(trouble)
