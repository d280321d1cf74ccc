"""Fixtures of the acceptance tests: a workspace, an emulator to send it to, and a line between the two."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.emulator import Emulator
from adapters.emulator.server import serving
from adapters.emulator.settings import EmulatorSettings
from adapters.emulator.truth import read_truth
from tests import older_wave
from tests.bad_lines import BadLine, bad_line
from tests.homes import approved
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@pytest.fixture
def mill(tmp_path: Path, emulator_url: str) -> Mill:
    """Give a folder that is no workspace yet, and the emulator's address in its environment."""
    return Mill(tmp_path / "mill", emulator_url)


@pytest.fixture
def offline(tmp_path: Path) -> Mill:
    """Give a folder that is no workspace yet, with a provider's address where nobody listens."""
    return Mill(tmp_path / "mill")


@pytest.fixture
def line(emulator_url: str, mill: Mill) -> Iterator[BadLine]:
    """Give the line between the workspace's commands and the emulator."""
    with bad_line(emulator_url) as line:
        mill.environment["BATCHMILL_PROVIDER__BASE_URL"] = line.url
        yield line


@pytest.fixture
def jobs(emulator: Emulator) -> Callable[[], Counter[str]]:
    """Give a function that counts all jobs the emulator ever made, by display name."""
    return lambda: Counter(emulator.stats()["jobs"])


@pytest.fixture(scope="session")
def serving_emulator() -> Callable[..., AbstractContextManager[str]]:
    """Give what serves a fresh emulator, for fixtures that live longer than one test."""

    @contextmanager
    def serve(port: int = 0) -> Iterator[str]:
        settings = EmulatorSettings(port=port, pending_seconds=0.1, running_seconds=0.2)
        with closing(Emulator(settings)) as emulator, serving(emulator, settings) as url:
            yield url

    return serve


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder with an older wave's papers, and the truth about it."""
    folder = tmp_path_factory.mktemp("older")
    older_wave.build(folder)
    return folder


@pytest.fixture(scope="session")
def adopted_wave(tmp_path_factory: pytest.TempPathFactory, older: Path) -> Path:
    """Give a workspace that has taken over all papers of the older wave, to be copied."""
    mill = Mill(tmp_path_factory.mktemp("adopted") / "mill")
    mill.run("init")
    older_wave.take_over(mill, older)
    return mill.root


@pytest.fixture(scope="session")
def brought_home(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Callable[..., AbstractContextManager[str]]
) -> Path:
    """Give a workspace whose wave 2, batches 205 and 206 of 11 and 12 pairs, came home; only for copies."""
    with serving_emulator() as url:
        mill = approved(Mill(tmp_path_factory.mktemp("home") / "mill", url), a=11, b=12)
        mill.run("run --until-idle")
    return mill.root


@pytest.fixture
def taken(mill: Mill, older: Path, adopted_wave: Path, emulator: Emulator) -> Mill:
    """Give such a workspace, and a provider with what is really there."""
    emulator.load(read_truth(older / "truth.json"))
    shutil.copytree(adopted_wave, mill.root, dirs_exist_ok=True)
    return mill


@pytest.fixture
def home(brought_home: Path, offline: Mill) -> Mill:
    """Give a copy of that workspace."""
    shutil.copytree(brought_home, offline.root, dirs_exist_ok=True)
    return offline


@pytest.fixture
def built(mill: Mill, brought_home: Path) -> Mill:
    """Give a copy of that workspace whose 23 pairs are a corpus, with a provider that may be reached."""
    shutil.copytree(brought_home, mill.root, dirs_exist_ok=True)
    mill.run("corpus build --wave 2")
    return mill
