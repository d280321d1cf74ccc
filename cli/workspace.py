"""Makes a workspace: the commented settings file, the folders, the default prompt and the database."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from adapters.sql.database import holds_ledger
from adapters.sql.engine import parse, place
from adapters.sql.migrate import upgrade
from cli.compose import database_url, opened
from cli.settings import FILE, load
from cli.upgrading import bring_up
from core.errors import RefusedError, StorageError
from core.exchange.prompts import default_prompt
from core.projections.publish import TRACKING

if TYPE_CHECKING:
    from pathlib import Path

    from cli.setting_sections import Folders


class Made(msgspec.Struct, frozen=True):
    """What was made anew, as paths relative to the workspace; what stood there was left as it is.

    `made` names the ledger too, as `database` does, where its tables are new.
    """

    root: str
    made: tuple[str, ...]
    database: str


def make(root: Path, options: list[str]) -> Made:
    """Make `root` a workspace, or add what is missing from it and bring its database up to date.

    Raises StorageError when a folder or file cannot be made, RefusedError when a new ledger would stand beside the
    papers of a lost one, and what settings and database raise.
    """
    made: list[str] = []
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not (root / FILE).exists():
            template = resources.files("cli.templates").joinpath(FILE).read_text(encoding="utf-8")
            (root / FILE).write_text(template, encoding="utf-8")
            made.append(FILE)
        settings = load(root, options)
        url = database_url(root, settings)
        where = place(parse(url))
        is_new = not holds_ledger(url)
        if is_new:
            _refuse_beside_papers(root, settings.folders, where)
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
    if is_new:
        upgrade(url)
        made.append(where)
    else:
        bring_up(url)
        with opened(root, options) as workspace:
            workspace.catch_up()
    return Made(root=str(root), made=tuple(made), database=where)


def _refuse_beside_papers(root: Path, folders: Folders, where: str) -> None:
    """Refuse a new ledger where files tell of batches that only another ledger knows: they would be paid again."""
    found = []
    if any(path.is_file() and not path.name.startswith(".") for path in (root / folders.results).rglob("*")):
        found.append(f"{folders.results}/ holds files")
    if _tells_of_batches(root / folders.submissions / TRACKING):
        found.append(f"{folders.submissions}/{TRACKING} tells of batches")
    if found:
        raise RefusedError(
            f"there is no ledger at {where}, but {' and '.join(found)}: with a new ledger all would be sent and "
            "paid for again; put the ledger back from a backup, or move these files away and run it again"
        )


def _tells_of_batches(path: Path) -> bool:
    """Return whether a tracking file names batches; one that cannot be read might."""
    try:
        document = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return False
    except msgspec.DecodeError:
        return True
    return bool(document.get("batches") if isinstance(document, dict) else document)
