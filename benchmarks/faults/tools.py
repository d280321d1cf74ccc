"""The tools of the table, each in an environment of its own under `.benchmarks/`, made when it is first needed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.faults.work import clean_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVERS = Path(__file__).with_name("drivers")
ENVIRONMENTS = Path(__file__).parents[2] / ".benchmarks" / "environments"
#: Seconds that an installation may take.
PATIENCE = 900.0


class Tool(NamedTuple):
    """A column of the table: the packages it is made of and the Pythons it runs on; none means this very one."""

    name: str
    title: str
    packages: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()

    @property
    def driver(self) -> str:
        """The script that drives it."""
        return str(DRIVERS / f"drive_{self.name}.py")


TOOLS = (
    Tool("batchmill", "Batchmill"),
    Tool("batchor", "batchor 0.0.7", ("batchor==0.0.7", "google-genai<2"), ("python3.12", "python3.13")),
    Tool(
        "steadybatch",
        "steadybatch 0.2.1",
        ("steadybatch==0.2.1", "google-genai==3.4.0"),
        ("python3.12", "python3.11", "python3.13"),
    ),
    Tool("curator", "curator 0.1.31", ("bespokelabs-curator==0.1.31",), ("python3.12", "python3.11")),
    Tool("batchata", "batchata 0.4.7", ("batchata==0.4.7", "google-genai==3.4.0"), ("python3.12", "python3.13")),
)


def interpreter(tool: Tool) -> str:
    """Return the Python that runs the tool's driver, in an environment that has the tool.

    Raises LookupError where no fitting Python is, OSError or SubprocessError when the installation fails.
    """
    if not tool.packages:
        return sys.executable
    place = ENVIRONMENTS / tool.name
    python, done = str(place / "bin" / "python"), place / "installed"
    if done.exists() and done.read_text(encoding="utf-8") == "\n".join(tool.packages):
        return python
    shutil.rmtree(place, ignore_errors=True)
    _run(_python_for(tool), "-m", "venv", str(place))
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *tool.packages)
    done.write_text("\n".join(tool.packages), encoding="utf-8")
    return python


def _run(*words: str) -> None:
    subprocess.run(  # noqa: S603 - a Python found here and pinned packages
        words, check=True, env=clean_environment(), capture_output=True, timeout=PATIENCE
    )


def _python_for(tool: Tool) -> str:
    for name in tool.pythons:
        for found in (shutil.which(name), *_managed(name)):
            # A version manager leaves names on the path that run nothing.
            if found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0:  # noqa: S603
                return found
    raise LookupError(f"no {' or '.join(tool.pythons)} here")


def _managed(name: str) -> Iterator[str]:
    """Yield the Pythons of this name that pyenv has, whether they are on the path or not."""
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from map(str, sorted(root.glob(f"versions/*/bin/{name}")))
