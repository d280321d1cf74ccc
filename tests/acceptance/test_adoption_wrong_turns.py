"""What can go wrong while an older wave is taken over: each is a sentence, and nothing is concluded from it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.settings import EmulatorSettings
from tests import older_wave
from tests.bad_lines import LIST, BadLine, Refusal
from tests.older_wave import STRANGER, TORN, job
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.emulator.emulator import Emulator

TROUBLE = Refusal(503, '{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}')


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=3_000)


@pytest.fixture
def estranged(mill: Mill, adopted_wave: Path) -> Mill:
    """Give a workspace with the older wave, and a provider that knows nothing of it."""
    shutil.copytree(adopted_wave, mill.root, dirs_exist_ok=True)
    return mill


@pytest.fixture
def papers(tmp_path: Path, older: Path) -> Path:
    """Give the older wave's papers to write on."""
    shutil.copytree(older / "papers", tmp_path / "papers")
    return tmp_path / "papers"


def untouched(mill: Mill, line: str) -> str:
    """Run a command line that must be refused and leave ledger and files as they are; return the sentence."""
    events, files = mill.events(), mill.files()
    said = mill.refused(line)
    assert (mill.events(), mill.files()) == (events, files)
    return said


def outcomes(mill: Mill, options: str = "") -> dict[str, int]:
    found: dict[str, Any] = mill.json(f"reconcile {options}")["found"]
    told: dict[str, int] = {}
    for each in found["judgements"]:
        told[each["outcome"]] = told.get(each["outcome"], 0) + 1
    return told


def test_without_a_key_nothing_is_asked(taken: Mill) -> None:
    taken.environment.pop("GEMINI_API_KEY")
    assert "GEMINI_API_KEY" in untouched(taken, "reconcile")


def test_a_key_that_is_not_accepted_says_so_and_nothing_is_concluded(taken: Mill, line: BadLine) -> None:
    body = '{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}'
    line.spoil(LIST, Refusal(400, body), times=5)
    assert "key" in untouched(taken, "reconcile")


def test_nothing_is_concluded_from_a_list_that_cannot_be_read(taken: Mill, line: BadLine) -> None:
    line.spoil(LIST, TROUBLE, times=50)
    untouched(taken, "reconcile")


def test_from_a_provider_without_any_of_its_jobs_nothing_is_concluded(estranged: Mill) -> None:
    events = estranged.events()

    assert outcomes(estranged) == {"unsure": 24}
    said = estranged.run("reconcile")

    assert "is it another key, project or address?" in said
    assert "say --same-project" in said
    assert estranged.events() == events
    assert estranged.json("balance")["total"]["missing"] == 0


def test_a_person_can_say_that_it_is_the_right_project_all_the_same(estranged: Mill) -> None:
    assert outcomes(estranged, "--same-project --dry-run") == {
        "lost": 15,
        "never-submitted": 5,
        "wrong-format": 3,
    } | {"lost": 16}
    estranged.run("reconcile --same-project")
    balance = estranged.json("balance")["total"]
    assert balance["missing"] == balance["staged"]


def test_a_folder_is_no_list(taken: Mill, tmp_path: Path) -> None:
    assert untouched(taken, f"adopt jobs {tmp_path}") == f"{tmp_path} is not a file; name the file itself"


@pytest.mark.parametrize("content", [bytes(range(256)) * 40, b"", b"nothing of the kind\n"])
def test_a_list_that_names_nothing_is_told_of_and_not_recorded(
    taken: Mill, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "jobs.json"
    path.write_bytes(content)
    events = taken.events()
    assert f"{path}: no job and no upload is named in it" in taken.run(f"adopt jobs {path}")
    assert taken.events() == events


@pytest.mark.parametrize("line", ["adopt jobs {list}", "adopt refined {list}"])
def test_what_belongs_to_an_older_wave_wants_its_tracking_file_first(
    offline: Mill, older: Path, line: str
) -> None:
    offline.run("init")
    said = offline.refused(line.format(list=older / "papers/lists/1_submitted.json"))
    assert "begin with `batchmill adopt tracking FILE`" in said
    assert offline.events() == []


def test_a_wave_that_was_planned_here_is_not_adopted(offline: Mill, older: Path) -> None:
    written(offline, a=11)
    said = untouched(offline, f"adopt tracking {older}/papers/batch_tracking.json --wave 2")
    assert said == "wave 2 was planned here and cannot be adopted; name another one with --wave"


def test_numbers_that_another_wave_has_are_not_adopted(offline: Mill, older: Path) -> None:
    offline.run("init")
    offline.stage(a=11)
    offline.run("plan --wave 2 --first-number 7")
    said = untouched(offline, f"adopt tracking {older}/papers/batch_tracking.json")
    assert said == "batch 7 belongs to wave 2 here; adopt the older wave before its numbers are planned"


def test_an_adopted_wave_is_not_planned(taken: Mill) -> None:
    taken.stage(a=11)
    assert "`batchmill replan --wave 1`" in untouched(taken, "plan --wave 1")


def test_another_tracking_file_is_another_wave(taken: Mill, papers: Path) -> None:
    path = papers / "batch_tracking.json"
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps({**document, "batches": document["batches"][:20]}), encoding="utf-8")
    said = untouched(taken, f"adopt tracking {path}")
    assert "is another file; adopt that one as another wave with --wave" in said


