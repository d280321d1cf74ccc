"""Paths that a client names: inside the workspace, whatever they say and wherever links lead."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from core.errors import BadInputError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from cli.compose import Opened


def inside(opened: Opened, text: str) -> Path:
    """Return where a path lies that is relative to the workspace, or to its inbox, or absolute and inside.

    Raises RefusedError for one that leads out, links followed, BadInputError for one that no file can have, and
    NotFoundError where nothing is.
    """
    if not text or "\0" in text:
        raise BadInputError("a path is a file's or folder's name in the workspace, such as inbox/tvl.json")
    place = opened.files.place(text)
    if not os.path.lexists(place):
        in_inbox = opened.files.place(f"{opened.settings.folders.inbox}/{text}")
        if not os.path.lexists(in_inbox):
            raise NotFoundError(f"{text!r} is not in the workspace; name a file such as inbox/tvl.json")
        place = in_inbox
    return place


def paper(opened: Opened, text: str, suffixes: tuple[str, ...] = (".jsonl",)) -> Path:
    """Return where a file of the inbox, of submissions or of results lies that a client may have read or sent.

    Settings, ledger and prompts are none: what stands there is not for a provider. Raises as `inside`, and
    RefusedError for any other file.
    """
    place = inside(opened, text)
    if not _among_papers(opened, place) or not place.is_file() or place.suffix.lower() not in suffixes:
        raise RefusedError(
            f"{text!r} is no {' or '.join(suffixes)} file in {', '.join(_papers(opened))}, and no other is taken"
        )
    return place


def new_file(opened: Opened, text: str, suffix: str) -> str:
    """Return the path, relative to the workspace, of a file that a client may have written: it is new.

    Only the inbox and the folders of submissions and results may be written to. Raises RefusedError for another
    place, or where a file stands already, and BadInputError for a name that does not end in `suffix`.
    """
    if not text or "\0" in text or not text.endswith(suffix):
        raise BadInputError(f"{text!r} is no name for such a file; give one that ends in {suffix}")
    place = opened.files.place(text)
    if not _among_papers(opened, place):
        raise RefusedError(f"{text!r} is not in {', '.join(_papers(opened))}, where clients may write")
    if os.path.lexists(place):
        raise RefusedError(f"{text!r} exists already, and is not written over; give another name")
    return place.relative_to(opened.files.root).as_posix()


def _papers(opened: Opened) -> list[str]:
    folders = opened.settings.folders
    return [folders.inbox, folders.submissions, folders.results]


def _among_papers(opened: Opened, place: Path) -> bool:
    return any(place.is_relative_to(opened.files.place(folder)) for folder in _papers(opened))
