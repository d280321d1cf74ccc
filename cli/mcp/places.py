"""Paths that a client names: inside the workspace, whatever they say and wherever links lead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cli.mcp.arguments import shortly
from core.engine.places import is_own
from core.errors import BadInputError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cli.compose import Opened

#: Characters of a path that a client names, and bytes of the name of a file that is written for it, at most.
MOST_PATH, MOST_NAME = 1_000, 200


def inside(opened: Opened, text: str) -> Path:
    """Return where a path lies that is relative to the workspace, or to its inbox, or absolute and inside.

    Raises RefusedError for one that leads out, links followed, BadInputError for one that no file can have or
    that leads round in a circle, and NotFoundError where nothing is.
    """
    place = _place(opened, text)
    if not os.path.lexists(place):
        in_inbox = _place(opened, f"{opened.settings.folders.inbox}/{text}")
        if not os.path.lexists(in_inbox):
            raise NotFoundError(f"{_shown(text)} is not in the workspace; name a file such as inbox/tvl.json")
        place = in_inbox
    return place


def _place(opened: Opened, text: str) -> Path:
    if not text or "\0" in text:
        raise BadInputError("a path is a file's or folder's name in the workspace, such as inbox/tvl.json")
    if len(text) > MOST_PATH:
        raise BadInputError(f"{_shown(text)} has {len(text)} characters, and a path here has {MOST_PATH} at most")
    try:
        return opened.files.place(text)
    except RefusedError as refusal:
        raise RefusedError(str(refusal).replace(text, shortly(text))) from None


def _shown(text: str) -> str:
    """Return a path as a sentence names it: quoted, on one line, and cut where it is long."""
    return repr(shortly(text))


def paper(opened: Opened, text: str, suffixes: tuple[str, ...] = (".jsonl",)) -> Path:
    """Return where a file of the inbox, of submissions or of results lies that a client may have read or sent.

    Settings, ledger and prompts are none: what stands there is not for a provider. Raises as `inside`, and
    RefusedError for any other file.
    """
    place = inside(opened, text)
    if not _among(opened, _papers(opened), place) or not place.is_file() or place.suffix.lower() not in suffixes:
        raise RefusedError(
            f"{_shown(text)} is no {' or '.join(suffixes)} file in {', '.join(_papers(opened))}, and no other is "
            "taken"
        )
    return place


def new_file(opened: Opened, text: str, suffix: str) -> str:
    """Return the path, relative to the workspace, of a file that a client may have written: it is new.

    Only the folders of submissions and results may be written to, and folders in them that are there: what stands
    in the inbox is staged, and planned from. Raises RefusedError for another place, for a name that the ledger
    gives its own files, or where a file stands already, and BadInputError for a name that does not end in
    `suffix`, is hidden, cannot be printed or is too long.
    """
    place = _place(opened, text)
    name = _shown(text)
    if not text.isprintable() or not place.name.endswith(suffix):
        raise BadInputError(
            f"{name} is no name for such a file; give one in printable characters that ends in {suffix}"
        )
    if len(place.name.encode()) > MOST_NAME:
        raise BadInputError(f"{name} is too long; a file's name has {MOST_NAME} bytes at most")
    writable = _papers(opened)[1:]
    if not _among(opened, writable, place):
        raise RefusedError(f"{name} is not in {' or '.join(writable)}, where clients may write")
    path = place.relative_to(opened.files.root)
    if any(part.startswith(".") for part in path.parts):
        raise BadInputError(f"{name} would be hidden; give a name without a dot at its beginning")
    if not place.parent.is_dir():
        raise RefusedError(
            f"{name} is in a folder that is not there, and none is made; name a file in results itself"
        )
    if is_own(opened.policy(), path.as_posix()):
        raise RefusedError(
            f"{name} is a name that the ledger gives the files of its batches; give another, such as "
            f"{path.parent.as_posix()}/copy_of_{shortly(path.name)}"
        )
    if os.path.lexists(place):
        raise RefusedError(f"{name} exists already, and is not written over; give another name")
    return path.as_posix()


def _papers(opened: Opened) -> list[str]:
    """Return the folders of files that clients may name, the inbox first."""
    folders = opened.settings.folders
    return [folders.inbox, folders.submissions, folders.results]


def _among(opened: Opened, folders: Sequence[str], place: Path) -> bool:
    return any(place.is_relative_to(opened.files.place(folder)) for folder in folders)