def test_a_batch_file_that_changed_since_is_not_taken_for_the_one_that_was_read(taken: Mill, papers: Path) -> None:
    path = papers / "older/batch_004.jsonl"
    path.write_bytes(path.read_bytes().replace(b"You refine", b"You mend"))
    said = untouched(taken, f"adopt tracking {papers}/batch_tracking.json --wrong-form 1-3")
    assert "batch_004.jsonl has other bytes than when batch 4 was adopted" in said


def test_batch_files_that_were_read_are_missed_when_they_are_gone(taken: Mill, papers: Path) -> None:
    (papers / "older/batch_004.jsonl").unlink()
    said = untouched(taken, f"adopt tracking {papers}/batch_tracking.json --wrong-form 1-3")
    assert "is not there now; name its folder with --submissions" in said


def test_a_batch_file_that_turns_up_is_taken_over_later(taken: Mill, papers: Path, older: Path) -> None:
    shutil.copy(older / "sent/batch_024.jsonl", papers / "older/batch_024.jsonl")
    found = taken.json(f"adopt tracking {papers}/batch_tracking.json --wrong-form 1-3")
    assert (found["events"], found["figures"]["files"]) == (2, 24)
    assert taken.json("pair w1-adopted-b024-001")["question"]["before"]


@pytest.mark.parametrize("text", ["ten", "1-", "-3", "1,2"])
def test_a_range_that_is_none_is_named(taken: Mill, older: Path, text: str) -> None:
    said = untouched(taken, f"adopt tracking {older}/papers/batch_tracking.json --wrong-form={text}")
    assert f"--wrong-form {text}: give a batch or a range" in said


def test_a_lost_batch_is_not_retried_but_planned_again(taken: Mill) -> None:
    taken.run("reconcile")
    assert "`batchmill replan --wave 1`" in untouched(taken, "retry 12")


def test_only_adopted_waves_are_planned_again(taken: Mill) -> None:
    taken.stage(a=11)
    taken.run("plan --wave 2 --first-number 205")
    assert "repairs of a planned wave are made by `batchmill run`" in untouched(taken, "replan --wave 2")
    assert "wave 7 was not adopted" in untouched(taken, "replan --wave 7")
    assert "there is no such kind; choose of lost" in untouched(taken, "replan --wave 1 --only lost,stolen")


def test_nothing_is_settled_that_is_settled_by_the_provider(taken: Mill) -> None:
    taken.run("reconcile")
    assert "batch 4 cannot be settled any more: it is downloaded" in untouched(taken, "settle 4 --no-job")
    assert "the provider's names begin with batches/" in untouched(taken, f"settle 18 --job {TORN[8:]}")
    assert "is the job of batch 4 already" in untouched(taken, f"settle 18 --job {job(4)}")


def test_a_job_that_a_person_names_wrongly_is_asked_for_and_lost(taken: Mill) -> None:
    taken.run("settle 19 --job batches/nobody-knows-this")
    rows = {row["number"]: row for row in _rows_after(taken)}
    assert rows[19]["cause"] == "gone"
    assert rows[18]["job_name"] == TORN


def _rows_after(mill: Mill) -> list[dict[str, Any]]:
    mill.run("reconcile")
    rows: list[dict[str, Any]] = mill.json("status --all")["batches"]
    return rows


def test_a_person_may_give_a_batch_a_job_that_no_list_knows(taken: Mill) -> None:
    taken.run(f"settle 22 --job {STRANGER}")
    rows = {row["number"]: row for row in _rows_after(taken)}
    assert (rows[22]["status"], rows[22]["job_name"]) == ("submitted", STRANGER)


def test_while_a_daemon_drives_it_reconciles_and_nobody_else(taken: Mill, emulator: Emulator) -> None:
    with taken.started("run") as running:
        running.wait_for("batch.answers_read")
        said = taken.refused("reconcile")
        looked = taken.json("reconcile --dry-run")
    assert "daemon" in said
    assert looked["found"]["recorded"] == 0
    assert {row["number"] for row in taken.json("status")["batches"] if row["status"] == "downloaded"} >= set(
        older_wave.home()
    )
    assert emulator.stats()["created"] == 19, "nothing was created beside what had been there"


def test_the_daemon_tells_of_doubles_and_of_what_a_person_has_to_settle(taken: Mill) -> None:
    with taken.started("run") as running:
        running.wait_for("batch.answers_read")
        running.wait_for("`batchmill reconcile` tells more")
        said = running.said
    assert job(15)[:20] in said
    assert "batch 18" in said
