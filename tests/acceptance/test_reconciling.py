"""An older wave taken over and reconciled: what the provider has of it comes into the ledger, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from adapters.emulator.truth import read_truth
from tests import older_wave
from tests.older_wave import FATES, NEVER_WAS, NUMBERS, STRANGER, TORN, UPLOADS, double, job, size

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from adapters.emulator.emulator import Emulator
    from tests.conftest import JumpingClock
    from tests.workspaces import Mill

#: What is found of the older wave, as (outcome, batch, job): neither more nor less.
FOUND = {
    *(("finished", number, job(number)) for number in (4, 5, 6, 7, 14, 15, 16, 17, 23, 24)),
    *(("under way", number, job(number)) for number in (9, 10)),
    ("lost", 11, job(11)),
    *(("lost", number, None) for number in (8, 12, 13)),
    *(("never-submitted", number, None) for number in (20, 21, 22)),
    *(("wrong-format", number, job(number)) for number in (1, 2)),
    ("wrong-format", 3, None),
    *(("duplicate", number, double(number)) for number in (14, 15)),
    *(("unsettled", number, TORN) for number in (18, 19)),
    ("unknown", None, STRANGER),
    *(("uploaded", number, None) for number in UPLOADS),
}
#: Half of batch 7's answers are cut off.
CUT_OFF = '[[row]]\ndisplay_name = "refinement_batch_007"\nfault = "cut-off"\nkeep = 0.5\n'
ALL = sum(map(size, NUMBERS))


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Let jobs run until a test puts the clock forward."""
    scenario = scenario_of(CUT_OFF, "trouble")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=3_000, scenario=scenario)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def in_either(request: pytest.FixtureRequest, mill: Mill, older: Path, emulator: Emulator) -> Mill:
    """Give a workspace that has taken over the older wave, with its ledger in either database."""
    if request.param == "postgresql":
        mill.environment["BATCHMILL_DATABASE_URL"] = request.getfixturevalue("empty_postgres_url")
    emulator.load(read_truth(older / "truth.json"))
    mill.run("init")
    older_wave.take_over(mill, older)
    return mill


def triples(found: dict[str, Any]) -> list[tuple[str, int | None, str | None]]:
    return [(each["outcome"], each["number"], each["job_name"]) for each in found["found"]["judgements"]]


def types(mill: Mill, number: int | str) -> list[str]:
    return [event["type"].removeprefix("batch.") for event in mill.json(f"history {number}")["events"]]


def sound(mill: Mill) -> bool:
    checked = mill.json("replay --check")
    return (mill.json("history --verify")["faults"], checked["differences"], checked["files"]) == ([], [], [])


def pairs_of(numbers: Iterable[int]) -> int:
    return sum(map(size, numbers))


def test_papers_that_contradict_each_other_are_recorded_as_they_are(mill: Mill, older: Path) -> None:
    mill.run("init")
    tracking, lists = older_wave.take_over(mill, older)

    figures = tracking["figures"]
    assert (figures["batches"], figures["claimed_pairs"], figures["files"]) == (24, ALL, 23)
    assert figures["collisions"] == size(22)
    assert (lists["with_job"], lists["without_job"], lists["wrong_form"]) == (19, 5, 3)
    conflicts = {(each["code"], tuple(each["numbers"]), tuple(each["jobs"])) for each in lists["conflicts"]}
    assert conflicts == {("two-jobs", (17,), (NEVER_WAS, job(17))), ("two-batches", (18, 19), (TORN,))}
    assert mill.json("balance")["total"]["in_flight"] == ALL


def test_a_dry_run_finds_all_of_it_and_changes_nothing(taken: Mill, emulator: Emulator) -> None:
    events, files = taken.events(), taken.files()

    found = taken.json("reconcile --dry-run --cancel-duplicates")

    assert sorted(triples(found), key=repr) == sorted(FOUND, key=repr)
    assert found["found"]["recorded"] == 0
    assert (taken.events(), taken.files()) == (events, files)
    assert not {"batches.cancel", "files.download", "batches.create"} & emulator.stats()["calls"].keys()


def test_all_of_it_and_only_that_is_found_and_what_can_be_had_is_downloaded_the_oldest_first(taken: Mill) -> None:
    found = taken.json("reconcile")

    assert sorted(triples(found), key=repr) == sorted(FOUND, key=repr)
    assert found["found"]["downloaded"] == list(older_wave.home())
    assert found["found"]["troubles"] == []
    by = {each["number"]: each["by"] for each in found["found"]["judgements"] if each["outcome"] == "finished"}
    assert (by[4], by[16], by[23]) == (["name", "display name"], ["display name"], ["input file"])
    assert by[24] == ["name", "display name", "time"]
    positions = {number: taken.json(f"history {number}")["events"] for number in older_wave.home()}
    came = {
        number: next(event["position"] for event in events if event["type"] == "batch.downloaded")
        for number, events in positions.items()
    }
    assert sorted(came, key=came.__getitem__) == list(older_wave.home())
    balance = taken.json("balance")["total"]
    lost = pairs_of((1, 2, 3, 8, 11, 12, 13, 20, 21, 22))
    assert balance["in_flight"] == pairs_of((9, 10, 18, 19))
    assert balance["refined"] + balance["missing"] == ALL - balance["in_flight"]
    assert lost < balance["missing"] < lost + size(7)
    assert sound(taken)


def test_the_calls_are_pages_and_one_for_each_claimed_job_that_no_page_shows(taken: Mill) -> None:
    calls = taken.json("reconcile --dry-run")["found"]["calls"]

    assert (calls["pages"], calls["gets"], calls["file_pages"]) == (1, 5, 1)


