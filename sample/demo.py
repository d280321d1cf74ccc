"""Runs the main job on the sample wave, from staged files to refined pairs, against an emulator of its own."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sample.wave import write_sample_wave

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIRS = 701
REPOSITORY = Path(__file__).parents[1]
BATCHMILL = Path(sys.executable).with_name("batchmill")
#: Stands in every folder that the demo made, so that it never deletes another one.
MARK = ".made-by-the-demo"
LOG = "daemon.log"

#: Quick, and a few jobs at a time, so that there is something to watch.
PACE = {
    "BATCHMILL_DRIVING__POLL_EVERY": "0.5",
    "BATCHMILL_DRIVING__TICK_EVERY": "0.1",
    "BATCHMILL_DRIVING__JOBS_AT_ONCE": "3",
}
#: What a user's own shell may hold that would lead the demo elsewhere.
FOREIGN = ("BATCHMILL_", "GEMINI_", "GOOGLE_")

_TRANSITION = re.compile(r"\S+T([\d:]{8})\S* \[\w+ *\] batch\.(\w+) +stream=batch-(\d+)(.*)")
_REFINED = re.compile(r" refined=(\d+)")
_WAVE = re.compile(r"\S+T([\d:]{8})\S* \[\w+ *\] wave\.(\w+) +stream=wave-(\d+)")
_TURNS = {"started": "begins", "released": "released: its first batch came home well"}
#: The daemon's own beginning and end, which the command line around it shows as well.
_ENDS = re.compile(r"\S+ \[info *\] daemon\.(started|stopped)")

WHERE = (
    ("staged files", "inbox/"),
    ("ledger, every step an event", "batchmill.db"),
    ("input of record, every pair", "submissions/wave2_extracted.json"),
    ("batch files, one request a line", "submissions/batch_205.jsonl … batch_211.jsonl"),
    ("tracking file", "submissions/batch_tracking.json"),
    ("results as they came", "results/batch_205_results.jsonl …"),
    ("refined pairs", "results/batch_205_refined.jsonl …"),
    ("timeline", "timeline.md"),
    ("the daemon's log, all of it", LOG),
    ("the emulator's files and jobs", "emulator/"),
)


class DemoError(Exception):
    """The demo cannot go on; the message is one sentence for the person who started it."""


def main() -> None:
    """Run the demo; exit status 1 with one sentence when not every pair came home refined."""
    parser = argparse.ArgumentParser(prog="python -m sample.demo", description=__doc__)
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=REPOSITORY / ".demo",
        metavar="FOLDER",
        help="where everything goes; made anew each time (default: .demo in the repository)",
    )
    folder = parser.parse_args().folder.resolve()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        demonstrate(folder)
    except DemoError as error:
        sys.stderr.write(f"demo: {error}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("demo: stopped\n")
        sys.exit(130)


def demonstrate(folder: Path) -> None:
    """Run the whole job in `folder`, which is made anew; raises DemoError when it does not come to a good end."""
    began = time.monotonic()
    _make_anew(folder)
    _say("Batchmill's demo: the sample wave, nine staged files with 701 pairs, goes to an emulated provider and")
    _say(f"comes home. Everything happens in {_shown(folder)} and on this machine; nothing is sent anywhere else.")
    environment = _environment()
    _say(f"\n{_bold(f'$ cd {_shown(folder)}')}")
    with _emulator(folder, environment) as url:
        environment |= {"BATCHMILL_PROVIDER__BASE_URL": url, "GEMINI_API_KEY": "emulated"}
        _command(folder, environment, "init")
        write_sample_wave(folder / "inbox")
        _command(folder, environment, "inventory")
        _command(folder, environment, "plan --wave 2 --first-number 205")
        _command(folder, environment, "write --wave 2")
        _command(folder, environment, "approve --wave 2")
        _drive(folder, environment)
        for line in ("status", "timeline", "balance", "replay --check"):
            _command(folder, environment, line)
        refined = _refined(folder, environment)
    _say_where(folder)
    if refined != PAIRS:
        raise DemoError(
            f"{refined} of {PAIRS} pairs came home refined; {_shown(folder / LOG)} says what became of the others"
        )
    _say(
        f"\nAll {PAIRS} pairs came home refined in {time.monotonic() - began:.0f} s. They are emulated, and marked"
    )
    _say("so: the emulator edits by rule and knows nothing. Its place is taken by the Gemini API when")
    _say("BATCHMILL_PROVIDER__BASE_URL is unset and GEMINI_API_KEY holds a real key.")


def _make_anew(folder: Path) -> None:
    """Empty a folder that an earlier demo made; raises DemoError for one that holds anything else."""
    if folder.exists() and not folder.is_dir():
        raise DemoError(f"{folder} is a file; name a folder for the demo")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise DemoError(f"{folder} holds files that no demo put there; name a new folder or an empty one")
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARK).touch()
    except OSError as error:
        raise DemoError(f"{folder} cannot be made: {error.strerror}; name another folder") from error


def _environment() -> dict[str, str]:
    """Return the user's environment without what would lead the demo to another workspace, provider or key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | PACE | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


