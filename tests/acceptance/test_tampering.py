"""A copy of the ledger whose guards were removed and whose events were changed is found out, and where."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from core.ledger.chain import Head, follow_on
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from pathlib import Path

ALTERED = "it was altered or moved"


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Mill:
    """Give a workspace with two written batches: wave-2 at position 1, then planned and written ones."""
    return written(Mill(tmp_path_factory.mktemp("tampered") / "mill"), a=11, b=12)


@pytest.fixture
def copied(wave: Mill, tmp_path: Path) -> Mill:
    shutil.copytree(wave.root, tmp_path / "mill")
    return Mill(tmp_path / "mill")


def change(mill: Mill, *statements: str) -> None:
    """Change the database as somebody with the file can: without its guards."""
    with closing(sqlite3.connect(mill.root / "batchmill.db")) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        for statement in statements:
            connection.execute(statement)


def faults(mill: Mill, line: str = "history --verify") -> list[dict[str, Any]]:
    ended = mill.call(f"{line} --json")
    assert ended.status == 1
    assert "history does not hold at position" in mill.refused(line, ended)
    found: list[dict[str, Any]] = json.loads(ended.stdout)["faults"]
    return found


def test_a_ledger_that_nobody_touched_holds(copied: Mill) -> None:
    said = copied.run("history --verify")
    head = copied.json("status")["head"]
    assert said.splitlines() == [
        "3 streams walked through the chain of hashes and the lifecycle: no faults",
        f"The events lead to the head {head['position']}:{head['hash']}",
    ]
    assert f"Ledger head: {head['position']}:{head['hash']}" in copied.run("status")
    copied.run(f"history --verify --head {head['position']}:{head['hash']}")


@pytest.mark.parametrize(
    "column", ["data = replace(data, 'gemini', 'gpt')", "actor = 'nobody'", "recorded_at = '2020-01-01'"]
)
def test_an_altered_event_is_named_with_position_and_stream(copied: Mill, column: str) -> None:
    change(copied, f"UPDATE events SET {column} WHERE stream = 'batch-206' AND version = 1")  # noqa: S608
    [fault] = faults(copied)
    assert (fault["position"], fault["stream"], fault["version"]) == (3, "batch-206", 1)
    assert ALTERED in fault["reason"]
    assert faults(copied, "history 206 --verify") == [fault]
    assert "no faults" in copied.run("history 205 --verify")


def test_an_event_altered_past_reading_is_named_all_the_same(copied: Mill) -> None:
    change(copied, "UPDATE events SET data = '{' WHERE position = 2")
    assert [fault["position"] for fault in faults(copied)] == [2, 2]


def test_a_dropped_event_is_named(copied: Mill) -> None:
    change(copied, "DELETE FROM events WHERE position = 2")
    reasons = [(fault["position"], fault["reason"]) for fault in faults(copied)]
    assert (3, "position 2 is missing before it") in reasons


def test_a_stream_dropped_whole_from_the_end_is_missed(wave: Mill, copied: Mill) -> None:
    last = copied.events()[-1]
    change(copied, f"DELETE FROM events WHERE stream = '{last[1]}' AND position > 3")  # noqa: S608
    [fault] = faults(copied)
    gone = [row[0] for row in wave.events() if row[1] == last[1] and row[0] > 3]
    named = f"position {gone[0]} is" if len(gone) == 1 else f"positions {gone[0]} to {gone[-1]} are"
    assert fault["reason"] == f"{named} missing from the ledger's end"
    assert "nothing is appended" in copied.refused("pause 205")


def test_events_that_changed_places_are_named(copied: Mill) -> None:
    change(
        copied,
        "UPDATE events SET position = 100 WHERE position = 2",
        "UPDATE events SET position = 2 WHERE position = 3",
        "UPDATE events SET position = 3 WHERE position = 100",
    )
    assert {(fault["position"], fault["stream"]) for fault in faults(copied)} == {
        (2, "batch-206"),
        (3, "batch-205"),
    }


def test_an_event_that_was_added_by_hand_is_named(copied: Mill) -> None:
    change(
        copied,
        "INSERT INTO events SELECT 900, stream, 3, type, schema, data, recorded_at, actor, correlation, "
        "causation, chain FROM events WHERE position = 5",
    )
    assert any("added by hand" in fault["reason"] for fault in faults(copied))


def test_a_history_rewritten_with_all_its_hashes_is_found_out_by_a_head_that_was_kept(copied: Mill) -> None:
    kept = copied.json("status")["head"]
    chains = [*(row[-1] for row in copied.events()[:-1]), "f" * 64]
    head = Head(0, "0" * 64)
    for chain in chains:
        head = follow_on(head, chain)
    change(
        copied,
        f"UPDATE events SET chain = '{'f' * 64}' WHERE position = {kept['position']}",  # noqa: S608
        f"UPDATE ledger_head SET hash = '{head.hash}'",  # noqa: S608
    )
    found = faults(copied, f"history --verify --head {kept['position']}:{kept['hash']}")
    assert any("was kept elsewhere" in fault["reason"] for fault in found)


@pytest.mark.parametrize("line", ["history 205 --verify --head 1:00", "history --head 1:00"])
def test_a_head_is_compared_with_the_whole_ledger_alone(copied: Mill, line: str) -> None:
    assert copied.call(line).status == 2


def test_a_head_that_is_none_is_refused(copied: Mill) -> None:
    assert "is no head of a ledger" in copied.refused("history --verify --head 1:00")
