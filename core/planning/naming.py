"""Names and numbers as text: slugs of indicators, the key of every source, and counts with their noun."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.planning.inventory import SourceStock

_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST = 80


def slug(name: str) -> str:
    """Return a name as plain `[a-z0-9_]`, never empty: `DEX Volume (24h)` gives `dex_volume_24h`.

    A name that is too long, or has no letter that ASCII knows, is completed by eight digits of its sha256.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    short = _OTHER.sub("_", plain).strip("_")
    if short and len(short) <= _LONGEST:
        return short
    return f"{short[:_LONGEST] or 'x'}_{sha256(name.encode()).hexdigest()[:8]}"


def source_keys(wave: int, sources: Sequence[SourceStock]) -> Mapping[str, str]:
    """Return each source's key by its path: `w2-s30-dex_volume_24h`, or `w2-x-borrow_rate` with no session.

    Different indicators whose slugs are equal get `_2`, `_3` … in the order of their paths, so that the same
    sources have the same keys whenever they are planned.
    """
    ordered = sorted(sources, key=lambda source: source.path)
    plain = {source.path: _key(wave, source) for source in ordered}
    taken = set(plain.values())
    given: set[str] = set()
    keys: dict[str, str] = {}
    for path, key in plain.items():
        number = 2
        own = key
        while own in given or (own != key and own in taken):
            own = f"{key}_{number}"
            number += 1
        given.add(own)
        keys[path] = own
    return keys


def _key(wave: int, source: SourceStock) -> str:
    place = "x" if source.session is None else f"s{source.session}"
    return f"w{wave}-{place}-{slug(source.indicator)}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, `1 pair` or `2 pairs`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
