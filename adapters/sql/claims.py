"""Claims in PostgreSQL: a row a batch with the fence of the worker that looks after it, claimed past locked rows.

Claims are not durable: one that a crash of the server undid was followed by no event (an event's commit takes all
earlier ones to the disk), and what a worker does about a batch begins with one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, text

from adapters.fencing import lost
from adapters.sql.lease import HELD, bury, tenures
from adapters.sql.tables import lease as lease_table
from core.ports import Share

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from adapters.sql.access import Access
    from core.ports import Clock, Fence

#: Ten thousand rows come as a handful: one a worker, and one for the batches that nobody claims.
_CLAIMED = text("SELECT fence, array_agg(number) FROM claims GROUP BY fence")
_ADD = text(
    "INSERT INTO claims (number) SELECT unnest(CAST(:numbers AS bigint[])) AS number ORDER BY number "
    "ON CONFLICT DO NOTHING"
)
#: The conditions look at the row alone: after a wait PostgreSQL judges them again on its newest version.
_FORGET = text(
    "DELETE FROM claims WHERE number IN (SELECT number FROM claims WHERE number = ANY(:numbers) "
    "AND (fence IS NULL OR fence = ANY(:fences)) FOR UPDATE SKIP LOCKED)"
)
_GIVE_BACK = text("UPDATE claims SET fence = NULL WHERE number = ANY(:numbers) AND fence = :fence")
_CLAIM = text(
    "WITH free AS MATERIALIZED (SELECT number FROM claims WHERE number = ANY(:numbers) "
    "AND (fence IS NULL OR fence = ANY(:fences)) ORDER BY number LIMIT :most FOR UPDATE SKIP LOCKED) "
    "UPDATE claims SET fence = :fence FROM free WHERE claims.number = free.number RETURNING claims.number"
)


class SqlClaims:
    """Claims over the table `claims`; PostgreSQL alone, as shared leases are."""

    def __init__(self, access: Access, clock: Clock) -> None:
        """Remember where, and by whose clock leases run out."""
        self._access = access
        self._clock = clock

    def divide(self, fence: Fence, numbers: Collection[int]) -> Share:
        """Claim a fair share of the open batches `numbers`; see the port."""
        # In a commit of its own: nobody may claim a dead worker's batch while it could wake up and append.
        self._bury_the_dead(fence)
        with self._access.writing() as connection:
            if connection.execute(HELD, {"lease": fence.name, "fence": fence.number}).first() is None:
                raise lost(fence)
            claimed = {owner: set(theirs) for owner, theirs in connection.execute(_CLAIMED)}
            # After the claims: a fence that they name and that is not among these is gone for good.
            workers = sorted(connection.scalars(select(lease_table.c.number)))
            mine = _divide(connection, fence.number, set(numbers), claimed, workers)
        return Share(frozenset(mine), workers.index(fence.number), len(workers))

    def _bury_the_dead(self, fence: Fence) -> None:
        """Delete the leases of workers that no longer live, but never one's own."""
        with self._access.reading() as connection:
            found = tenures(connection)
        dead = [tenure for tenure in found if tenure.fence != fence and not tenure.lives(self._clock.now())]
        if dead:
            with self._access.writing() as connection:
                for tenure in dead:
                    bury(connection, tenure)


def _divide(
    connection: Connection, me: int, wanted: set[int], claimed: dict[int | None, set[int]], workers: list[int]
) -> set[int]:
    """Bring the rows of `claims` to this worker's fair share, writing only what changes; return what it holds."""
    gone = [owner for owner in claimed if owner is not None and owner not in workers]
    free = claimed.get(None, set()).union(*(claimed[owner] for owner in gone))
    own = claimed.get(me, set())
    known: set[int] = set().union(*claimed.values())
    most = -(-len(wanted) // len(workers))
    kept = sorted(own & wanted)
    # New rows first: only they may have to wait for another worker, and must not do so with rows in hand.
    if missing := wanted - known:
        connection.execute(_ADD, {"numbers": sorted(missing)})
    if closed := (own | free) - wanted:
        connection.execute(_FORGET, {"numbers": sorted(closed), "fences": [me, *gone]})
    if kept[most:]:
        connection.execute(_GIVE_BACK, {"numbers": kept[most:], "fence": me})
    kept = kept[:most]
    candidates = sorted((free & wanted) | missing)
    if not candidates or len(kept) == most:
        return set(kept)
    room = {"numbers": candidates, "fences": gone, "fence": me, "most": most - len(kept)}
    return {*kept, *connection.scalars(_CLAIM, room)}
