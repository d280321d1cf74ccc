"""A full disk in the steps of the corpus: one sentence, and what stood before stands whole."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.corpora import came_home
from tests.disks import SmallDisk, small_disk
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with came_home(tmp_path_factory.mktemp("full")) as mill:
        for line in ("corpus build", "corpus embed --all --yes", "corpus dedup --threshold 1"):
            mill.run(line)
        yield mill


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "16m") as disk:
        yield disk


@pytest.fixture
def mill(corpus: Mill, disk: SmallDisk, tmp_path: Path) -> Mill:
    """Give a copy of the corpus on the small disk, with its ledger on another one."""
    shutil.copytree(corpus.root, disk.folder / "mill")
    mill = Mill(disk.folder / "mill")
    shutil.move(mill.root / "batchmill.db", tmp_path / "ledger.db")
    mill.environment["BATCHMILL_DATABASE_URL"] = f"sqlite:///{tmp_path}/ledger.db"
    return mill


def shown(files: dict[str, str]) -> dict[str, str]:
    """Return files by path without the hidden ones: the lock, and hashes that are remembered."""
    return {path: sha for path, sha in files.items() if "/." not in path}


@pytest.mark.parametrize(
    ("line", "without", "left"),
    [
        ("corpus build", "corpus", 8),
        ("corpus dedup --threshold 0.5", None, 40),
        ("corpus dedup --cosine 0.9", None, 40),
        ("corpus embed", "corpus/vectors", 8),
        ("corpus export --format jsonl", None, 8),
        ("corpus export --format parquet", None, 8),
    ],
)
def test_a_step_that_does_not_fit_is_one_sentence_and_leaves_all_as_it_was(
    disk: SmallDisk, mill: Mill, line: str, without: str | None, left: int
) -> None:
    if without:
        shutil.rmtree(mill.root / without)
    before = mill.files()
    for kibibytes in (0, left):
        disk.fill(kibibytes << 10)
        said = mill.refused(line, mill.separately(line))
        disk.empty()
        assert "the disk is full; make room and run the same command again" in said
        assert shown(mill.files()) == shown(before)

    mill.run(line)
