"""Asking again: what a wave's empty and low sources lack."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from core.planning.inventory import DEFAULT_LOW_COUNT
from core.planning.naming import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.wave.events import PlannedSource

#: Pairs that a source usually has, and that are wanted where no target says otherwise.
USUAL = 100

#: Fewer pairs than this are as good as none for a knowledge base.
CRITICAL_BELOW = 10


class Priority(StrEnum):
    """How badly pairs are wanted: there is none, there are next to none, or there are few."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class RegenerationRequest(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Pairs of one indicator that are wanted again.

    `name` is `request_<indicator>_<session>` in plain letters and names the request's files; `indicator` and
    `category` are as the source has them. `have` are the usable pairs of the source at `path`, whose bytes are
    `sha256`: those that content rules left out are no use.
    """

    name: str
    wave: int
    indicator: str
    session: int | None
    category: str | None
    have: int
    want: int
    priority: Priority
    path: str
    sha256: str


def requests_for(
    wave: int,
    sources: Iterable[PlannedSource],
    *,
    low_count_below: int = DEFAULT_LOW_COUNT,
    targets: Mapping[str, int] | None = None,
) -> list[RegenerationRequest]:
    """Return a request for each source that is empty or has fewer usable pairs than `low_count_below`.

    The most urgent come first, then by name. `targets` says by slug of the indicator how many pairs are wanted
    (default: as many as a source usually has). The same sources give the same requests, whatever their order.
    """
    wanted = targets or {}
    asked = []
    for source in sources:
        have = source.found - sum(map(len, source.left_out))
        if have and have >= low_count_below:
            continue
        asked.append(
            RegenerationRequest(
                name=_name(source),
                wave=wave,
                indicator=source.indicator,
                session=source.session,
                category=source.category,
                have=have,
                want=max(wanted.get(slug(source.indicator), USUAL), have + 1),
                priority=_priority(have),
                path=source.path,
                sha256=source.sha256,
            )
        )
    return sorted(asked, key=lambda request: (list(Priority).index(request.priority), request.name))


def _name(source: PlannedSource) -> str:
    """Return a name that no other source of the wave has: its key without the wave, the session behind."""
    _, place, indicator = source.key.split("-", 2)
    return f"request_{indicator}_{place.removeprefix('s') if source.session is not None else place}"


def _priority(have: int) -> Priority:
    if not have:
        return Priority.HIGH
    return Priority.MEDIUM if have < CRITICAL_BELOW else Priority.LOW
