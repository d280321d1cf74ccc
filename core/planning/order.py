"""The order of sources within a wave: by session, families of time windows first, then by name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from core.planning.naming import slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.planning.inventory import SourceStock

_WINDOW = re.compile(r"(?P<stem>.+)_(?P<length>\d+)(?P<unit>min|mo|m|h|d|w|y)")
_MINUTES = {"min": 1, "m": 1, "h": 60, "d": 1_440, "w": 10_080, "mo": 43_200, "y": 525_600}


def in_order(sources: Iterable[SourceStock]) -> list[SourceStock]:
    """Return the sources by session (those without one last).

    Within a session, indicators that come in several time windows (`dex_volume_24h`, `…_7d`, `…_30d`) stand first,
    by stem and length of the window; then the others by name. Equal names are ordered by path.
    """
    known = list(sources)
    families = Counter((source.session, stem) for source in known if (stem := _window(source)[0]) is not None)

    def place(source: SourceStock) -> tuple[bool, int, bool, str, int, str]:
        stem, minutes = _window(source)
        family = stem is not None and families[source.session, stem] > 1
        name = stem if family and stem is not None else slug(source.indicator)
        return (
            source.session is None,
            source.session or 0,
            not family,
            name,
            minutes if family else 0,
            source.path,
        )

    return sorted(known, key=place)


def _window(source: SourceStock) -> tuple[str | None, int]:
    """Return an indicator's stem and its window in minutes, or (None, 0) when its name ends in no window."""
    match = _WINDOW.fullmatch(slug(source.indicator))
    if match is None:
        return None, 0
    return match["stem"], int(match["length"]) * _MINUTES[match["unit"]]
