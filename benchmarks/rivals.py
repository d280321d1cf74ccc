"""Other programs that do such work, each in an environment of its own that is thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Rival(NamedTuple):
    """A package with what it needs beside it, the Pythons it runs on, and the script that drives it."""

    name: str
    packages: tuple[str, ...]
    pythons: tuple[str, ...]
    script: str


RIVALS = (
    Rival(
        "steadybatch 0.2.1",
        ("steadybatch==0.2.1", "google-genai==3.4.0"),
        ("python3.11", "python3.12", "python3.13"),
        "rival_steadybatch.py",
    ),
    Rival(
        "batchor 0.0.7",
        ("batchor==0.0.7", "google-genai<2"),
        ("python3.12", "python3.13", "python3.14"),
        "rival_batchor.py",
    ),
)


def available(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the command of each rival that can be installed here; say so of the others."""
    for rival in RIVALS:
        try:
            python = _environment(folder / rival.script, rival)
        except (OSError, LookupError, subprocess.CalledProcessError) as error:
            print(f"  {rival.name:<34}cannot be installed here ({error})")
            continue
        yield rival.name, [python, str(Path(__file__).with_name(rival.script))]


def _environment(place: Path, rival: Rival) -> str:
    """Make a virtual environment with the rival in it and return its interpreter."""
    unconstrained = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    subprocess.run([_interpreter(rival), "-m", "venv", str(place)], check=True)  # noqa: S603 - a Python found here
    python = str(place / "bin" / "python")
    words = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *rival.packages]
    subprocess.run(words, check=True, env=unconstrained, capture_output=True)  # noqa: S603 - pinned packages
    return python


def _interpreter(rival: Rival) -> str:
    """Return a Python that the rival runs on; LookupError where there is none."""
    for name in rival.pythons:
        found = shutil.which(name)
        # A version manager leaves names on the path that run nothing.
        if found and subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode == 0:  # noqa: S603
            return found
    raise LookupError(f"no {' or '.join(rival.pythons)}")
