"""The tools of the comparison; those that are not Batchmill have environments of their own in `.benchmarks/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DRIVERS = Path(__file__).with_name("drivers")
ENVIRONMENTS = ROOT / ".benchmarks" / "corpus"
#: What the task itself is done with, beside the tool.
COMMON = ("pyarrow==25.0.1", "msgspec==0.22.0")
#: Seconds that an installation, or a run, may take.
PATIENCE = 3_600.0


class Tool(NamedTuple):
    """A row of the table: its driver and the packages it is made of; none means this very environment."""

    name: str
    title: str
    packages: tuple[str, ...] = ()


TOOLS = (
    Tool("batchmill", "Batchmill (Daft 0.7.26)"),
    Tool("gaoya", "gaoya 0.2.2", ("gaoya==0.2.2",)),
    Tool("rensa", "rensa 0.5.0", ("rensa==0.5.0",)),
    Tool("datasketch", "datasketch 2.0.0", ("datasketch==2.0.0",)),
)


def command(tool: Tool) -> list[str]:
    """Return what runs a tool's driver; OSError or SubprocessError when it cannot be installed."""
    return [_python(tool), str(DRIVERS / f"drive_{tool.name}.py")]


def environment() -> dict[str, str]:
    """Return the environment of every driver: the project is on its path."""
    return {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"} | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(DRIVERS)])
    }


def _python(tool: Tool) -> str:
    if not tool.packages:
        return sys.executable
    place = ENVIRONMENTS / tool.name
    python, done = str(place / "bin" / "python"), place / "installed"
    packages = (*COMMON, *tool.packages)
    if done.exists() and done.read_text(encoding="utf-8") == "\n".join(packages):
        return python
    shutil.rmtree(place, ignore_errors=True)
    _run(sys.executable, "-m", "venv", str(place))
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    done.write_text("\n".join(packages), encoding="utf-8")
    return python


def _run(*words: str) -> None:
    subprocess.run(  # noqa: S603 - this Python and pinned packages
        words, check=True, env=environment(), capture_output=True, timeout=PATIENCE
    )
