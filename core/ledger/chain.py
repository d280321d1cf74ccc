"""The hashes that hold a ledger together: each event's, and the one that stands for all of them.

An event's hash (its *chain*) is the sha256, in hex, of these values one after the other, each as a netstring (its
length in bytes as decimal digits, a colon, its bytes in UTF-8, a comma), numbers as decimal digits:

    the chain of its stream's previous event (64 zeros for a stream's first), position, stream, version, type,
    schema, data, recorded_at, actor, correlation, causation

`data` is the stored JSON text, byte for byte. The ledger's *head hash* is a running one over all positions: from
64 zeros, sha256 of the hash so far and the next position's chain, both as 64 hex digits. So it changes with any
event that is altered, dropped or moved, a whole stream included, and costs an append one sha256 whatever the
ledger holds. None of this may ever change: hashes outlive the program that made them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from core.errors import BadInputError

if TYPE_CHECKING:
    from core.ledger.stored import StoredEvent

#: What stands for the chain before a stream's first event, and for the head hash of an empty ledger.
GENESIS = "0" * 64


class Head(msgspec.Struct, frozen=True):
    """Where a ledger ends: its highest position, and the hash over everything up to there."""

    position: int
    hash: str

    def __str__(self) -> str:
        """Return it as people keep it, `1370:3f2a…`, all 64 digits."""
        return f"{self.position}:{self.hash}"


#: The head of a ledger without an event.
NOTHING = Head(0, GENESIS)


def link(before: str, event: StoredEvent) -> str:
    """Return the chain of `event`, given that of its stream's previous event; its own is not asked."""
    # Where somebody had a hand in it, a row may hold anything.
    told = (
        before,
        str(event.position),
        str(event.stream),
        str(event.version),
        str(event.type),
        str(event.schema),
        str(event.data),
        str(event.recorded_at),
        str(event.actor),
        str(event.correlation),
        str(event.causation),
    )
    # Most text is ASCII, which is as long in bytes as it is in characters.
    texts = [f"{len(text) if text.isascii() else len(text.encode())}:{text}," for text in told]
    return sha256("".join(texts).encode()).hexdigest()


def follow_on(head: Head, chain: str) -> Head:
    """Return the head of a ledger once an event with this chain stands behind `head`."""
    return Head(head.position + 1, sha256(f"{head.hash}{chain}".encode()).hexdigest())


def parse_head(text: str) -> Head:
    """Read `1370:3f2a…`; raises BadInputError for anything else."""
    position, _, digits = text.strip().partition(":")
    if not position.isdecimal() or len(digits) != len(GENESIS) or set(digits) - set("0123456789abcdef"):
        raise BadInputError(f"{text!r} is no head of a ledger; `batchmill status` prints it, as 1370:3f2a…")
    return Head(int(position), digits)
