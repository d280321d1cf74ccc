"""`export events` and `import events`: a ledger moves between databases with its hashes intact, or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ledgers import Postgres

FORMS = ["jsonl", "cloudevents"]


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


def elsewhere(mill: Mill, name: str = "other.db") -> Mill:
    """Give the same workspace with a database of its own."""
    return Mill(mill.root, **{**mill.environment, "BATCHMILL_DATABASE_URL": f"sqlite:///{name}"})


def damaged(path: Path, number: int, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the line `number` (from 0) of an export."""
    lines = path.read_text(encoding="utf-8").splitlines()
    line = json.loads(lines[number])
    change(line)
    lines[number] = json.dumps(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_ledger_moves_to_another_database_with_its_hashes(offline: Mill, form: str) -> None:
    written(offline, a=11, b=12)
    said = offline.run(f"export events --format {form} out.jsonl")
    head = offline.json("status")["head"]
    assert f"up to the head {head['position']}:{head['hash']}" in said
    other = elsewhere(offline)

    carried = other.json("import events out.jsonl")

    assert (carried["events"], carried["head"], carried["lacking"]) == (head["position"], head, [])
    assert other.json("status")["head"] == head
    assert other.json("history --verify")["faults"] == []
    assert other.json("replay --check")["differences"] == []
    assert (
        other.separately(f"export events --format {form} -").stdout.encode()
        == (offline.root / "out.jsonl").read_bytes()
    )


@pytest.mark.postgres
def test_to_postgresql_and_back(offline: Mill, form: str, postgres: Postgres) -> None:
    written(offline, a=11)
    offline.run(f"export events --format {form} out.jsonl")
    name = postgres.create("template0")
    there = Mill(offline.root, **{**offline.environment, "BATCHMILL_DATABASE_URL": postgres.url(name)})
    there.run("import events out.jsonl")
    assert there.json("history --verify")["faults"] == []
    there.run("pause 205")
    there.run(f"export events --format {form} back.jsonl")
    back = elsewhere(offline, "back.db")
    back.run("import events back.jsonl")
    assert back.json("status")["head"] == there.json("status")["head"]
    assert back.json("replay --check")["differences"] == []
    postgres.drop(name)


def test_what_came_since_is_taken_in_behind_the_head(offline: Mill, form: str) -> None:
    written(offline, a=11)
    offline.run(f"export events --format {form} first.jsonl")
    other = elsewhere(offline)
    end = other.json("import events first.jsonl")["head"]["position"]
    offline.run("pause 205")
    offline.run(f"export events --format {form} --after {end} rest.jsonl")

    assert other.json("import events rest.jsonl")["events"] == 1

    assert other.json("status")["head"] == offline.json("status")["head"]
    assert "ends at" in other.refused("import events rest.jsonl")
    assert "ends at" in other.refused("import events first.jsonl")


@pytest.mark.parametrize(
    ("line", "change", "reason"),
    [
        (2, lambda line: line.update(actor="nobody"), "position 2, batch-205: it is not what was recorded"),
        (2, lambda line: line.update(position=7), "positions 2 to 6 are missing"),
        (2, lambda line: line.pop("data"), "line 3 is no event"),
        (0, lambda line: line.update(head="3:" + "f" * 64), "lead to the head"),
        (0, lambda line: line.update(version=2), "not that of an export"),
    ],
    ids=["altered", "renumbered", "torn", "another head", "another version"],
)
def test_a_file_that_does_not_hold_is_refused_whole(
    offline: Mill, line: int, change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    written(offline, a=11)
    offline.run("export events out.jsonl")
    path = offline.root / "out.jsonl"
    if line == 0 and "lead" in reason:
        head = offline.json("status")["head"]["position"]
        damaged(path, 0, lambda first: first.update(head=f"{head}:{'f' * 64}"))
    else:
        damaged(path, line, change)
    other = elsewhere(offline)

    assert reason in other.refused("import events out.jsonl")

    assert not (offline.root / "other.db").exists() or not (offline.root / "other.db").stat().st_size
    assert "no ledger" in other.refused("status")


def test_a_file_that_was_cut_short_is_refused(offline: Mill, form: str) -> None:
    written(offline, a=11)
    offline.run(f"export events --format {form} out.jsonl")
    path = offline.root / "out.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert "missing from the ledger's end" in elsewhere(offline).refused("import events out.jsonl")


def test_a_ledger_that_has_events_of_its_own_is_left_alone(offline: Mill, form: str) -> None:
    written(offline, a=11)
    offline.run(f"export events --format {form} out.jsonl")
    before = offline.events()
    assert "empty ledger" in offline.refused("import events out.jsonl")
    assert offline.events() == before


def test_an_event_of_a_newer_program_is_not_taken_in(offline: Mill) -> None:
    written(offline, a=11)
    offline.run("export events out.jsonl")
    damaged(offline.root / "out.jsonl", 1, lambda line: line.update(type="wave.of_tomorrow"))
    assert offline.call("import events out.jsonl").status == 1


def test_an_export_stays_where_it_is_unless_told(offline: Mill) -> None:
    written(offline, a=11)
    offline.run("export events out.jsonl")
    assert "say --force" in offline.refused("export events out.jsonl")
    offline.run("export events --force out.jsonl")
    assert "nothing after 900" in offline.refused("export events --after 900 more.jsonl")
    assert not (offline.root / "more.jsonl").exists()


@pytest.mark.parametrize("name", ["batchmill.db", "batchmill.toml", "submissions/batch_205.jsonl", "results"])
def test_only_an_earlier_export_is_replaced_whatever_is_forced(offline: Mill, name: str) -> None:
    written(offline, a=11)
    before = offline.statuses()
    assert "is no earlier export of events, so it is not replaced" in offline.refused(
        f"export events {name} --force"
    )
    assert offline.statuses() == before
    assert offline.json("replay --check")["files"] == []


def test_a_ledger_that_does_not_hold_is_not_exported(offline: Mill) -> None:
    written(offline, a=11)
    offline.sql("DROP TRIGGER events_no_update", "UPDATE events SET actor = 'nobody' WHERE position = 2")
    assert "history --verify" in offline.refused("export events out.jsonl")
    assert not (offline.root / "out.jsonl").exists()


def test_files_that_the_events_name_and_are_not_here_are_noted(offline: Mill, tmp_path: Path) -> None:
    written(offline, a=11)
    offline.run("export events out.jsonl")
    other = Mill(tmp_path / "other")
    other.run("init")
    said = other.run(f"import events {offline.root / 'out.jsonl'}")
    assert "note: submissions/batch_205.jsonl is missing; events name it" in said


def test_nothing_is_taken_in_beside_a_daemon(offline: Mill) -> None:
    written(offline, a=11)
    offline.run("export events out.jsonl")
    with offline.started("run") as running:
        running.wait_for("daemon.started")
        assert "drives this ledger; stop it" in offline.refused("import events out.jsonl")
