"""Which staged file brings what was asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import counted, slug
from core.planning.staged import ERROR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from core.planning.inventory import SourceStock
    from core.quality.requests import RegenerationRequest


class Match(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A staged file of a request's indicator, whether it `satisfies` the request, and why (not), in words.

    `found` are the pairs of the file that can be used; `same_session` says whether it is of the request's session.
    """

    request: str
    path: str
    sha256: str
    found: int
    same_session: bool
    satisfies: bool
    words: str


def matches(
    requests: Iterable[RegenerationRequest],
    sources: Iterable[SourceStock],
    known: Collection[str] = frozenset(),
    left_out: Mapping[str, int] | None = None,
) -> list[Match]:
    """Return for each request the staged file that satisfies it, or comes nearest to that; by the requests' order.

    A file is of a request's indicator when both have the same slug. It satisfies with other bytes than the
    request's own source and all files in `known` (sha256s), no error, and as many pairs as are wanted; pairs that
    content rules leave out (`left_out`, by the file's path) do not count. Of several the one of the same session
    goes first, then the one with most pairs, then by path. A request without any other file of its indicator has
    no match.
    """
    out = left_out or {}
    by_slug: dict[str, list[SourceStock]] = {}
    for source in sources:
        if source.sha256 and source.sha256 not in known:
            by_slug.setdefault(slug(source.indicator), []).append(source)
    found = []
    for request in requests:
        others = [each for each in by_slug.get(slug(request.indicator), []) if each.sha256 != request.sha256]
        if others:
            judged = (_match(request, each, out.get(each.path, 0)) for each in others)
            found.append(min(judged, key=_preference))
    return found


def unusable(source: SourceStock) -> str:
    """Return what keeps a file from being taken at all, "" if nothing does."""
    error = next((each for each in source.findings if each.severity == ERROR), None)
    return f"cannot be taken as it is: {error.sentence}" if error else ""


def _preference(match: Match) -> tuple[bool, bool, int, str]:
    return not match.satisfies, not match.same_session, -match.found, match.path


def _match(request: RegenerationRequest, source: SourceStock, left_out: int) -> Match:
    usable = source.found - left_out
    fault = unusable(source) or _short_of(request, usable, left_out)
    return Match(
        request=request.name,
        path=source.path,
        sha256=source.sha256,
        found=usable,
        same_session=source.session == request.session,
        satisfies=not fault,
        words=fault or f"holds {counted(usable, 'pair')}, and {request.want} were wanted",
    )


def _short_of(request: RegenerationRequest, usable: int, left_out: int) -> str:
    """Return in what a file falls short of a request, "" if in nothing."""
    if usable >= request.want:
        return ""
    but = f", not counting {left_out} that content rules leave out" if left_out else ""
    return f"holds {counted(usable, 'pair')} of the {request.want} wanted{but}"
