from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from adapters.files.leftovers import sweep

if TYPE_CHECKING:
    from pathlib import Path


def test_only_parts_of_processes_that_have_ended_are_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as gone:
        gone.wait()
    left = [f".out.tar.{gone.pid}.0a1b.part", f".out.tar.{gone.pid}.folder.part"]
    kept = [
        f".out.tar.{os.getpid()}.0a1b.part",
        f".other.tar.{gone.pid}.0a1b.part",
        ".out.tar.x.0a1b.part",
        "out.tar",
    ]
    for name in (*left, *kept):
        if "folder" in name:
            (tmp_path / name).mkdir()
            (tmp_path / name / "ledger.db").touch()
        else:
            (tmp_path / name).touch()

    sweep(tmp_path, "out.tar")

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
