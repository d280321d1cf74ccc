"""What the emulator remembers when it is stopped, killed and started again."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.clock import SECOND
from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.scenario import scenario_of
from adapters.emulator.server import serve
from adapters.emulator.settings import EmulatorSettings
from core.errors import BadInputError
from core.provider import JobState

if TYPE_CHECKING:
    from pathlib import Path

LINE = b'{"key": "r1", "request": {"contents": [{"parts": [{"text": "Hello."}]}]}}\n'

SERVE = """
import sys
from pathlib import Path
from adapters.emulator.server import serve
from adapters.emulator.settings import EmulatorSettings
settings = EmulatorSettings(port=0, folder=Path(sys.argv[1]))
serve(settings, on_ready=lambda url: print(url, flush=True))
print("stopped", flush=True)
"""

LEAVE_A_JOB_AND_DIE = """
import io, os, signal, sys
from pathlib import Path
from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.settings import EmulatorSettings
provider = EmulatedProvider(Emulator(EmulatorSettings(folder=Path(sys.argv[1]), speed=10_000)))
file = provider.upload(io.BytesIO(sys.argv[2].encode()), display_name="f")
print(provider.create(model="m", input_file=file.name, display_name="j").name, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_job_survives_the_death_of_the_emulator(tmp_path: Path) -> None:
    died = subprocess.run(  # noqa: S603 - this interpreter and the text above
        [sys.executable, "-c", LEAVE_A_JOB_AND_DIE, tmp_path, LINE.decode()],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL

    with contextlib.closing(Emulator(EmulatorSettings(folder=tmp_path, speed=10_000))) as emulator:
        provider = EmulatedProvider(emulator)
        job = provider.get(died.stdout.strip())
        sink = io.BytesIO()
        provider.download(job, sink)

    assert job.state is JobState.SUCCEEDED
    assert b'"key":"r1"' in sink.getvalue()


def test_an_upload_goes_on_after_a_restart(tmp_path: Path) -> None:
    settings = EmulatorSettings(folder=tmp_path)
    with contextlib.closing(Emulator(settings)) as emulator:
        upload = emulator.uploads.start(name="", display_name="f", mime_type="", declared=len(LINE))
        with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
            sink.write(LINE[:20])

    with contextlib.closing(Emulator(settings)) as emulator:
        again = emulator.uploads.get(upload.id)
        assert emulator.uploads.received(again) == 20
        with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
            sink.write(LINE[20:])
        assert emulator.uploads.finish(again).size == len(LINE)


def test_a_second_emulator_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    settings = EmulatorSettings(folder=tmp_path)
    with (
        contextlib.closing(Emulator(settings)),
        pytest.raises(BadInputError, match="stop the emulator that holds it"),
    ):
        Emulator(settings)


def test_a_taken_port_is_refused_in_one_sentence(emulator_url: str) -> None:
    port = int(emulator_url.rpartition(":")[2])

    with pytest.raises(BadInputError, match=f"cannot listen on 127.0.0.1:{port}"):
        serve(EmulatorSettings(port=port))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - as above
        assert server.stdout is not None
        assert server.stdout.readline().startswith("http://127.0.0.1:")
        os.kill(server.pid, number)
        assert server.stdout.read() == "stopped\n"

    assert server.returncode == 0


def test_what_a_scenario_did_to_a_job_outlives_the_scenario(tmp_path: Path) -> None:
    failing = scenario_of('[[job]]\nfault = "failed"', "test")
    settings = EmulatorSettings(folder=tmp_path, speed=10_000, scenario=failing)
    with contextlib.closing(Emulator(settings)) as emulator:
        provider = EmulatedProvider(emulator)
        file = provider.upload(io.BytesIO(LINE), display_name="f")
        name = provider.create(model="m", input_file=file.name, display_name="j").name

    with contextlib.closing(Emulator(EmulatorSettings(folder=tmp_path, speed=10_000_000))) as emulator:
        while EmulatedProvider(emulator).get(name).ended_at is None:
            os.sched_yield()
        assert EmulatedProvider(emulator).get(name).state is JobState.FAILED


def test_a_clock_that_was_put_forward_stays_there(tmp_path: Path) -> None:
    settings = EmulatorSettings(folder=tmp_path, drivable_clock=True)
    with contextlib.closing(Emulator(settings)) as emulator:
        emulator.advance(86_400)
        before = emulator.now()

    with contextlib.closing(Emulator(settings)) as emulator:
        assert before <= emulator.now() < before + 3600 * SECOND


def test_a_folder_of_an_older_version_goes_on(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "emulator.db")) as older, older:
        older.execute(
            "CREATE TABLE jobs (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, "
            "model TEXT NOT NULL, display_name TEXT NOT NULL, input_file TEXT, requests INTEGER NOT NULL, "
            "created_ns INTEGER NOT NULL, starts_ns INTEGER NOT NULL, ends_ns INTEGER NOT NULL, "
            "cancelled_ns INTEGER, deleted_ns INTEGER)"
        )
        older.execute("INSERT INTO jobs VALUES (1, 'old', 'm', 'j', 'files/f', 1, 1, 2, 3, NULL, NULL)")
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "old").write_bytes(LINE)

    with contextlib.closing(Emulator(EmulatorSettings(folder=tmp_path))) as emulator:
        assert EmulatedProvider(emulator).get("batches/old").state is JobState.SUCCEEDED
        assert emulator.stats()["billed"]["jobs"] == {"j": 1}
