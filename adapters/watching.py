"""A folder that is watched: its files are named once they are at rest, by the system's notices or by looking."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from watchfiles import watch

from core.watched import FolderNews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

#: A file that did not change for so long is at rest; one that changes for so much longer is said to be written.
REST_SECONDS = 1.0
WRITING_SECONDS = 15.0
#: How often a folder is looked at that cannot be watched, and, in case a notice was lost, one that is.
LOOK_SECONDS = 5.0
SURE_SECONDS = 60.0
#: Milliseconds between two looks for a stop, which take the interpreter each time.
_STEP = 200


class _Sign(NamedTuple):
    """What a change to a file changes."""

    inode: int
    size: int
    modified: int
    changed: int


class _Motion(NamedTuple):
    """A file as it was seen last, since when it is like that, and since when it keeps changing."""

    sign: _Sign
    since: float
    began: float


class WatchedFolder:
    """`core.watched.FolderWatch` by watchfiles; where that cannot be, by looking every few seconds."""

    def __init__(
        self,
        folder: Path,
        suffixes: tuple[str, ...],
        warn: Callable[[str], None],
        *,
        rest_seconds: float = REST_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Watch the files in `folder`, and in folders of it, whose names end in `suffixes`, but hidden ones.

        `warn` is told once that the folder cannot be watched, and once that it is again.
        """
        self._folder = folder
        self._suffixes = suffixes
        self._warn = warn
        self._rest = rest_seconds
        self._look = look_seconds
        self._known: dict[str, _Sign] = {}
        self._moving: dict[str, _Motion] = {}
        self._told: set[str] = set()
        self._first: set[str] | None = None
        self._blind = False

    def news(self, stop: Event) -> Iterator[FolderNews]:
        """Yield what came or changed until `stop` is set; see the port."""
        looked = 0.0
        for noticed in self._bells(stop):
            if noticed or self._moving or self._blind or time.monotonic() - looked > SURE_SECONDS:
                began = self._first is None
                looked = time.monotonic()
                found = self._news(looked)
                if found.at_rest or found.in_motion or (began and self._first is not None):
                    yield found

    def _bells(self, stop: Event) -> Iterator[bool]:
        """Yield whenever it may be time to look, and whether something was noticed."""
        yield True
        while not stop.is_set():
            try:
                yield from self._notices(stop)
            except (OSError, RuntimeError) as error:
                if not self._blind:
                    self._warn(
                        f"{self._folder} cannot be watched ({getattr(error, 'strerror', None) or error}); "
                        f"it is looked at every {self._look:g} s instead"
                    )
                self._blind = True
                stop.wait(self._rest if self._moving else self._look)
                yield True

    def _notices(self, stop: Event) -> Iterator[bool]:
        """Yield a notice of the system, or False after a while without one; ends when the folder was replaced."""
        identity = _identity(self._folder)
        changes = watch(
            self._folder,
            watch_filter=None,
            stop_event=stop,
            step=_STEP,
            debounce=max(_STEP, int(self._rest * 1_000)),
            rust_timeout=max(_STEP, int(self._rest * 1_000)),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        try:
            # What came before the first of them may have gone unnoticed.
            for place, noticed in enumerate(changes):
                if _identity(self._folder) != identity:
                    return
                if self._blind:
                    self._blind = False
                    self._warn(f"{self._folder} is watched again")
                yield bool(noticed) or place == 0
        finally:
            changes.close()

    def _news(self, now: float) -> FolderNews:
        """Compare the folder with what was seen of it, and return what is new."""
        if not self._folder.is_dir():
            return FolderNews(())
        signs = dict(self._signs())
        self._first = set(signs) if self._first is None else self._first & signs.keys()
        for path in self._known.keys() - signs.keys():
            del self._known[path]
        for path in self._moving.keys() - signs.keys():
            self._settle(path)
        at_rest, in_motion = [], []
        for path, sign in signs.items():
            if self._known.get(path) == sign:
                self._settle(path)
            elif self._rests(path, sign, now):
                self._known[path] = sign
                self._settle(path)
                at_rest.append(path)
            elif now - self._moving[path].began > WRITING_SECONDS and path not in self._told:
                self._told.add(path)
                in_motion.append(path)
        was_there = self._first.intersection(at_rest)
        self._first -= was_there
        return FolderNews(tuple(sorted(at_rest)), tuple(sorted(in_motion)), frozenset(was_there))

    def _rests(self, path: str, sign: _Sign, now: float) -> bool:
        before = self._moving.get(path)
        if before is not None and before.sign == sign:
            return now - before.since >= self._rest
        self._moving[path] = _Motion(sign, now, before.began if before else now)
        return False

    def _settle(self, path: str) -> None:
        self._moving.pop(path, None)
        self._told.discard(path)

    def _signs(self) -> Iterator[tuple[str, _Sign]]:
        """Yield every file's path and signs; what vanishes meanwhile is passed over."""
        for folder, folders, names in os.walk(self._folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                if name.startswith(".") or not name.lower().endswith(self._suffixes):
                    continue
                file = Path(folder, name)
                try:
                    found = file.stat()
                except OSError:
                    continue
                sign = _Sign(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
                yield file.relative_to(self._folder).as_posix(), sign


def _identity(folder: Path) -> tuple[int, int]:
    """Return what tells a folder from another one of its name; raises OSError when there is none."""
    found = folder.stat()
    return found.st_dev, found.st_ino
