"""`retry`, `cancel`, `pause` and `resume`, with a daemon running and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.emulator.settings import EmulatorSettings
from tests.bad_lines import CREATE, LIST, BadLine, Lost, Refusal
from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.conftest import JumpingClock

    Jobs = Callable[[], Counter[str]]

TROUBLE = Refusal(503, '{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}')
CANCEL = ":cancel"


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Let jobs wait until a test puts the clock forward."""
    return EmulatorSettings(port=0, pending_seconds=600, running_seconds=1)


def names(mill: Mill, number: int) -> list[str]:
    return [event["type"].removeprefix("batch.") for event in mill.json(f"history {number}")["events"]]


def row(mill: Mill, number: int) -> dict[str, object]:
    [found] = mill.json(f"status {number}")["batches"]
    return dict(found)


def sound(mill: Mill) -> bool:
    return mill.json("history --verify")["faults"] == [] and mill.call("replay --check").status == 0


def test_a_paused_range_is_left_alone_until_it_is_resumed(
    mill: Mill, jobs: Jobs, emulator_clock: JumpingClock
) -> None:
    written(mill, a=11, b=11, c=11)
    said = mill.run("pause 205 206 --reason 'the price is looked into'")
    assert said == "batches 205-206 are paused; `batchmill resume` lets them go on.\n"
    mill.run("submit 207")
    emulator_clock.jump(700)
    mill.run("run --until-idle")
    assert mill.statuses() == {205: "written", 206: "written", 207: "downloaded"}
    assert "written, paused" in mill.run("status")
    told = "batches 205-206: paused (the price is looked into); `batchmill resume 205 206` lets them go on"
    assert told in mill.run("status")
    assert "`batchmill resume 205` lets it go on" in mill.refused("submit 205 206")
    assert sum(jobs().values()) == 1

    assert mill.run("resume 205 207").splitlines() == [
        "batch 207 is not paused, so there is nothing to resume",
        "batches 205-206 go on.",
    ]
    mill.run("submit 205 206")
    emulator_clock.jump(700)
    mill.run("run --until-idle")
    assert mill.json("balance")["total"]["refined"] == 33
    assert set(jobs().values()) == {1}
    assert sound(mill)
    assert mill.refused("cancel 205") == "batch 205 is downloaded and cannot be cancelled any more"
    assert "batch 205 is downloaded and cannot be paused any more" in mill.refused("pause 205 207")


def test_a_wish_is_an_event_with_its_actor_and_its_reason(offline: Mill) -> None:
    written(offline, a=11)
    offline.run("pause 205 --reason 'the price is looked into'")
    offline.environment["BATCHMILL_ACTOR"] = "smelter@mill"
    offline.run("resume 205 --reason 'the price is right'")
    paused, resumed = offline.json("history 205")["events"][-2:]
    assert (paused["type"], paused["actor"], paused["event"]["reason"]) == (
        "batch.paused", "droid@mill", "the price is looked into",
    )  # fmt: skip
    assert (resumed["type"], resumed["actor"], resumed["event"]["reason"]) == (
        "batch.resumed", "smelter@mill", "the price is right",
    )  # fmt: skip
    shown = offline.run("history 205")
    assert "droid@mill" in shown
    assert "the price is right" in shown


def test_a_job_under_way_is_stopped_without_a_daemon_and_retried_as_the_second_attempt(
    mill: Mill, jobs: Jobs, emulator_clock: JumpingClock
) -> None:
    written(mill, a=11, b=11)
    mill.run("submit 205 206")
    said = mill.run("cancel 205 --reason 'the wrong prompt'")
    assert said == "batch 205 is cancelled; `batchmill retry` sends it again.\n"
    wishes = names(mill, 205)
    assert wishes.index("cancel_sent") == wishes.index("cancel_requested") + 1
    emulator_clock.jump(700)
    mill.run("run --until-idle")
    assert mill.statuses() == {205: "failed", 206: "downloaded"}
    assert "the wrong prompt" in str(row(mill, 205)["reason"])
    assert mill.run("cancel 205") == "every batch of the range is cancelled already.\n"

    said = mill.run("retry 205 206")
    left, again = said.splitlines()
    assert left.startswith("batch 206 is downloaded and cannot ")
    assert again == "batch 205 is written again; next: `batchmill run`, or `batchmill submit`."
    mill.run("submit 205")
    emulator_clock.jump(700)
    mill.run("run --until-idle")
    assert mill.statuses()[205] == "downloaded"
    assert row(mill, 205)["attempt"] == 2
    assert sorted(name.rpartition("-")[0] for name in jobs().elements()) == [
        "w2-batch_205-a1", "w2-batch_205-a2", "w2-batch_206-a1",
    ]  # fmt: skip
    assert sound(mill)


