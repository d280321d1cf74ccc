"""Asking again: what a wave's empty and low sources lack, and which staged file brings it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from core.planning.inventory import DEFAULT_LOW_COUNT
from core.planning.naming import counted, slug
from core.planning.staged import ERROR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from core.planning.inventory import SourceStock
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


class Match(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A staged file of a request's indicator, whether it `satisfies` the request, and why (not), in words."""

    request: str
    path: str
    sha256: str
    found: int
    satisfies: bool
    words: str


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


def matches(
    requests: Iterable[RegenerationRequest], sources: Iterable[SourceStock], known: Collection[str] = frozenset()
) -> list[Match]:
    """Return for each request the staged file that satisfies it, or comes nearest to that; by the requests' order.

    A file is of a request's indicator when both have the same slug. It satisfies with other bytes than the
    request's own source and all files in `known` (sha256s), no error, and as many pairs as are wanted. Of several
    the one of the same session goes first, then the one with most pairs, then by path. A request without any other
    file of its indicator has no match.
    """
    by_slug: dict[str, list[SourceStock]] = {}
    for source in sources:
        if source.sha256 and source.sha256 not in known:
            by_slug.setdefault(slug(source.indicator), []).append(source)
    found = []
    for request in requests:
        others = [each for each in by_slug.get(slug(request.indicator), []) if each.sha256 != request.sha256]
        judged = [(_short_of(request, each), each) for each in others]
        if judged:
            fault, best = min(judged, key=lambda pair: _preference(request, *pair))
            found.append(_match(request, best, fault))
    return found


def _preference(request: RegenerationRequest, fault: str, source: SourceStock) -> tuple[bool, bool, int, str]:
    return bool(fault), source.session != request.session, -source.found, source.path


def _match(request: RegenerationRequest, source: SourceStock, fault: str) -> Match:
    return Match(
        request=request.name,
        path=source.path,
        sha256=source.sha256,
        found=source.found,
        satisfies=not fault,
        words=fault or f"holds {counted(source.found, 'pair')}, and {request.want} were wanted",
    )


def _short_of(request: RegenerationRequest, source: SourceStock) -> str:
    """Return what keeps a file from satisfying a request, "" if nothing does."""
    error = next((each for each in source.findings if each.severity == ERROR), None)
    if error is not None:
        return f"cannot be taken as it is: {error.sentence}"
    if source.found < request.want:
        return f"holds {counted(source.found, 'pair')} of the {request.want} wanted"
    return ""


def _name(source: PlannedSource) -> str:
    """Return a name that no other source of the wave has: its key without the wave, the session behind."""
    _, place, indicator = source.key.split("-", 2)
    return f"request_{indicator}_{place.removeprefix('s') if source.session is not None else place}"


def _priority(have: int) -> Priority:
    if not have:
        return Priority.HIGH
    return Priority.MEDIUM if have < CRITICAL_BELOW else Priority.LOW
