"""Turns at a folder: one has it, others wait, and whoever dies or fails gives it up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from adapters.files.turns import turn_at
from core.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_waits_until_the_first_has_done(tmp_path: Path) -> None:
    said: list[str] = []
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with turn_at(tmp_path / "submissions"):
            said.append("second")

    with turn_at(tmp_path / "submissions"):
        thread = threading.Thread(target=second)
        thread.start()
        assert begun.wait(10)
        said.append("first")
    thread.join(10)

    assert said == ["first", "second"]
    assert list((tmp_path / "submissions").iterdir()) == []


def test_a_turn_ends_with_whatever_goes_wrong_in_it(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wrong"), turn_at(tmp_path):
        raise ValueError("wrong")

    with turn_at(tmp_path):
        pass


def test_what_is_no_folder_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="nothing was done"), turn_at(tmp_path / "file"):
        pass
