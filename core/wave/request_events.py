"""What can happen to what a wave lacks: pairs are asked for again, and a staged file brings them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec


class RequestDocument(msgspec.Struct, frozen=True, gc=False):
    """A file that asks for pairs: its path in the workspace, and the sha256 of its bytes."""

    path: str
    sha256: str


class RegenerationRequested(msgspec.Struct, frozen=True, gc=False):
    """Pairs of an empty or low source were asked for again.

    `request` names it; of one name the last request counts. `source` and `source_sha256` are the file that has too
    few; it holds `have` usable pairs, and `want` are wanted. `documents` were laid out before this was recorded.
    """

    request: str
    indicator: str
    session: int | None
    category: str | None
    have: int
    want: int
    priority: str
    source: str
    source_sha256: str
    documents: tuple[RequestDocument, ...]
    at: datetime


class RequestFulfilled(msgspec.Struct, frozen=True, gc=False):
    """A staged file satisfies a request of this wave.

    `path` is relative to the workspace where it lies inside, `sha256` that of the whole file, `pairs` are those of
    it that can be used.
    """

    request: str
    path: str
    sha256: str
    pairs: int
    at: datetime


RequestEvent = RegenerationRequested | RequestFulfilled
