"""A folder that is watched, as the rest of the program asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event


class FolderNews(msgspec.Struct, frozen=True):
    """Files of a folder, relative to it: those that came or changed, and those that are still being written.

    `was_there` are those of the former that stood there when watching began.
    """

    at_rest: tuple[str, ...]
    in_motion: tuple[str, ...] = ()
    was_there: frozenset[str] = frozenset()


class FolderWatch(Protocol):
    """A folder whose files are named when they come."""

    def news(self, stop: Event) -> Iterator[FolderNews]:
        """Yield files that came or changed, each once it is at rest, in bursts, until `stop` is set.

        The first news is of the moment when watching began, and may be empty; then come the files that stood there
        already. A file that keeps changing for long is named once as being in
        motion. A folder that cannot be watched, or vanishes, is waited for.
        """
        ...
