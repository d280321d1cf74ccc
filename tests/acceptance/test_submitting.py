"""`submit`: a range in the foreground, stopped at any point and started again, and never a second job."""

from __future__ import annotations

import signal
import urllib.request
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

SEVEN = ("a", "b", "c", "d", "e", "f", "g")
RATE_LIMIT = Refusal(429, '{"error": {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"}}')
TROUBLE = Refusal(503, '{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}')
UNFIT = Refusal(400, '{"error": {"code": 400, "message": "Unfit for use.", "status": "INVALID_ARGUMENT"}}')
ONE_AT_A_TIME = {"BATCHMILL_DRIVING__CHUNK": "1", "BATCHMILL_DRIVING__WORKERS": "1"}


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Keep jobs pending for as long as a test takes."""
    return EmulatorSettings(port=0, pending_seconds=60, running_seconds=1)


def brought_on(mill: Mill, *names: str) -> Mill:
    return written(mill, **dict.fromkeys(names or SEVEN, 11))


def one_job_each(jobs: Counter[str], numbers: range) -> bool:
    """Say whether every batch has exactly one job, whatever its attempt is called."""
    return sorted(name.split("-")[1] for name in jobs.elements()) == [f"batch_{number}" for number in numbers]


def test_a_range_is_submitted_and_then_skipped(mill: Mill, jobs: Jobs) -> None:
    brought_on(mill)
    said = mill.run("submit 205 211")
    assert [line.split(": ")[0] for line in said.splitlines()] == [
        f"batch {n} is submitted" for n in range(205, 212)
    ]
    assert one_job_each(jobs(), range(205, 212))
    again = mill.run("submit 205 211")
    assert again.count("already") == 7
    assert one_job_each(jobs(), range(205, 212))


def test_one_number_is_a_range_of_one(mill: Mill, jobs: Jobs) -> None:
    brought_on(mill, "a", "b", "c")
    assert mill.run("submit 206").startswith("batch 206 is submitted: batches/")
    assert one_job_each(jobs(), range(206, 207))
    assert mill.json("balance")["total"] == {
        "staged": 33,
        "excluded": 0,
        "planned": 22,
        "in_flight": 11,
        "refined": 0,
        "missing": 0,
        "given_up": 0,
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_may_be_stopped_anywhere_and_goes_on(
    mill: Mill, line: BadLine, jobs: Jobs, number: signal.Signals
) -> None:
    mill.environment |= ONE_AT_A_TIME
    brought_on(mill)
    hung = line.hang(CREATE, after=2)
    with mill.started("submit 205 211") as running:
        running.wait_until(hung.is_set)
        running.process.send_signal(number)
        if number is not signal.SIGKILL:
            line.release()
        status, seconds = running.end(number)
    line.release()
    assert seconds < 5
    assert "Traceback" not in running.said
    assert status == (-signal.SIGKILL if number is signal.SIGKILL else status)
    assert sum(jobs().values()) == 3
    mill.run("submit 205 211")
    assert one_job_each(jobs(), range(205, 212))
    assert mill.json("history --verify")["faults"] == []


def test_a_rate_limit_is_waited_out(mill: Mill, line: BadLine, jobs: Jobs) -> None:
    brought_on(mill, "a", "b", "c")
    line.spoil(CREATE, RATE_LIMIT, times=2)
    assert mill.run("submit 205 207").count("is submitted") == 3
    assert one_job_each(jobs(), range(205, 208))
    types = [event["type"] for event in mill.json("history 205")["events"]]
    assert types.count("batch.file_uploaded") == 1
    assert "batch.submission_deferred" in {
        event["type"] for n in (205, 206, 207) for event in mill.json(f"history {n}")["events"]
    }


@pytest.mark.parametrize("fault", [Lost(), Lost(kept=20), TROUBLE])
def test_a_job_whose_answer_was_lost_is_found_and_not_made_again(
    mill: Mill, line: BadLine, jobs: Jobs, fault: Lost | Refusal
) -> None:
    brought_on(mill, "a", "b")
    line.spoil(CREATE, fault)
    line.spoil(LIST, TROUBLE)
    ended = mill.call("submit 205 206")
    assert ended.status == 0
    assert ended.stdout.count("is submitted") == 2
    assert one_job_each(jobs(), range(205, 207))
    said = {event["type"] for n in (205, 206) for event in mill.json(f"history {n}")["events"]}
    assert "batch.submission_unclear" in said


def test_a_refused_batch_does_not_hold_up_the_others(mill: Mill, line: BadLine, jobs: Jobs) -> None:
    brought_on(mill, "a", "b", "c")
    line.spoil(CREATE, UNFIT)
    said = mill.refused("submit 205 207")
    assert said.startswith("2 of 3 batches are submitted, 20")
    assert "Unfit for use" in said
    assert sum(jobs().values()) == 2


def test_a_key_that_is_not_accepted_ends_it_in_one_sentence(mill: Mill, line: BadLine, jobs: Jobs) -> None:
    brought_on(mill, "a")
    line.spoil("/", Refusal(403, '{"error": {"code": 403, "message": "No.", "status": "PERMISSION_DENIED"}}'), 9)
    assert "GEMINI_API_KEY" in mill.refused("submit 205")
    assert sum(jobs().values()) == 0
    assert mill.json("balance")["total"]["planned"] == 11


def test_planned_batches_are_refused(offline: Mill) -> None:
    offline.run("init")
    offline.stage(a=11)
    offline.run("plan --wave 2 --first-number 205")
    said = offline.refused("submit 205")
    assert said == "batch 205 is planned and cannot be submitted; run `batchmill write --wave 2` first"


@pytest.mark.parametrize("numbers", ["204", "205 213", "1 3"])
def test_unknown_batches_are_refused(offline: Mill, numbers: str) -> None:
    brought_on(offline)
    events = offline.events()
    assert "the ledger has no batch" in offline.refused(f"submit {numbers}")
    assert offline.events() == events


def test_failed_batches_are_refused(mill: Mill, jobs: Jobs, emulator_clock: JumpingClock) -> None:
    brought_on(mill, "a", "b")
    mill.run("submit 205 206")
    (job,) = (row["job_name"] for row in mill.json("status 205")["batches"])
    cancel(mill, job)
    emulator_clock.jump(120)
    assert "`batchmill retry 205`" in mill.refused("run --until-idle")
    assert mill.statuses() == {205: "failed", 206: "downloaded"}
    said = mill.refused("submit 205 206")
    assert said.startswith("batch 205 is failed and cannot be submitted")
    assert sum(jobs().values()) == 2


def test_a_batch_file_that_was_changed_is_not_sent(mill: Mill, jobs: Jobs) -> None:
    brought_on(mill, "a")
    path = mill.root / "submissions/batch_205.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b"\n")
    assert "submissions/batch_205.jsonl is missing or was changed after it was written" in mill.refused(
        "submit 205"
    )
    assert sum(jobs().values()) == 0
    mill.run("write --wave 2")
    assert path.read_bytes() == whole
    mill.run("retry 205")
    assert mill.run("submit 205").startswith("batch 205 is submitted")


def cancel(mill: Mill, job: str) -> None:
    """Cancel a job as somebody would on the provider's own page."""
    request = urllib.request.Request(  # noqa: S310 - our own emulator
        f"{mill.environment['BATCHMILL_PROVIDER__BASE_URL']}/v1beta/{job}:cancel",
        data=b"{}",
        headers={"x-goog-api-key": "k"},
    )
    urllib.request.urlopen(request).close()  # noqa: S310 - the same
