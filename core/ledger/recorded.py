"""An event as the ledger holds it, with the envelope that says when, by whom and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from datetime import datetime


class Context(msgspec.Struct, frozen=True, gc=False):
    """Who appends and why.

    `actor` is person@machine or daemon@machine, `correlation` the id that all events of one command or of one
    attempt share, `causation` the fact or command that led to the event, in words.
    """

    actor: str
    correlation: str
    causation: str


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event about to be appended to `stream`, with the version it will have there (from 1)."""

    stream: str
    version: int
    event: Any
    context: Context


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """One row of the ledger, decoded.

    `position` orders the whole ledger, `version` the stream (from 1). `type` and `schema` are the stored names.
    `recorded_at` is fixed-width UTC text (`2026-11-02T12:00:00.000000Z`), so that text order is time order.
    """

    position: int
    stream: str
    version: int
    type: str
    schema: int
    event: Any
    recorded_at: str
    actor: str
    correlation: str
    causation: str


def stamp(moment: datetime) -> str:
    """Return an aware UTC time as the ledger's fixed-width text (microseconds, `Z`)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
