"""The statistics of an emulator: what it was asked, broke and billed, and how to ask a running one for them."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPException

import msgspec

from core.errors import BadInputError, UnavailableError

_PATIENCE = 30.0
"""Seconds to wait for the statistics; they make results that nobody has fetched yet."""


class Billed(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs that were worked on, wholly or in part, by display name, and the tokens of their answered rows."""

    jobs: dict[str, int]
    prompt_tokens: int
    answer_tokens: int


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """Calls by verb and faults by kind since the emulator's start; jobs ever created, by display name.

    `received` and `sent` are the bytes of bodies by verb, both since the start.
    """

    calls: dict[str, int]
    jobs: dict[str, int]
    created: int
    billed: Billed
    faults: dict[str, int]
    received: dict[str, int]
    sent: dict[str, int]


def read_stats(url: str) -> Stats:
    """Ask the emulator at `url`; raises BadInputError for what is none, UnavailableError if nobody answers."""
    if not url.startswith(("http://", "https://")):
        raise BadInputError(f"{url!r} is no address of an emulator; give one such as http://127.0.0.1:8086")
    try:
        with urllib.request.urlopen(f"{url.rstrip('/')}/emulator/stats", timeout=_PATIENCE) as reply:  # noqa: S310 - http, as checked above
            return msgspec.json.decode(reply.read(), type=Stats)
    except (msgspec.MsgspecError, urllib.error.HTTPError) as error:
        raise BadInputError(
            f"what answers at {url} is no emulator ({error}); give the address that it printed when it started"
        ) from error
    except (OSError, ValueError, HTTPException) as error:
        raise UnavailableError(f"no emulator answers at {url} ({error}); start it, or give its address") from error