def test_a_running_daemon_stops_the_job(mill: Mill, jobs: Jobs) -> None:
    written(mill, a=11, b=11)
    with mill.started("run") as running:
        running.wait_until(lambda: mill.statuses() == {205: "submitted", 206: "submitted"})
        said = mill.run("cancel 205")
        assert said.startswith("batch 205 is cancelled; `batchmill retry` sends it again.\n")
        running.wait_until(lambda: mill.statuses()[205] == "failed")
        assert mill.statuses()[206] == "submitted"
        mill.run("retry 205")
        running.wait_until(lambda: mill.statuses()[205] == "submitted")
        assert running.end()[0] == 0
    assert names(mill, 205).count("cancel_sent") == 1
    assert sum(jobs().values()) == 3
    assert sound(mill)


def test_a_cancellation_that_could_not_be_sent_is_sent_when_it_is_asked_for_again(
    mill: Mill, line: BadLine, jobs: Jobs
) -> None:
    written(mill, a=11)
    mill.run("submit 205")
    hung = line.hang(CANCEL)
    with mill.started("cancel 205") as running:
        running.wait_until(hung.is_set)
    line.release()
    assert names(mill, 205)[-1] == "cancel_requested"

    assert "cancelled already" in mill.run("cancel 205")

    assert names(mill, 205).count("cancel_sent") == 1
    assert sum(jobs().values()) == 1


def test_a_written_batch_that_is_cancelled_asks_nothing_of_the_provider(offline: Mill) -> None:
    written(offline, a=11)
    offline.run("cancel 205")
    assert "`batchmill retry 205` sends it again" in offline.refused("submit 205")
    offline.run("run --until-idle")
    assert (offline.statuses()[205], row(offline, 205)["hold"]) == ("written", "cancelled")
    offline.run("retry 205")
    assert row(offline, 205)["hold"] is None


def test_a_planned_batch_that_is_cancelled_stays_so_over_its_file_and_a_new_plan(offline: Mill) -> None:
    offline.run("init")
    offline.stage(a=11)
    offline.run("plan --wave 2 --first-number 205")
    offline.run("cancel 205")
    assert "run `batchmill write --wave 2`, then `batchmill retry 205`" in offline.refused("retry 205")
    offline.run("write --wave 2")
    assert row(offline, 205)["hold"] == "cancelled"
    offline.run("retry 205")
    assert row(offline, 205)["hold"] is None


def test_a_cancelled_submission_that_is_unclear_is_looked_for_and_stopped(
    mill: Mill, line: BadLine, jobs: Jobs
) -> None:
    mill.environment["BATCHMILL_DRIVING__LOOKS_AFTER"] = "[0.1, 600]"
    written(mill, a=11)
    line.spoil(CREATE, Lost())
    line.spoil(LIST, TROUBLE, times=50)
    with mill.started("run") as running:
        running.wait_until(lambda: "submission_unclear" in names(mill, 205))
    line.forget()
    assert mill.json("status")["batches"][0]["status"] == "written"

    mill.run("cancel 205")

    told = [name for name in names(mill, 205) if name in {"cancel_requested", "submitted", "cancel_sent"}]
    assert told == ["cancel_requested", "submitted", "cancel_sent"]
    assert sum(jobs().values()) == 1
    assert sound(mill)


def test_of_a_range_those_that_fit_are_taken_and_the_others_are_named(mill: Mill) -> None:
    written(mill, a=11, b=11, c=11)
    mill.run("cancel 206")
    said = mill.run("pause 205 207")
    assert said.splitlines() == [
        "batch 206 is cancelled and does not go on by itself; `batchmill retry 206` sends it again",
        "batches 205, 207 are paused; `batchmill resume` lets them go on.",
    ]
    again = mill.run("pause 205 207")
    assert again.splitlines()[1:] == ["the rest of the range is paused already."]
    assert mill.run("retry 205 207").splitlines() == [
        "batches 205, 207 are paused; `batchmill resume N` lets them go on",
        "batch 206 is written again; next: `batchmill run`, or `batchmill submit`.",
    ]
    assert mill.run("resume 205 207").endswith("\nbatches 205, 207 go on.\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "retry 205 207",
            "batch 205 is written and waits for its turn; there is nothing to retry (and 2 more like it)",
        ),
        ("resume 206", "batch 206 is not paused, so there is nothing to resume"),
        ("pause 204 206", "the ledger has no batch 204; `batchmill status` shows those it has"),
        ("cancel 205 299", "the ledger has no batch 208; `batchmill status` shows those it has"),
        ("retry 207 205", "the range 207 to 205 runs backwards; give the smaller number first"),
        ("settle 9 --no-job", "the ledger has no batch 9; `batchmill status` shows those it has"),
    ],
)
def test_a_wish_that_fits_no_batch_is_refused_and_changes_nothing(offline: Mill, line: str, said: str) -> None:
    written(offline, a=11, b=11, c=11)
    files, events = offline.files(), offline.events()
    assert offline.refused(line) == said
    assert (offline.files(), offline.events()) == (files, events)
