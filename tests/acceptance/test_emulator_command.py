"""`batchmill emulator`: a provider in a process of its own, that survives its end and says that it is one."""

from __future__ import annotations

import json
import signal
import socket
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


def test_a_hundred_long_pairs_in_one_request_are_cut_off_and_salvaged(mill: Mill, port: int) -> None:
    """The old way: the answer does not fit under the model's output limit, and half of it cannot come back."""
    mill.run("init")
    (mill.root / "batchmill.toml").write_text(
        '[models."gemini-2.5-flash"]\noutput_limit = 10000000\n', encoding="utf-8"
    )
    pairs = [
        {"question": f"What is {n}?", "answer": f"{n} is a number, {'and so on. ' * 300}"} for n in range(100)
    ]
    mill.put("long.json", {"session": 30, "indicator": "long", "qa_pairs": pairs})
    mill.run("plan --wave 2 --first-number 205")
    assert [row["requests"] for row in mill.json("write --wave 2")] == [1]
    with emulator(mill, port):
        mill.run("run --until-idle")
    (row,) = mill.json("status")["batches"]
    assert 40 < row["refined"] < 100
    assert row["cut_off"] == 100 - row["refined"]
    total = mill.json("balance")["total"]
    assert (total["refined"], total["missing"]) == (row["refined"], row["cut_off"])
    refined = (mill.root / "results/batch_205_refined.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["pair_id"] for line in refined] == [
        f"w2-s30-long-{n:03d}" for n in range(1, row["refined"] + 1)
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
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
