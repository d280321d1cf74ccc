"""A watched folder: every file is named once it is at rest, however the folder can be seen."""

from __future__ import annotations

import time
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from adapters import watching
from adapters.watching import WatchedFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.watched import FolderNews

REST, LOOK, PATIENCE = 0.3, 0.1, 30.0


class Watcher:
    """A folder that is watched in a thread, and what was said of it."""

    def __init__(self, folder: Path) -> None:
        self.warnings: list[str] = []
        self._news: Queue[FolderNews] = Queue()
        self._watched = WatchedFolder(
            folder, (".json",), self.warnings.append, rest_seconds=REST, look_seconds=LOOK
        )
        self.stop = Event()
        self.thread = Thread(target=self._watch)

    def _watch(self) -> None:
        for news in self._watched.news(self.stop):
            self._news.put(news)

    def until(self, *paths: str) -> list[FolderNews]:
        """Return all news until these files were named; fail when others are, or none for long."""
        found: list[FolderNews] = []
        while {path for news in found for path in news.at_rest} != set(paths):
            found.append(self._news.get(timeout=PATIENCE))
        return found

    def quiet(self) -> bool:
        """Whether nothing is said for a while."""
        try:
            self._news.get(timeout=4 * REST)
        except Empty:
            return True
        return False

    def wait_until(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < deadline, self.warnings
            time.sleep(0.01)


@contextmanager
def watched(folder: Path) -> Iterator[Watcher]:
    watcher = Watcher(folder)
    watcher.thread.start()
    try:
        yield watcher
    finally:
        watcher.stop.set()
        watcher.thread.join(PATIENCE)


@pytest.fixture(params=["noticed", "looked at"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that the system tells of, or one that it has no watch left for."""

    def no_watch_left(*_: object, **__: object) -> Iterator[set[tuple[int, str]]]:
        raise OSError("OS file watch limit reached")

    if request.param == "looked at":
        monkeypatch.setattr(watching, "watch", no_watch_left)
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_files_that_are_there_come_first_and_are_called_so(inbox: Path) -> None:
    (inbox / "old.json").write_text("[]")
    with watched(inbox) as watcher:
        *_, news = watcher.until("old.json")
        assert news.was_there == {"old.json"}
        (inbox / "new.json").write_text("[]")
        assert watcher.until("new.json")[-1].was_there == frozenset()
        assert watcher.quiet()


def test_files_below_are_seen_and_hidden_and_other_ones_are_not(inbox: Path) -> None:
    with watched(inbox) as watcher:
        (inbox / "dex" / ".part").mkdir(parents=True)
        for name in ("dex/a.json", "dex/.part/b.json", ".c.json", "d.txt"):
            (inbox / name).write_text("[]")
        watcher.until("dex/a.json")
        assert watcher.quiet()


def test_a_file_is_named_when_it_is_at_rest_and_again_when_it_changed(inbox: Path) -> None:
    with watched(inbox) as watcher:
        with (inbox / "slow.json").open("w") as stream:
            for _ in range(8):
                stream.write("x" * 100)
                stream.flush()
                time.sleep(REST / 4)
        watcher.until("slow.json")
        assert watcher.quiet()
        (inbox / "slow.json").write_text("[]")
        watcher.until("slow.json")


def test_a_file_that_is_written_for_long_is_told_once(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "WRITING_SECONDS", REST)
    with watched(inbox) as watcher, (inbox / "slow.json").open("w") as stream:
        ended = time.monotonic() + 8 * REST
        while time.monotonic() < ended:
            stream.write("x")
            stream.flush()
            time.sleep(REST / 10)
        news = watcher.until("slow.json")
    assert [each.in_motion for each in news if each.in_motion] == [("slow.json",)]


def test_a_burst_is_a_few_pieces_of_news(inbox: Path) -> None:
    with watched(inbox) as watcher:
        names = [f"{number}.json" for number in range(100)]
        for name in names:
            (inbox / name).write_text("[]")
        assert len(watcher.until(*names)) < 10


def test_it_ends_soon_after_it_is_told_to(inbox: Path) -> None:
    with watched(inbox) as watcher:
        (inbox / "a.json").write_text("[]")
        watcher.until("a.json")
        began = time.monotonic()
        watcher.stop.set()
        watcher.thread.join(PATIENCE)
        assert time.monotonic() - began < 2


def test_a_folder_that_vanishes_is_told_once_and_watched_when_it_is_back(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.json").write_text("[]")
    with watched(inbox) as watcher:
        watcher.until("a.json")
        inbox.rename(tmp_path / "away")
        watcher.wait_until(lambda: len(watcher.warnings) == 1)
        assert watcher.quiet()
        (tmp_path / "away").rename(inbox)
        watcher.wait_until(lambda: len(watcher.warnings) == 2)
        (inbox / "b.json").write_text("[]")
        watcher.until("b.json")
    assert "cannot be watched (No such file or directory)" in watcher.warnings[0]
    assert watcher.warnings[1].endswith("is watched again")


def test_a_limit_of_the_system_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_watch_left(*_: object, **__: object) -> Iterator[set[tuple[int, str]]]:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr(watching, "watch", no_watch_left)
    with watched(tmp_path) as watcher:
        (tmp_path / "a.json").write_text("[]")
        watcher.until("a.json")
        assert watcher.quiet()
    assert watcher.warnings == [
        f"{tmp_path} cannot be watched (OS file watch limit reached); it is looked at every 0.1 s instead"
    ]