def test_reconciling_again_records_nothing(taken: Mill) -> None:
    taken.run("reconcile")
    events = taken.events()

    again = taken.json("reconcile")

    assert (again["found"]["recorded"], again["found"]["downloaded"], again["found"]["cancelled"]) == (0, [], [])
    assert taken.events() == events


def test_only_the_double_that_still_runs_is_cancelled_and_only_when_that_is_asked_for(
    taken: Mill, emulator: Emulator
) -> None:
    assert "duplicates still run, which --cancel-duplicates stops" in taken.run("reconcile")
    assert emulator.stats()["calls"].get("batches.cancel", 0) == 0

    cancelled = taken.json("reconcile --cancel-duplicates")["found"]["cancelled"]

    assert cancelled == [double(15)]
    assert taken.json("reconcile --cancel-duplicates")["found"]["cancelled"] == []
    assert emulator.stats()["calls"]["batches.cancel"] == 1


def test_a_job_that_lists_claim_for_two_batches_holds_both_until_a_person_says_whose_it_is(taken: Mill) -> None:
    taken.run("reconcile")
    rows = {row["number"]: row for row in taken.json("status")["batches"]}
    assert {number for number, row in rows.items() if row["hold"] == "quarantined"} == {18, 19}
    assert f"`batchmill settle 18 --job {TORN}`" in rows[18]["reason"]

    taken.run(f"settle 18 --job {TORN}")
    taken.run("settle 19 --no-job")
    found = taken.json("reconcile")

    new = {each for each in triples(found) if each[1] in {18, 19}}
    assert new == {("finished", 18, TORN), ("never-submitted", 19, None)}
    assert found["found"]["downloaded"] == [18]
    assert sound(taken)


def test_replanning_shows_the_price_first_and_a_dry_run_records_nothing(taken: Mill) -> None:
    taken.run("reconcile")
    events, files = taken.events(), taken.files()

    shown = taken.json("replan --wave 1 --only lost,never-submitted,wrong-format --dry-run")

    assert {each["kind"]: each["batch"] for each in shown["portions"]}.keys() == {
        "lost",
        "never-submitted",
        "wrong-format",
    }
    assert shown["pairs"] == pairs_of((1, 2, 3, 8, 11, 12, 13, 20, 21, 22))
    assert shown["unsettled"] == [18, 19]
    assert shown["estimate"]["cost_usd"] > 0
    text = taken.run("replan --wave 1 --only lost --dry-run")
    assert text.startswith(f"To ask for {pairs_of((8, 11, 12, 13))} pairs of wave 1 again is expected to cost $0.")
    assert (taken.events(), taken.files()) == (events, files)


def test_a_replan_that_is_repeated_writes_no_repair_twice(taken: Mill) -> None:
    taken.run("reconcile")
    first = taken.json("replan --wave 1 --only lost,never-submitted,wrong-format")
    events, files = taken.events(), taken.files()

    again = taken.json("replan --wave 1 --only lost,never-submitted,wrong-format")

    assert (first["written"], again["written"], again["portions"]) == (10, 0, [])
    assert taken.events() == events
    assert taken.files() == files


def test_after_replan_and_run_every_pair_is_refined_and_adopted_history_is_as_it_was(
    in_either: Mill, emulator: Emulator, emulator_clock: JumpingClock
) -> None:
    taken = in_either
    taken.run("reconcile --cancel-duplicates")
    taken.run(f"settle 18 --job {TORN}")
    taken.run("settle 19 --no-job")
    taken.run("reconcile")
    before = {number: taken.json(f"history {number}")["events"] for number in NUMBERS}

    taken.run("replan --wave 1 --only lost,never-submitted,wrong-format")
    older_wave.drive(taken, emulator_clock)
    rest = taken.json("replan --wave 1")
    assert [(each["batch"], each["kind"]) for each in rest["portions"]] == [(7, "incomplete")]
    assert older_wave.drive(taken, emulator_clock).endswith(f"all {ALL} pairs refined\n")

    balance = taken.json("balance")["total"]
    assert balance == {**dict.fromkeys(balance, 0), "staged": ALL, "refined": ALL}
    for number, events in before.items():
        after = taken.json(f"history {number}")["events"]
        assert after[: len(events)] == events
        known = {"batch.succeeded", "batch.processing", "batch.downloaded", "batch.answers_read"}
        allowed = {"batch.pairs_handed_over"} | (known if number in FATES["running"] else set())
        assert {event["type"] for event in after[len(events) :]} <= allowed, number
    assert paid_once(emulator)
    assert sound(taken)
    tracking, timeline = (taken.root / "submissions/batch_tracking.json", taken.root / "timeline.md")
    documents = tracking.read_bytes(), timeline.read_bytes()
    taken.run("replay --rebuild")
    assert (tracking.read_bytes(), timeline.read_bytes()) == documents
    way = taken.json("pair w1-adopted-b022-003")
    assert (way["place"], way["passages"][0]["original"]) == ("refined", "3")
    assert [passage["label"] for passage in way["passages"]] == ["22", "22r1"]
    assert "came with the id 3" in taken.run("pair w1-adopted-b022-003")


def paid_once(emulator: Emulator) -> bool:
    """Whether every job that this ledger created has a name of its own."""
    made = {name: count for name, count in emulator.stats()["jobs"].items() if name.startswith("w1-")}
    return bool(made) and set(made.values()) == {1}
