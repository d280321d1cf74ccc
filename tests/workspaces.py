"""Workspaces for acceptance tests: the real command, with an environment of its own.

What drives batches runs in a process of its own. Commands that only ask or plan are called in this process, by the
same entry point, since starting Python costs more than all they do; `separately` gives them a process too.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import chdir, closing, contextmanager, redirect_stderr, redirect_stdout
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

from cli.app import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BATCHMILL = Path(sys.executable).with_name("batchmill")
#: Unique enough to be looked for in every file and every output.
KEY = "AIzaTheKeyThatIsNeverWritten-6d1f83"
#: As quick as a test may be; the waits of a person are minutes.
PACE = {
    "BATCHMILL_DRIVING__POLL_EVERY": "0.2",
    "BATCHMILL_DRIVING__TICK_EVERY": "0.05",
    "BATCHMILL_DRIVING__BACKOFF_FIRST": "0.2",
    "BATCHMILL_DRIVING__BACKOFF_MOST": "0.4",
    "BATCHMILL_DRIVING__LOOKS_AFTER": "[0.1, 0.2]",
    "BATCHMILL_DRIVING__CREATES_A_MINUTE": "1000",
    "BATCHMILL_DRIVING__CANARY": "0",
}
#: What a staged answer says: enough for an answer, and nothing that a content rule would have a word on.
KNOWN = (
    "it is counted over one day in US dollars, from the first block after midnight to the last one before it. A "
    "reader who wants to compare two pools needs the same window for both, and should know which trades the "
    "source leaves out of its sum."
)
PATIENCE = 60
DRIVING = {"run", "submit", "emulator"}
SHARED = Path(os.environ.get("BATCHMILL_SHARED", Path(__file__).parents[2] / "shared"))


class Ended(NamedTuple):
    """How a command ended: exit status, and all it printed."""

    status: int
    stdout: str
    stderr: str


class Mill:
    """A workspace, and the command that is run in it."""

    def __init__(self, root: Path, url: str = "http://127.0.0.1:9", **environment: str) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        self.logs = root.parent
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(root.parent),
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "GEMINI_API_KEY": KEY,
            "BATCHMILL_ACTOR": "droid@mill",
            "BATCHMILL_PROVIDER__BASE_URL": url,
            **PACE,
            **environment,
        }

    def call(self, line: str) -> Ended:
        """Run a command line to its end, whatever that is."""
        words = shlex.split(line)
        return self.separately(line) if DRIVING & set(words) else self._called(words)

    def separately(self, line: str, **options: Any) -> Ended:  # noqa: ANN401 - subprocess.run's
        """Run a command line to its end in a process of its own."""
        return self._process([BATCHMILL, *shlex.split(line)], **options)

    def shell(self, script: str) -> Ended:
        """Run a shell script, in which {batchmill} stands for the command."""
        return self._process(["/bin/sh", "-c", script.format(batchmill=shlex.quote(str(BATCHMILL)))])

    def python(self, program: str) -> Ended:
        """Run a Python program in this environment."""
        return self._process([sys.executable, "-c", program])

    def _process(self, command: Sequence[str | Path], **options: Any) -> Ended:  # noqa: ANN401 - subprocess.run's
        ended = subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            **options,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def _called(self, words: list[str]) -> Ended:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(sys, "argv", ["batchmill", *words]),
            chdir(self.root),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as ended:
                status = int(ended.code or 0)
        return Ended(status, out.getvalue(), err.getvalue())

    def run(self, line: str) -> str:
        """Run a command line that must end well, and return what it printed."""
        ended = self.call(line)
        assert ended.status == 0, ended.stderr
        return ended.stdout

    def json(self, line: str) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.run(f"{line} --json"))

    def refused(self, line: str, ended: Ended | None = None) -> str:
        """Run a command line that must be refused (or judge how it `ended`); return the sentence on stderr."""
        ended = ended or self.call(line)
        assert ended.status == 1, (ended.stdout, ended.stderr)
        said = ended.stderr.splitlines()
        sentences = [text for text in said if text.startswith("batchmill: ")]
        assert sentences == said[-1:], ended.stderr
        assert "Traceback" not in ended.stderr
        return sentences[0].removeprefix("batchmill: ")

    @contextmanager
    def started(self, line: str) -> Iterator[Running]:
        """Start a command line and kill it at the end of the block, if it still runs."""
        with (
            (self.logs / "command.log").open("w+b") as log,
            subprocess.Popen(  # noqa: S603 - our own command
                [BATCHMILL, *shlex.split(line)], cwd=self.root, env=self.environment, stdout=log, stderr=log
            ) as process,
        ):
            try:
                yield Running(process, Path(log.name))
            finally:
                process.kill()

    def stage(self, **counts: int) -> None:
        """Put a source of so many short pairs into the inbox for each indicator."""
        for indicator, count in counts.items():
            pairs = [
                {"question": f"What is {indicator}, {n}?", "answer": f"{indicator} {n}: {KNOWN}"}
                for n in range(1, count + 1)
            ]
            self.put(f"{indicator}_qa_pairs.json", {"session": 30, "indicator": indicator, "qa_pairs": pairs})

    def put(self, name: str, content: object) -> Path:
        """Put one file into the inbox: bytes as they are, anything else as JSON."""
        path = self.root / "inbox" / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def files(self) -> dict[str, str]:
        """Return the sha256 of every file of the workspace but the database's, by path."""
        return {
            path.relative_to(self.root).as_posix(): sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.name.startswith("batchmill.db")
        }

    def events(self) -> list[tuple[Any, ...]]:
        """Return every row of the SQLite ledger's events."""
        with closing(sqlite3.connect(f"file:{self.root}/batchmill.db?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT * FROM events ORDER BY position").fetchall()

    def sql(self, *statements: str) -> None:
        """Run statements on the SQLite ledger, as somebody with the file can."""
        with closing(sqlite3.connect(self.root / "batchmill.db")) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def statuses(self) -> dict[int, str]:
        return {row["number"]: row["status"] for row in self.json("status")["batches"]}


class Running:
    """A command that runs, and what it has printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        """Wait until the command has said this."""
        self.wait_until(lambda: text in self.said)

    def wait_until(self, happened: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait until something has happened; fail when the command ends before it, or takes too long."""
        deadline = time.monotonic() + patience
        while not happened():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal, and return the exit status and how many seconds the end took."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE), time.monotonic() - began


def written(mill: Mill, **counts: int) -> Mill:
    """Bring a workspace to written batches 205, 206, … of an approved wave, one for each indicator."""
    mill.run("init")
    mill.stage(**counts)
    mill.run("plan --wave 2 --first-number 205")
    mill.run("write --wave 2")
    mill.run("approve --wave 2")
    return mill
