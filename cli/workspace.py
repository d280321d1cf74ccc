"""Makes a workspace: the commented settings file, the folders, the default prompt and the database."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from adapters.sql.engine import parse, place
from adapters.sql.migrate import upgrade
from cli.compose import database_url
from cli.settings import FILE, load
from core.errors import StorageError
from core.exchange.prompts import default_prompt

if TYPE_CHECKING:
    from pathlib import Path


class Made(msgspec.Struct, frozen=True):
    """What was made anew, as paths relative to the workspace; what stood there was left as it is."""

    root: str
    made: tuple[str, ...]
    database: str


def make(root: Path, options: list[str]) -> Made:
    """Make `root` a workspace, or add what is missing from it and bring its database up to date.

    Raises StorageError when a folder or file cannot be made, and what settings and database raise.
    """
    made: list[str] = []
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not (root / FILE).exists():
            template = resources.files("cli.templates").joinpath(FILE).read_text(encoding="utf-8")
            (root / FILE).write_text(template, encoding="utf-8")
            made.append(FILE)
        settings = load(root, options)
        for folder in (settings.folders.inbox, settings.folders.submissions, settings.folders.results):
            if not (root / folder).is_dir():
                (root / folder).mkdir(parents=True)
                made.append(f"{folder}/")
        prompt = root / settings.model.prompt_file
        if not prompt.exists():
            prompt.parent.mkdir(parents=True, exist_ok=True)
            prompt.write_text(default_prompt(), encoding="utf-8")
            made.append(settings.model.prompt_file)
    except OSError as error:
        raise StorageError(
            f"{error.filename or root} cannot be made: {error.strerror}; name a folder that you may write to"
        ) from error
    upgrade(database_url(root, settings))
    return Made(root=str(root), made=tuple(made), database=place(parse(database_url(root, settings))))
