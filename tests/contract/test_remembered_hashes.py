"""Hashes of files that are remembered beside them: right after every change, and cheap where there was none."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from adapters.corpus.hashes import RememberedHashes

if TYPE_CHECKING:
    from pathlib import Path

#: A file that came to rest long before it is hashed.
LONG_AGO = 3_600 * 1_000_000_000


def reads(folder: Path, *, afresh: bool = False, later: int = LONG_AGO) -> tuple[str, int]:
    """Return the hash of `folder/file` and how often it was read for it, so many nanoseconds from now."""
    now = time.time_ns() + later
    with (
        mock.patch("adapters.corpus.hashes.time.time_ns", return_value=now),
        mock.patch("adapters.corpus.hashes.hashlib.file_digest", side_effect=hashlib.file_digest) as hashing,
    ):
        hashes = RememberedHashes(folder / ".hashes", afresh=afresh)
        found = hashes.of(folder / "file")
        hashes.save()
    return found, hashing.call_count


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"vectors")
    return tmp_path


def test_a_file_that_nobody_touched_is_read_once(folder: Path) -> None:
    assert [reads(folder) for _ in range(3)] == [(sha256(b"vectors"), 1), *[(sha256(b"vectors"), 0)] * 2]


def test_a_file_is_read_again_when_that_is_asked_for(folder: Path) -> None:
    reads(folder)

    assert reads(folder, afresh=True)[1] == 1
    assert reads(folder)[1] == 0


def test_other_bytes_of_the_same_length_and_time_are_noticed(folder: Path) -> None:
    reads(folder)
    was = (folder / "file").stat()
    (folder / "file").write_bytes(b"VECTORS")
    os.utime(folder / "file", ns=(was.st_atime_ns, was.st_mtime_ns))

    assert reads(folder) == (sha256(b"VECTORS"), 1)


def test_another_file_in_its_place_is_noticed(folder: Path) -> None:
    reads(folder)
    (folder / "other").write_bytes(b"VECTORS")
    (folder / "other").replace(folder / "file")

    assert reads(folder) == (sha256(b"VECTORS"), 1)


def test_a_file_that_was_just_written_is_not_trusted_yet(folder: Path) -> None:
    assert [reads(folder, later=0)[1] for _ in range(2)] == [1, 1]


@pytest.mark.parametrize("content", [b"", b"{", b'{"file": [1]}'])
def test_a_memory_that_is_damaged_costs_only_time(folder: Path, content: bytes) -> None:
    (folder / ".hashes").write_bytes(content)

    assert reads(folder) == (sha256(b"vectors"), 1)
    assert reads(folder) == (sha256(b"vectors"), 0)


def test_a_memory_that_cannot_be_kept_costs_only_time(folder: Path) -> None:
    (folder / ".hashes").mkdir()

    assert [reads(folder) for _ in range(2)] == [(sha256(b"vectors"), 1)] * 2
    assert sorted(path.name for path in folder.iterdir()) == [".hashes", "file"]
