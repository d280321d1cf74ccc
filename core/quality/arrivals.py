"""Staged files beside what was asked for again: which request each of them answers, or why it answers none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import slug
from core.quality.fulfilment import Match, matches, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.planning.inventory import SourceStock
    from core.quality.requests import RegenerationRequest


class Arrival(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A staged file: its usable `pairs`, and the request it is about (with the wave that made it), if any.

    It `answers` the request, or `words` say why not. One that is not `fit` is of no use to a plan: it is
    broken, or the same bytes stood before.
    """

    path: str
    sha256: str
    indicator: str
    pairs: int
    request: str | None
    wave: int | None
    answers: bool
    fit: bool
    words: str


def arrivals(
    requests: Sequence[RegenerationRequest],
    sources: Sequence[SourceStock],
    known: Mapping[str, str],
    left_out: Mapping[str, int],
) -> list[Arrival]:
    """Return one entry a file, by path: a file answers one request at most, and a request is answered once.

    `requests` are open, and no two share a name. `known` says by sha256 where the same bytes stood before (they
    answer nothing), `left_out` by path how many pairs of a file content rules leave out. Files of a request's own
    session go first.
    """
    waves = {request.name: request.wave for request in requests}
    assigned = _assigned(requests, sources, known, left_out)
    by_request = {match.request: match.path for match in assigned.values()}
    bytes_of = dict(known) | {match.sha256: match.path for match in assigned.values()}
    found = []
    for source in sorted(sources, key=lambda each: each.path):
        match = assigned.get(source.path)
        about, words = (
            (match.request, match.words)
            if match
            else _why_not(requests, source, bytes_of, by_request, left_out.get(source.path, 0))
        )
        found.append(
            Arrival(
                path=source.path,
                sha256=source.sha256,
                indicator=source.indicator,
                pairs=source.found - left_out.get(source.path, 0),
                request=about,
                wave=waves[about] if about else None,
                answers=match is not None,
                fit=match is not None or not (unusable(source) or source.sha256 in bytes_of),
                words=words,
            )
        )
    return found


def _assigned(
    requests: Sequence[RegenerationRequest],
    sources: Sequence[SourceStock],
    known: Mapping[str, str],
    left_out: Mapping[str, int],
) -> dict[str, Match]:
    """Return the satisfying matches by the file's path, each file and each request once."""
    waiting = {request.name: request for request in requests}
    taken = set(known)
    assigned: dict[str, Match] = {}
    while found := [each for each in matches(waiting.values(), sources, taken, left_out) if each.satisfies]:
        best = min(found, key=lambda each: not each.same_session)
        assigned[best.path] = best
        taken.add(best.sha256)
        del waiting[best.request]
    return assigned


def _why_not(
    requests: Sequence[RegenerationRequest],
    source: SourceStock,
    bytes_of: Mapping[str, str],
    by_request: Mapping[str, str],
    left_out: int,
) -> tuple[str | None, str]:
    """Return the request that a file is about, None for none, and why it does not answer it."""
    about = sorted(
        (request for request in requests if slug(request.indicator) == slug(source.indicator)),
        key=lambda request: request.session != source.session,
    )
    name = about[0].name if about else None
    if source.sha256 in bytes_of:
        return name, f"holds the same bytes as {bytes_of[source.sha256]}"
    if not about:
        return None, unusable(source) or "answers no request"
    if name is not None and name in by_request:
        return name, f"comes beside {by_request[name]}, which answers it"
    short = matches(about[:1], [source], (), {source.path: left_out})
    return name, short[0].words if short else unusable(source) or "holds the same bytes as the file asked about"
