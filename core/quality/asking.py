"""What was asked for again over all waves: requests that are open, and those that a staged file fulfilled."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time
from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import slug
from core.quality.requests import Priority, RegenerationRequest
from core.wave.request_events import RegenerationRequested, RequestDocument, RequestFulfilled

if TYPE_CHECKING:
    from collections.abc import Iterable


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A request that was made, its documents, when, and the file that fulfilled it (None: it is open)."""

    request: RegenerationRequest
    documents: tuple[RequestDocument, ...]
    at: datetime
    fulfilled: RequestFulfilled | None = None


class Asking(msgspec.Struct, frozen=True):
    """All requests, in the order in which they were made; no two open ones share a name."""

    open: tuple[Asked, ...] = ()
    fulfilled: tuple[Asked, ...] = ()

    def about(self) -> frozenset[str]:
        """Return the sha256s of all sources that were asked for again."""
        return frozenset(each.request.sha256 for each in (*self.open, *self.fulfilled))


def asking_of(events: Iterable[tuple[int, object]]) -> Asking:
    """Fold the events of all waves, each with its wave's number and in the order of the ledger.

    A request takes the place of an open one of the same name, whichever wave made that: it asks for the same
    pairs, and its documents stand where those stood. A fulfilment closes the request of its name.
    """
    pending: dict[str, Asked] = {}
    done: list[Asked] = []
    for wave, event in events:
        if isinstance(event, RegenerationRequested):
            pending.pop(event.request, None)
            pending[event.request] = Asked(_request(wave, event), event.documents, event.at)
        elif isinstance(event, RequestFulfilled) and event.request in pending:
            done.append(msgspec.structs.replace(pending.pop(event.request), fulfilled=event))
    return Asking(tuple(pending.values()), tuple(done))


def still_to_ask(asking: Asking, requests: Iterable[RegenerationRequest]) -> list[RegenerationRequest]:
    """Return the requests that were not made yet: about other bytes, or for another number of pairs.

    One that was fulfilled is not made again for the same bytes, whichever wave comes upon them, and none beside an
    open one for the same indicator and session.
    """
    made = {each.request.name: each.request for each in asking.open}
    taken = {_subject(request): name for name, request in made.items()}
    done = {(_subject(each.request), each.request.sha256) for each in asking.fulfilled}
    return [
        each
        for each in requests
        if (_subject(each), each.sha256) not in done
        and taken.get(_subject(each), each.name) == each.name
        and not _same(made.get(each.name), each)
    ]


def _subject(request: RegenerationRequest) -> tuple[str, int | None]:
    """Return what a request asks for, however it is spelt and whatever it is called."""
    return slug(request.indicator), request.session


def requested(
    request: RegenerationRequest, documents: Iterable[RequestDocument], *, at: datetime
) -> RegenerationRequested:
    """Return the event of a request whose documents were laid out."""
    return RegenerationRequested(
        request=request.name,
        indicator=request.indicator,
        session=request.session,
        category=request.category,
        have=request.have,
        want=request.want,
        priority=request.priority.value,
        source=request.path,
        source_sha256=request.sha256,
        documents=tuple(documents),
        at=at,
    )


def _request(wave: int, event: RegenerationRequested) -> RegenerationRequest:
    return RegenerationRequest(
        name=event.request,
        wave=wave,
        indicator=event.indicator,
        session=event.session,
        category=event.category,
        have=event.have,
        want=event.want,
        priority=Priority(event.priority),
        path=event.source,
        sha256=event.source_sha256,
    )


def _same(made: RegenerationRequest | None, request: RegenerationRequest) -> bool:
    """Whether a request was made already; which wave made it does not matter."""
    return made is not None and msgspec.structs.replace(made, wave=request.wave, path=request.path) == request
