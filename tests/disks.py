"""Disks of tests: a few megabytes, to be filled, emptied and made read-only."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SmallDisk:
    """A disk in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def option(self, option: str) -> None:
        assert mount("-o", f"remount,{option}", str(self.folder))

    def fill(self, leaving: int = 0) -> None:
        """Leave so many bytes of it."""
        with self._filler.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                file.truncate(file.tell() - leaving)

    def empty(self) -> None:
        self._filler.unlink(missing_ok=True)


def mount(*words: str) -> bool:
    return subprocess.run(["/bin/mount", *words], capture_output=True, check=False).returncode == 0  # noqa: S603 - a test's own disk


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Give a disk of that size in `folder`, which is made; the test is skipped where nobody may mount one."""
    folder.mkdir()
    if not mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)):
        pytest.skip("only root may mount a small disk")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["/bin/umount", "--lazy", folder], check=True)  # noqa: S603 - the same disk
