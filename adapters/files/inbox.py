"""The inbox: which staged files a path means, and none that lies outside."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.files.atomic import sha256_of
from adapters.files.staged import StagedFile
from core.errors import NotFoundError, RefusedError
from core.planning.staged import ERROR, FOLDER_LINK, WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.wave.events import PlannedSource

SUFFIXES = (".json", ".jsonl")


class Staged(NamedTuple):
    """The folder that the sources' paths are relative to, and the sources by path, each to be read once."""

    inbox: Path
    sources: list[StagedFile]


def open_staged(paths: Sequence[Path], inbox: Path) -> Staged:
    """Return the staged files that the paths (files and folders) mean, looking into folders of folders too.

    `inbox` is the workspace's; when one folder is named that lies elsewhere, that folder is the inbox. Files are
    `*.json` and `*.jsonl`, hidden ones left out. A file that leaves the inbox, is no regular file or cannot be
    looked at is among the sources, with a finding. Raises NotFoundError when a path does not exist or nothing
    is staged.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise NotFoundError(f"{path} does not exist; name a staged file or a folder of staged files")
    base = _inbox(paths, inbox)
    found = {file: None for path in paths for file in _files(path)}
    sources = {source.path: source for source in (_source(file, base) for file in found)}
    if not sources:
        named = ", ".join(str(path) for path in paths)
        raise NotFoundError(
            f"{named} holds no staged file (*.json, *.jsonl); put the files there or name another folder"
        )
    return Staged(base, [sources[path] for path in sorted(sources)])


def open_planned(inbox: Path, source: PlannedSource) -> StagedFile:
    """Return the staged file of a planned source."""
    return StagedFile(inbox / source.path, source.path)


def verify_sources(wave: int, inbox: Path, sources: Iterable[PlannedSource]) -> None:
    """Raise RefusedError when a source of a planned wave is gone or no longer has the bytes that were planned."""
    for source in sources:
        file = inbox / source.path
        try:
            digest = sha256_of(file)
        except OSError as error:
            raise RefusedError(
                f"{source.path} of wave {wave} cannot be read in {inbox} ({error.strerror or error}); "
                f"put it back, or plan wave {wave} again"
            ) from error
        if digest != source.sha256:
            raise RefusedError(changed(wave, source))


def changed(wave: int, source: PlannedSource) -> str:
    """Return the sentence that refuses a source which is not what was planned."""
    return (
        f"{source.path} changed after wave {wave} was planned (its sha256 is no longer {source.sha256[:12]}…); "
        f"restore it, or plan wave {wave} again"
    )


def _inbox(paths: Sequence[Path], inbox: Path) -> Path:
    named = Path(os.path.abspath(paths[0]))  # noqa: PTH100 - resolve() would follow links, which are judged later
    elsewhere = not named.is_relative_to(os.path.abspath(inbox))  # noqa: PTH100 - the same
    return named if len(paths) == 1 and paths[0].is_dir() and elsewhere else Path(os.path.abspath(inbox))  # noqa: PTH100 - the same


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        here = Path(folder)
        yield from (here / name for name in folders if (here / name).is_symlink() and not name.startswith("."))
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (here / name for name in names if name.lower().endswith(SUFFIXES) and not name.startswith("."))


def _source(file: Path, inbox: Path) -> StagedFile:
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would give the name of what a link points to
    inside = absolute.is_relative_to(inbox)
    path = absolute.relative_to(inbox).as_posix() if inside else str(file)
    problem = _problem(absolute, path, inbox)
    return StagedFile(absolute, problem.path if problem else path, problem)


def _problem(file: Path, path: str, inbox: Path) -> Finding | None:
    if any("\ud800" <= char <= "\udfff" for char in path):
        shown = path.encode("utf-8", "replace").decode()
        return Finding(shown, "bad-name", ERROR, "has a name that is not UTF-8; rename it")
    try:
        real = file.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as error:
        return Finding(path, "unreadable", ERROR, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if not real.is_relative_to(inbox.resolve()):
        return Finding(
            path, "leaves-inbox", ERROR, f"leads out of the inbox {inbox}; copy it there, or name its folder"
        )
    if stat.S_ISDIR(mode):
        return Finding(
            path, FOLDER_LINK, WARNING, "is a link to a folder, which is not followed; put the folder itself there"
        )
    if not stat.S_ISREG(mode):
        return Finding(path, "not-a-file", ERROR, "is no regular file; put the file itself there")
    return None
