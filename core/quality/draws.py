"""Random numbers that are the same on every machine: the output of SHAKE-256 on a seed in words."""

from __future__ import annotations

import struct
from hashlib import shake_256

_WORD = 4
_LOW_BIT = bytes(byte & 1 for byte in range(256))


class Draws:
    """A stream of draws named by its seed; each call goes on where the one before ended."""

    def __init__(self, seed: str) -> None:
        """Begin the stream of that seed."""
        self._seed = seed.encode()
        self._call = 0

    def below(self, limit: int, count: int) -> list[int]:
        """Return `count` numbers from 0 to `limit` - 1; all are alike likely, to within limit / 2**32."""
        words = struct.unpack(f"<{count}I", self._bytes(count * _WORD))
        return [word * limit >> 32 for word in words]

    def bits(self, count: int) -> bytes:
        """Return `count` zeros and ones."""
        return self._bytes(count).translate(_LOW_BIT)

    def order(self, count: int) -> list[int]:
        """Return the numbers from 0 to `count` - 1 in random order."""
        keys = struct.unpack(f"<{count}Q", self._bytes(count * 2 * _WORD))
        return sorted(range(count), key=keys.__getitem__)

    def _bytes(self, count: int) -> bytes:
        self._call += 1
        return shake_256(b"%d %b" % (self._call, self._seed)).digest(count)
