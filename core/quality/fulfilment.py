"""Which staged file brings what was asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import counted, slug
from core.planning.staged import ERROR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from core.planning.inventory import SourceStock
    from core.quality.requests import RegenerationRequest


class Match(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A staged file of a request's indicator, whether it `satisfies` the request, and why (not), in words."""

    request: str
    path: str
    sha256: str
    found: int
    satisfies: bool
    words: str


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
