"""What was being written when its process was killed: found by its name, which says whose it was."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from adapters.process import exists

if TYPE_CHECKING:
    from pathlib import Path


def sweep(folder: Path, name: str) -> None:
    """Remove files and folders called `.NAME.PROCESS.….part` whose process has ended."""
    for part in folder.glob("*.part"):
        owner, dot, _ = part.name.removeprefix(f".{name}.").partition(".")
        if not part.name.startswith(f".{name}.") or not dot or not owner.isdecimal() or exists(int(owner)):
            continue
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
