"""A hash over things in any order."""

from __future__ import annotations

import hashlib

_BYTES = 32
_MODULUS = 1 << 8 * _BYTES


class AnyOrder:
    """The sum modulo 2^256 of the sha256 of each thing: the same things give the same hash in whatever order.

    A thing that comes twice counts twice. It finds what went wrong, and does not keep out who forges (see AdHash,
    Bellare and Micciancio 1997).
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.count = 0
        self._sum = 0

    def add(self, *parts: bytes) -> None:
        """Add a thing, which is made of parts."""
        digest = hashlib.sha256(b"".join(b"%d:%b," % (len(part), part) for part in parts)).digest()
        self._sum = (self._sum + int.from_bytes(digest, "big")) % _MODULUS
        self.count += 1

    def hex(self) -> str:
        """Return the hash."""
        return f"{self._sum:0{2 * _BYTES}x}"
