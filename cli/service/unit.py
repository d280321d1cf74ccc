"""The text of the unit file, and how paths are written in it.

Three ways of quoting meet there (systemd.syntax(7), systemd.service(5)). A per cent sign begins a specifier and is
doubled everywhere; words of a command and of a list of paths stand in double quotes, with a backslash before what
would end them; in a command a dollar sign is doubled too, but not in the program's own path; the path of an
environment file is not quoted at all. Control characters cannot be written in all of these places, so paths with
any are refused.
"""

from __future__ import annotations

import hashlib
import os
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

MARK = "# Made by `batchmill service install`"
#: Letters of the folder's name in the unit's, which has 255 at most.
READABLE = 48
#: With a /tmp of its own a service does not see what lies in the one of all.
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - only compared with


def render(program: Path, workspace: Path, options: Sequence[str], environment: Path) -> str:
    """Return the unit file of the daemon of `workspace`; all paths are absolute, `options` are those of `--set`.

    Raises BadInputError for a path or option that a unit file cannot hold.
    """
    for text in (str(program), str(workspace), str(environment), *options):
        if not text.isprintable():
            raise BadInputError(
                f"{text!r} holds characters that a unit file cannot hold; move the workspace or rename it"
            )
    if any(workspace == folder for folder in (*TEMPORARY, Path("/"))):
        raise BadInputError(f"{workspace} is no folder of the workspace's own; move the workspace")
    words = ["-w", str(workspace), *(word for option in options for word in ("--set", option)), "run"]
    hidden = any(path.is_relative_to(folder) for path in (program, workspace) for folder in TEMPORARY)
    template = resources.files("cli.templates").joinpath("service.unit").read_text(encoding="utf-8")
    return template.format(
        description=_literal(str(workspace)),
        command=" ".join([quoted(str(program)), *(quoted(word).replace("$", "$$") for word in words)]),
        environment=_literal(str(environment)),
        workspace=quoted(str(workspace)),
        private_tmp="no" if hidden else "yes",
    )


def driven(workspace: Path) -> str:
    """Return the words of a unit's command that say which workspace it drives."""
    return " ".join(quoted(word).replace("$", "$$") for word in ("-w", str(workspace)))


def quoted(word: str) -> str:
    """Return a word in double quotes, as commands and lists of paths have it."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_literal(escaped)}"'


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def unit_name(workspace: Path) -> str:
    """Return the name of a workspace's unit: `batchmill-wave-mill-1f0c52a9.service`.

    The folder's name is for the reader, the digits of its whole path's sha256 tell apart folders of one name, and
    names that no unit can have.
    """
    slug = re.sub(r"[^a-z0-9_]+", "-", workspace.name.lower()).strip("-")[:READABLE]
    digits = hashlib.sha256(os.fsencode(workspace)).hexdigest()[:8]
    return f"batchmill-{slug or 'workspace'}-{digits}.service"
