"""How many jobs may be created now: a rate, a number of jobs at once, and the tokens a model lets wait."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from core.engine.gate import is_let_through
from core.engine.steps import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.ports import Share

MINUTE = timedelta(minutes=1)


def admitted(shop: Workshop, share: Share | None = None, only: Collection[int] | None = None) -> list[Batch]:
    """Return the batches to submit now, by number: at most a chunk, none while a wait is on.

    A rate limit or an unreachable provider concerns the whole project, so one batch's wait holds all. Workers of
    a shared ledger divide the room between them; what they overlook of each other the provider answers with 429.
    With `only`, no others than those are sent. What waits for its wave's canaries is not admitted.
    """
    now, agenda = shop.now(), shop.books.agenda
    if held_until(shop) is not None:
        return []
    room = min(shop.policy.jobs_at_once - agenda.at_provider(), _rate_left(shop, now))
    most = min(_part(room, share, now), shop.policy.chunk)
    if most <= 0:
        return []
    let_through = is_let_through(shop)
    among = only if share is None else share.mine
    if let_through is None:
        due = agenda.due(Kind.SUBMIT, now, most=most, among=among)
    else:
        due = list(islice(filter(let_through, agenda.due(Kind.SUBMIT, now, among=among)), most))
    return list(_within_tokens(shop, [shop.books.get(number) for number in due]))


def held_until(shop: Workshop) -> datetime | None:
    """Return until when all submissions wait for one that was put off, None when none does."""
    last = shop.books.agenda.last_due(Kind.SUBMIT)
    return last if last is not None and last > shop.now() else None


def next_room(shop: Workshop) -> datetime | None:
    """Return when the rate leaves room for another job, None when it does already or nothing is to be sent."""
    if not shop.books.agenda.count(Kind.SUBMIT) or _rate_left(shop, shop.now()) > 0:
        return None
    first = shop.books.first_start(after=shop.now() - MINUTE)
    return first + MINUTE if first else None


def _rate_left(shop: Workshop, now: datetime) -> int:
    return shop.policy.creates_a_minute - shop.books.started_between(now - MINUTE, now)


def _part(room: int, share: Share | None, now: datetime) -> int:
    """Return a worker's part of the room; what cannot be divided goes to others each minute.

    If it always went to the first ones, a room smaller than the number of workers would never reach the last.
    """
    if share is None or room <= 0:
        return room
    whole, rest = divmod(room, share.workers)
    turn = (share.place + int(now.timestamp()) // 60) % share.workers
    return whole + (turn < rest)


def _within_tokens(shop: Workshop, batches: list[Batch]) -> Iterator[Batch]:
    """Yield batches up to the first whose tokens its model has no room for, so that none is overtaken for ever.

    One that is larger than the whole limit is let through: it is refused before it is sent.
    """
    added: dict[str, int] = {}
    for batch in batches:
        limit = shop.policy.enqueued_tokens.get(batch.model)
        tokens = added.get(batch.model, 0) + batch.input_tokens
        if limit is not None and batch.input_tokens <= limit < shop.books.agenda.tokens(batch.model) + tokens:
            return
        added[batch.model] = tokens
        yield batch