@contextmanager
def _emulator(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run an emulator for the length of the block and give its address."""
    line = "emulator --port 0 --folder emulator --pending 0.5 --running 1"
    _say(_bold(f"$ batchmill {line} &"))
    process = subprocess.Popen(  # noqa: S603 - our own command
        [BATCHMILL, *line.split()], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    with _ended_with_us(process):
        said = process.stdout.readline() if process.stdout else ""
        if "http://" not in said:
            raise DemoError("the emulator did not start; what it said stands above")
        _say(said.rstrip())
        yield said.split()[-1]


@contextmanager
def _ended_with_us(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a child when the block ends, however it ends."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.communicate(timeout=6)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _command(folder: Path, environment: dict[str, str], line: str) -> None:
    """Run a command with its output shown; raises DemoError when it fails."""
    _say(f"\n{_bold(f'$ batchmill {line}')}")
    ended = subprocess.run([BATCHMILL, *line.split()], cwd=folder, env=environment, check=False)  # noqa: S603 - our own command
    if ended.returncode:
        raise DemoError(f"`batchmill {line}` ended with exit status {ended.returncode}; its reason stands above")


def _drive(folder: Path, environment: dict[str, str]) -> None:
    """Run the daemon until nothing is left to do, its whole log in a file and what matters most shown."""
    _say(f"\n{_bold('$ batchmill run --until-idle')}")
    process = subprocess.Popen(  # noqa: S603 - our own command
        [BATCHMILL, "run", "--until-idle"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    with (folder / LOG).open("w", encoding="utf-8") as log, _ended_with_us(process):
        refined = 0
        for line in process.stderr or ():
            log.write(line)
            refined += _progress(line, refined)
        status = process.wait()
    if status:
        raise DemoError(f"`batchmill run --until-idle` ended with exit status {status}; its reason stands above")


def _progress(line: str, refined: int) -> int:
    """Show a line of the daemon's log as far as it matters, and return how many pairs it brought home."""
    found = _TRANSITION.match(line)
    if found is None:
        turn = _WAVE.match(line)
        said = f"{turn[1]} wave {turn[3]} {_TURNS[turn[2]]}" if turn and turn[2] in _TURNS else line
        if not _ENDS.match(line):
            _say(f"  {said.rstrip()}")
        return 0
    at, event, batch, rest = found.groups()
    brought = int(count[1]) if (count := _REFINED.search(rest)) else 0
    if event == "answers_read":
        home = refined + brought
        bar = "█" * (home * 28 // PAIRS)
        _say(f"  {at} batch {batch} downloaded and read  {bar:░<28} {home} of {PAIRS} pairs refined")
    elif event == "submitted":
        _say(f"  {at} batch {batch} submitted")
    elif "[warning" in line:
        _say(f"  {line.rstrip()}")
    return brought


def _refined(folder: Path, environment: dict[str, str]) -> int:
    """Return how many pairs the ledger accounts for as refined."""
    answer = subprocess.run(  # noqa: S603 - our own command
        [BATCHMILL, "balance", "--json"], cwd=folder, env=environment, check=True, stdout=subprocess.PIPE
    )
    return int(json.loads(answer.stdout)["total"]["refined"])


def _say_where(folder: Path) -> None:
    _say(f"\nWhere everything lies, in {_shown(folder)}:")
    for what, place in WHERE:
        _say(f"  {what:<32} {place}")


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) and path != here else str(path)


def _bold(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _leave(number: int, _frame: object) -> NoReturn:
    """Leave by way of every `finally`, so that the emulator ends with us."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
