"""One line that says on what machine the figures came about."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from pathlib import Path

_GIB = 1 << 30


def describe() -> str:
    """Return cores, processor, memory, system, Python, SQLite, and the file system of temporary files."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _GIB
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores of {_processor()}, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{_file_system(Path(tempfile.gettempdir()))} for temporary files"
    )


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or "an unnamed processor"


def _file_system(folder: Path) -> str:
    """Return the type of the file system that holds `folder`: that of the longest mount point above it."""
    mounts = [line.split() for line in _lines("/proc/mounts")]
    above = [(mount[1], mount[2]) for mount in mounts if folder.resolve().is_relative_to(mount[1])]
    return max(above, key=lambda mount: len(mount[0]))[1] if above else "an unknown file system"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def run() -> None:
    """Print the line."""
    print(f"Machine: {describe()}.")


if __name__ == "__main__":
    run()
