"""`batchmill emulator`: a provider in a process of its own, that survives its end and says that it is one."""

from __future__ import annotations

import json
import signal
import socket
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import Mill, Running, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number: int = taken.getsockname()[1]
        return number


@pytest.fixture
def mill(tmp_path: Path, port: int) -> Mill:
    return Mill(tmp_path / "mill", f"http://127.0.0.1:{port}")


@contextmanager
def emulator(mill: Mill, port: int, options: str = "--pending 0.1 --running 0.2") -> Iterator[Running]:
    aside = Mill(mill.root.parent / "aside")
    aside.logs = aside.root
    with aside.started(f"emulator --port {port} {options}") as running:
        running.wait_for("The emulator listens on")
        yield running


def test_jobs_survive_a_killed_emulator(mill: Mill, port: int) -> None:
    written(mill, a=11, b=11)
    with emulator(mill, port, "--folder kept --pending 0.5 --running 0.5") as first:
        mill.run("submit 205 206")
        first.end(signal.SIGKILL)
    with mill.started("run --until-idle") as running:
        running.wait_for("no connection to the provider")
        with emulator(mill, port, "--folder kept --pending 0.5 --running 0.5"):
            running.wait_for("daemon.stopped")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/emulator/stats") as answer:
                assert sorted(json.load(answer)["jobs"].values()) == [1, 1]
    assert mill.json("balance")["total"]["refined"] == 22


def test_its_clock_can_run_ahead(mill: Mill, port: int) -> None:
    written(mill, a=11)
    with emulator(mill, port, "--pending 600 --running 3600 --speed 10000"):
        mill.run("run --until-idle")
    assert mill.statuses() == {205: "downloaded"}


def test_what_it_says_to_use_is_what_works(mill: Mill, port: int) -> None:
    written(mill, a=11)
    del mill.environment["GEMINI_API_KEY"], mill.environment["BATCHMILL_PROVIDER__BASE_URL"]
    with emulator(mill, port) as running:
        running.wait_for("export ")
        exports = running.said.partition("export ")[2].splitlines()[0]
        mill.environment |= dict(word.split("=", 1) for word in exports.split())
        mill.run("run --until-idle")
        assert running.end(signal.SIGINT)[0] == 0
    assert mill.statuses() == {205: "downloaded"}


def test_everything_it_makes_is_marked(mill: Mill, port: int) -> None:
    written(mill, a=11)
    with emulator(mill, port):
        mill.run("run --until-idle")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/emulator/stats") as answer:
            assert answer.headers["x-batchmill-emulated"] == "true"
    assert "downloaded (emulated)" in mill.run("status")
    assert mill.json("history 205")["events"][-1]["event"]["emulated"] is True
    for line in (mill.root / "results/batch_205_results.jsonl").read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["response"]["modelVersion"].endswith("-emulated")


def test_a_hundred_long_pairs_in_one_request_are_cut_off_salvaged_and_repaired(mill: Mill, port: int) -> None:
    """The old way: the answer does not fit under the model's output limit, and half of it needs a repair."""
    mill.run("init")
    (mill.root / "batchmill.toml").write_text(
        '[models."gemini-2.5-flash"]\noutput_limit = 10000000\n', encoding="utf-8"
    )
    pairs = [
        {"question": f"What is {n}?", "answer": f"{n} is a number, {'and so on. ' * 300}"} for n in range(100)
    ]
    mill.put("long.json", {"session": 30, "indicator": "long", "qa_pairs": pairs})
    mill.run("plan --wave 2 --first-number 205 --accept-findings")
    assert [row["requests"] for row in mill.json("write --wave 2")] == [1]
    mill.run("approve --wave 2")
    with emulator(mill, port):
        mill.run("run --until-idle")
    row, repair = mill.json("status")["batches"]
    assert 40 < row["refined"] < 100
    assert row["cut_off"] == row["handed_over"] == 100 - row["refined"]
    assert (repair["repairs"], repair["pairs"], repair["refined"]) == (205, row["cut_off"], row["cut_off"])
    total = mill.json("balance")["total"]
    assert (total["refined"], total["missing"]) == (100, 0)
    refined = (mill.root / "results/batch_205_refined.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["pair_id"] for line in refined] == [
        f"w2-s30-long-{n:03d}" for n in range(1, row["refined"] + 1)
    ]


SCENARIO = """
[[call]]
verb = "batches.create"
on = "1"
fault = "lost"
after_effect = true

[[row]]
on = "1"
fault = "duplicated"
"""


def test_its_statistics_say_what_it_was_asked_what_it_broke_and_what_it_billed(mill: Mill, port: int) -> None:
    written(mill, a=11)
    scenario = mill.root.parent / "trouble.toml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    with emulator(mill, port, f"--pending 0.1 --running 0.2 --scenario {scenario}"):
        mill.run("run --until-idle")
        url = f"http://127.0.0.1:{port}"
        counted = mill.json(f"emulator --stats {url}")
        shown = mill.run(f"emulator --stats {url}/")
    (name,) = counted["jobs"]
    assert (counted["created"], counted["jobs"], counted["billed"]["jobs"]) == (1, {name: 1}, {name: 1})
    assert counted["faults"] == {"call.lost": 1, "row.duplicated": 1}
    assert counted["calls"]["batches.create"] == 1
    assert counted["billed"]["prompt_tokens"] > 0
    assert counted["billed"]["answer_tokens"] > 0
    lines = [line.split() for line in shown.splitlines()]
    assert ["jobs", "billed", "1"] in lines
    assert ["faults", "call.lost", "1"] in lines
    assert [name, "1", "1"] in lines


def created(port: int) -> int:
    """Ask for one inline job and return the status of the answer."""
    inline = {"requests": [{"request": {"contents": [{"parts": [{"text": "Hello."}]}]}}]}
    body = json.dumps({"batch": {"inputConfig": {"requests": inline}}}).encode()
    url = f"http://127.0.0.1:{port}/v1beta/models/m:batchGenerateContent?key=any"
    try:
        with urllib.request.urlopen(url, body) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize(
    "quota",
    [
        "--jobs-at-once 1",
        "--enqueued-tokens 3",
        "--creates-a-minute 1",
        "--requests-a-minute 1",
    ],
)
def test_its_quotas_can_be_set_and_its_clock_driven(mill: Mill, port: int, quota: str) -> None:
    with emulator(mill, port, f"{quota} --drivable-clock"):
        assert [created(port), created(port)] == [200, 429]

        advance = urllib.request.Request(f"http://127.0.0.1:{port}/emulator/clock", b'{"advance": 61}')
        with urllib.request.urlopen(advance) as answer:  # noqa: S310 - the test's own loopback address
            assert set(json.load(answer)) == {"now"}

        assert created(port) == 200


def test_statistics_of_nobody_are_refused(mill: Mill, port: int) -> None:
    assert f"no emulator answers at http://127.0.0.1:{port}" in mill.refused(
        f"emulator --stats http://127.0.0.1:{port}"
    )
    assert "no address of an emulator" in mill.refused("emulator --stats file:///etc/passwd")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--port 0 --scenario /nowhere.toml", "the scenario /nowhere.toml cannot be read"),
        ("--port {taken}", "cannot listen on 127.0.0.1:{taken}"),
        ("--port 0 --speed 0", "speed"),
        ("--port 0 --pending -1", "negative"),
        ("--port 0 --folder /proc/nothing", "/proc/nothing"),
    ],
)
def test_what_cannot_be_is_refused(mill: Mill, options: str, said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        assert said.format(taken=taken) in mill.refused(f"emulator {options.format(taken=taken)}")
