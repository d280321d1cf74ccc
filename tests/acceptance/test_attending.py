"""The daemon's eye on the inbox when the ledger is away, others write, or the end comes in mid-file."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from cli.attending import Attention
from cli.compose import Opened, opened
from cli.logs import open_log
from core.errors import ConflictError, LedgerError
from core.watched import FolderNews
from tests.workspaces import KNOWN, Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

PATIENCE = 30.0


class Script:
    """A folder of which this is said, once it is asked for."""

    def __init__(self, *news: FolderNews) -> None:
        self._news = news

    def news(self, stop: Event) -> Iterator[FolderNews]:
        yield from self._news
        stop.wait()


@pytest.fixture
def workspace(offline: Mill) -> Iterator[Opened]:
    """Give a workspace whose wave 2 asked again for slippage, with an answer in its inbox."""
    offline.run("init")
    offline.stage(slippage=0, tvl=12)
    offline.run("plan --wave 2")
    offline.run("request --wave 2")
    pairs = [{"question": f"What is slippage, {n}?", "answer": f"{n}: {KNOWN}"} for n in range(100)]
    offline.put("again.json", {"session": 30, "indicator": "slippage", "qa_pairs": pairs})
    with mock.patch.dict(os.environ, offline.environment, clear=True), opened(offline.root, []) as workspace:
        yield workspace


def attending(workspace: Opened, *news: FolderNews) -> Attention:
    return Attention(workspace, open_log(as_json=False), Script(FolderNews(()), *news))


def attend_until(attention: Attention, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        attention.attend("daemon@mill", None)
        time.sleep(0.01)


def fulfilled(workspace: Opened) -> list[Any]:
    return [
        recorded
        for recorded in workspace.database.store.read_stream("wave-2")
        if recorded.type == "wave.request_fulfilled"
    ]


@pytest.mark.parametrize("trouble", [ConflictError(["wave-2"]), LedgerError("the database is away")])
def test_what_came_is_recorded_once_whatever_stood_in_the_way(
    workspace: Opened, capsys: pytest.CaptureFixture[str], trouble: LedgerError
) -> None:
    store, refused = workspace.database.store, []
    append = store.append

    def first_refuse(*events: Any, **terms: Any) -> Any:  # noqa: ANN401 - the store's own
        if not refused:
            refused.append(trouble)
            raise trouble
        return append(*events, **terms)

    attention = attending(workspace, FolderNews(("again.json",)))
    with mock.patch.object(store, "append", first_refuse):
        try:
            attend_until(attention, lambda: bool(fulfilled(workspace)))
        except LedgerError as error:
            assert error is trouble  # noqa: PT017 - the daemon waits for the ledger and attends again
            attend_until(attention, lambda: bool(fulfilled(workspace)))
    attention.attend("daemon@mill", None)
    attention.stop()

    assert refused == [trouble]
    assert [(each.actor, each.event.path) for each in fulfilled(workspace)] == [
        ("daemon@mill", "inbox/again.json")
    ]
    assert capsys.readouterr().err.count("inbox.answered") == 1


def test_a_file_that_is_gone_again_and_one_in_motion_answer_nothing(
    workspace: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    attention = attending(workspace, FolderNews(("gone.json",), ("slow.json",)))
    said = ""

    def told() -> bool:
        nonlocal said
        said += capsys.readouterr().err
        return "slow.json" in said

    attend_until(attention, told)
    attention.stop()

    assert "is still being written, and answers nothing until that ends" in said
    assert "gone.json" not in said
    assert fulfilled(workspace) == []


def test_the_end_leaves_a_long_file_alone(workspace: Opened, offline: Mill) -> None:
    pairs = [{"question": f"What is tvl, {n}?", "answer": f"{n}: {KNOWN}"} for n in range(60_000)]
    offline.put("long.json", {"indicator": "tvl", "qa_pairs": pairs})
    attention = attending(workspace, FolderNews(("long.json",)))
    attention.attend("daemon@mill", None)
    time.sleep(0.1)
    (eye,) = (thread for thread in threading.enumerate() if thread.name == "inbox")
    began = time.monotonic()
    attention.stop()
    eye.join(PATIENCE)
    assert time.monotonic() - began < 2


def test_settings_that_cannot_be_used_are_told_and_the_daemon_goes_on(
    offline: Mill, workspace: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    del workspace
    with opened(offline.root, ["screening.no-such-rule=warn"]) as wrong:
        attention = attending(wrong, FolderNews(("again.json",)))
        said = ""

        def told() -> bool:
            nonlocal said
            said += capsys.readouterr().err
            return "watched no longer" in said

        attend_until(attention, told)
        attention.stop()
    assert "no-such-rule" in said
