"""Quarantine: what is said of a batch whose job nobody could find out about, and how a person settles it."""

from __future__ import annotations

import json
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

TROUBLE = Refusal(503, '{"error": {"code": 503, "message": "Overloaded.", "status": "UNAVAILABLE"}}')


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Let jobs wait until a test puts the clock forward."""
    return EmulatorSettings(port=0, pending_seconds=600, running_seconds=1)


def row(mill: Mill, number: int) -> dict[str, object]:
    [found] = mill.json(f"status {number}")["batches"]
    return dict(found)


def sound(mill: Mill) -> bool:
    return mill.json("history --verify")["faults"] == [] and mill.call("replay --check").status == 0


@pytest.fixture
def quarantined(mill: Mill, line: BadLine) -> Mill:
    """Give a written wave whose batch 205 nobody could find out about: it has a job, and the reply was lost."""
    mill.environment["BATCHMILL_DRIVING__UNSURE_HOURS"] = "0.0001"
    written(mill, a=11)
    line.spoil(CREATE, Lost())
    line.spoil(LIST, TROUBLE, times=50)
    said = mill.refused("run --until-idle")
    assert said.startswith(
        "nothing is left to do by itself, but batch 205 needs you; batch 205: for 0.0001 h nobody"
    )
    assert "`batchmill settle 205 --no-job`" in said
    line.forget()
    mill.environment["BATCHMILL_DRIVING__UNSURE_HOURS"] = "12"
    return mill


def test_a_quarantined_batchs_job_is_found_after_a_retry(
    quarantined: Mill, jobs: Jobs, emulator_clock: JumpingClock
) -> None:
    assert row(quarantined, 205)["hold"] == "quarantined"
    assert "quarantined" in quarantined.run("timeline")
    assert "`batchmill retry 205` looks for its job again" in quarantined.refused("submit 205")
    quarantined.run("retry 205")
    emulator_clock.jump(700)
    quarantined.run("run --until-idle")
    assert quarantined.statuses() == {205: "downloaded"}
    assert list(jobs().values()) == [1]
    assert sound(quarantined)


def test_a_quarantined_batch_is_settled_with_the_job_that_a_person_found(
    quarantined: Mill, jobs: Jobs, emulator_clock: JumpingClock, line: BadLine
) -> None:
    job = job_names(line.url)[0]
    said = quarantined.run(f"settle 205 --job {job}")
    assert said == f"batch 205 has job {job}; next: `batchmill run` brings its result home.\n"
    emulator_clock.jump(700)
    quarantined.run("run --until-idle")
    settled = next(e for e in quarantined.json("history 205")["events"] if e["type"] == "batch.submitted")
    assert (settled["event"]["how"], settled["actor"]) == ("settled", "droid@mill")
    assert quarantined.statuses() == {205: "downloaded"}
    assert list(jobs().values()) == [1]
    assert sound(quarantined)


def test_a_quarantined_batch_that_has_a_job_is_not_settled_without_one(
    quarantined: Mill, jobs: Jobs, line: BadLine
) -> None:
    [job] = job_names(line.url)
    events = quarantined.events()
    said = quarantined.refused("settle 205 --no-job")
    assert said == f"the provider does have {job} for batch 205; run `batchmill settle 205 --job {job}`"
    assert quarantined.events() == events
    assert list(jobs().values()) == [1]


def test_a_quarantined_batch_is_not_settled_without_a_job_while_the_list_cannot_be_read(
    quarantined: Mill, line: BadLine
) -> None:
    events = quarantined.events()
    line.spoil(LIST, TROUBLE, times=50)
    said = quarantined.refused("settle 205 --no-job")
    assert said.startswith("batch 205 cannot be settled without a job before the provider's job list can be read")
    assert quarantined.events() == events


def test_a_quarantined_batch_without_a_job_is_sent_again_once_that_is_said(
    quarantined: Mill, jobs: Jobs, line: BadLine
) -> None:
    [job] = job_names(line.url)
    request = urllib.request.Request(f"{line.url}/v1beta/{job}?key=k", method="DELETE")  # noqa: S310 - our own emulator
    urllib.request.urlopen(request).close()  # noqa: S310 - the same
    said = quarantined.run("settle 205 --no-job")
    assert said.startswith("batch 205 has no job; next: `batchmill run`, or `batchmill submit 205`, sends it.")
    quarantined.run("submit 205")
    assert list(jobs().values()) == [2]
    assert row(quarantined, 205)["attempt"] == 1


def test_a_job_that_is_not_the_batchs_own_does_not_settle_it(quarantined: Mill, line: BadLine) -> None:
    before = job_names(line.url)
    quarantined.stage(b=11)
    quarantined.run("plan --wave 3 --first-number 305 --depends-on none")
    quarantined.run("write --wave 3")
    quarantined.run("approve --wave 3")
    quarantined.run("submit 305")
    [other] = set(job_names(line.url)) - set(before)
    said = quarantined.refused(f"settle 205 --job {other}")
    assert said.startswith(f"{other} is called 'w3-batch_305-a1-")
    assert "the job of batch 205 would be called w2-batch_205-a1-" in said
    assert quarantined.call("settle 205 --job batches/nobody-made-this").status == 1
    assert row(quarantined, 205)["hold"] == "quarantined"


@pytest.mark.parametrize("line", ["settle 205 --no-job", "settle 205 --job batches/one"])
def test_what_is_not_quarantined_is_not_settled(offline: Mill, line: str) -> None:
    written(offline, a=11)
    events = offline.events()
    assert offline.refused(line) == "batch 205 is not quarantined, so there is nothing to settle"
    assert offline.events() == events


@pytest.mark.parametrize("options", ["", "--no-job --job batches/one"])
def test_settle_wants_one_answer(offline: Mill, options: str) -> None:
    written(offline, a=11)
    ended = offline.call(f"settle 205 {options}")
    assert ended.status == 2
    assert "say either --job NAME or --no-job" in ended.stderr


def job_names(url: str) -> list[str]:
    """Return the names of all jobs that the provider lists."""
    with urllib.request.urlopen(f"{url}/v1beta/batches?pageSize=99&key=k") as answer:  # noqa: S310 - our own emulator
        listed = json.load(answer)
    return [operation["name"] for operation in listed.get("operations", [])]
