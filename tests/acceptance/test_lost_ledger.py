"""A ledger that is lost, behind or on a full disk: nothing is paid for twice, and what can be read is answered."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from adapters.sql.read_model import SqlReadModel
from core.errors import LedgerError
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from pathlib import Path

    from core.projections.rows import BatchRow, WaveRow


def lose(mill: Mill) -> None:
    for path in mill.root.glob("batchmill.db*"):
        path.unlink()


def test_a_lost_ledger_is_to_be_put_back_before_a_new_one_is_made(offline: Mill) -> None:
    written(offline, a=11)
    lose(offline)
    assert "put it back from a backup, or in a new workspace run `batchmill init`" in offline.refused("status")
    said = offline.refused("init")
    assert "submissions/batch_tracking.json tells of batches" in said
    assert "put the ledger back from a backup, or move these files away" in said
    assert list(offline.root.glob("batchmill.db*")) == []


def test_results_of_a_lost_ledger_keep_a_new_one_from_being_made(offline: Mill) -> None:
    offline.run("init")
    lose(offline)
    (offline.root / "results/batch_205_refined.jsonl").write_text("{}", encoding="utf-8")
    assert "results/ holds files" in offline.refused("init")


@pytest.mark.parametrize(
    ("tracking", "refused"),
    [(b'{"batches": []}', False), (b'{"batches": [{"batch_number": 1}]}', True), (b"{", True)],
)
def test_a_tracking_file_counts_when_it_may_tell_of_batches(offline: Mill, tracking: bytes, refused: bool) -> None:  # noqa: FBT001 - a column of the table
    offline.run("init")
    lose(offline)
    (offline.root / "submissions/batch_tracking.json").write_bytes(tracking)
    assert offline.call("init").status == (1 if refused else 0)


def test_a_new_ledger_is_reported_as_made(offline: Mill) -> None:
    offline.run("init")
    lose(offline)
    assert "everything was there" not in (said := offline.run("init"))
    assert f"made {offline.root}/batchmill.db" in said
    assert "everything was there" in offline.run("init")


@pytest.mark.postgres
def test_nor_is_a_lost_postgresql_ledger_made_anew(offline: Mill, empty_postgres_url: str) -> None:
    written(offline, a=11)
    offline.environment["BATCHMILL_DATABASE_URL"] = empty_postgres_url
    assert "tells of batches" in offline.refused("init")
    assert "holds no ledger yet" in offline.refused("status")


@pytest.mark.parametrize("line", ["status", "timeline", "balance"])
def test_what_can_be_read_is_answered_when_the_tables_cannot_be_brought_up(offline: Mill, line: str) -> None:
    written(offline, a=11, b=11)
    expected = offline.json(line)
    offline.run("replay --rebuild")
    with closing(sqlite3.connect(offline.root / "batchmill.db")) as connection, connection:
        (name,) = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%checkpoint%'"
        ).fetchone()
        connection.execute(f'UPDATE "{name}" SET position = 0')  # noqa: S608 - a name from the schema

    def full(_self: SqlReadModel, _waves: list[WaveRow], _batches: list[BatchRow], **_positions: int) -> bool:
        raise LedgerError("the disk is full")

    with mock.patch.object(SqlReadModel, "save", full):
        ended = offline.call(f"{line} --json")
    assert ended.status == 0, ended.stderr
    assert json.loads(ended.stdout) == expected
    assert "the disk is full" in ended.stderr


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_a_prompt_without_a_word_is_refused(offline: Mill, text: str) -> None:
    offline.run("init")
    offline.stage(a=11)
    prompt: Path = offline.root / "prompts/refinement.md"
    prompt.write_text(text, encoding="utf-8")
    assert f"the prompt {prompt} is empty" in offline.refused("plan --wave 2")
    assert offline.events() == []


def test_a_dry_run_shows_the_other_plan_and_what_differs(offline: Mill) -> None:
    written(offline, a=11)
    offline.stage(b=12)
    said = offline.refused("plan --wave 2")
    assert "this one differs from it: the source b_qa_pairs.json is new; 23 pairs are sent, and 11 were" in said
    events = offline.events()
    shown = offline.json("plan --wave 2 --dry-run")
    assert shown["recorded"]
    assert any("the source b_qa_pairs.json is new" in warning for warning in shown["warnings"])
    assert offline.events() == events


def test_a_wave_of_one_batch_that_came_home_is_compared_with(mill: Mill) -> None:
    mill.environment["BATCHMILL_DRIVING__CANARY"] = "1"
    written(mill, a=11)
    mill.run("run --until-idle")
    for path in (mill.root / "inbox").iterdir():
        path.unlink()
    mill.stage(b=11)
    mill.run("plan --wave 3")
    assert "The files have the form of wave 2's" in mill.run("write --wave 3")
