"""Takes backups of a workspace while its daemon drives, and restores each into a new folder.

`python -m benchmarks.backups [TRIES]`. Each begins just when the daemon appends.
A restored workspace is sound when `replay --check` and `history --verify`
find nothing, no file is missing, and it holds at least as many events as the ledger did when its backup began.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.program import BATCHMILL, emulator
from cli.backups.making import make_backup
from cli.backups.restoring import restore
from cli.compose import opened
from cli.history import verified
from cli.replay import check

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A wave has so many batches of so many pairs; when one is home, the next is planned.
BATCHES, PAIRS = 40, 4
PACE = {
    "BATCHMILL_DRIVING__POLL_EVERY": "0.1",
    "BATCHMILL_DRIVING__TICK_EVERY": "0.05",
    "BATCHMILL_DRIVING__CHUNK": "1",
    "BATCHMILL_DRIVING__JOBS_AT_ONCE": "20",
    "BATCHMILL_DRIVING__CREATES_A_MINUTE": "10000",
    "BATCHMILL_DRIVING__CANARY": "0",
    "GEMINI_API_KEY": "emulated",
}


class Try(NamedTuple):
    """One backup: seconds and bytes it took, events in it, events appended while it was made, faults."""

    seconds: float
    size: int
    events: int
    meanwhile: int
    faults: int


class Mill(NamedTuple):
    """A workspace and the environment its commands run in."""

    root: Path
    environment: dict[str, str]

    def do(self, *words: str) -> None:
        """Run a command that must end well."""
        subprocess.run(  # noqa: S603 - our own program
            [BATCHMILL, *words], cwd=self.root, env=self.environment, check=True, stdout=subprocess.DEVNULL
        )

    def next_wave(self, wave: int) -> None:
        """Stage, plan, write and approve one more wave, while the daemon runs."""
        answer = "The number {n} of wave {wave} follows {before}, as everybody knows who can count that far."
        pairs = [
            {"question": f"What is {n} in wave {wave}?", "answer": answer.format(n=n, wave=wave, before=n - 1)}
            for n in range(BATCHES * PAIRS)
        ]
        shutil.rmtree(self.root / "inbox")
        (self.root / "inbox").mkdir()
        (self.root / "inbox" / f"numbers{wave}.json").write_text(json.dumps(pairs))
        terms = ("--strategy", "size", "--batch-size", str(PAIRS), "--depends-on", "none")
        self.do("plan", "--wave", str(wave), *terms)
        self.do("write", "--wave", str(wave))
        self.do("approve", "--wave", str(wave))

    def left(self) -> int:
        """Return how many batches are not home yet."""
        with opened(self.root, []) as workspace:
            return sum(not row.read_at for row in workspace.rows().batches())


def one_try(mill: Mill, folder: Path) -> Try:
    """Do what the commands do, in this process: back up, restore into a new folder, look for faults."""
    with opened(mill.root, []) as workspace:
        store = workspace.database.store
        seen = store.head()
        while (before := store.head()) == seen:
            time.sleep(0.005)
        begun = time.monotonic()
        made = make_backup(workspace, folder / "backup.tar", force=False)
        seconds, after = time.monotonic() - begun, store.head()
    restore(folder / "backup.tar", folder / "there", [], force=False)
    with opened(folder / "there", []) as there:
        checked, found = check(there), verified(there, None)
    faults = len(checked.differences) + len(checked.files) + len(found.faults) + len(made.absent)
    events = found.head.position if found.head else 0
    return Try(seconds, made.size, events, after - before, faults + (not before <= events <= after))


def run(tries: int = 50) -> list[Try]:
    """Print a line for each try that is not sound, and one for all."""
    done: list[Try] = []
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder, emulator() as url:
        mill = _made(Path(folder) / "mill", url)
        with _driven(mill) as daemon:
            wave = 1
            while len(done) < tries:
                assert daemon.poll() is None, (mill.root / "run.log").read_text()[-2_000:]
                if mill.left() < BATCHES // 2:
                    wave += 1
                    mill.next_wave(wave)
                place = Path(folder) / f"try{len(done)}"
                place.mkdir()
                done.append(one_try(mill, place))
                if done[-1].faults:
                    print(f"try {len(done)}: {done[-1]}", flush=True)
                shutil.rmtree(place)
    print(summary(done), flush=True)
    return done


def _made(root: Path, url: str) -> Mill:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BATCHMILL_", "GOOGLE_"))}
    mill = Mill(root, {**clean, **PACE, "BATCHMILL_PROVIDER__BASE_URL": url})
    root.mkdir()
    mill.do("init")
    return mill


@contextmanager
def _driven(mill: Mill) -> Iterator[subprocess.Popen[bytes]]:
    with (
        (mill.root / "run.log").open("wb") as log,
        subprocess.Popen([BATCHMILL, "run"], cwd=mill.root, env=mill.environment, stderr=log) as daemon,  # noqa: S603 - ours
    ):
        try:
            yield daemon
        finally:
            daemon.terminate()


def summary(done: list[Try]) -> str:
    """Return all tries in one line."""
    busy = sum(each.meanwhile > 0 for each in done)
    seconds = sorted(each.seconds for each in done)
    return (
        f"{len(done)} backups while a daemon drove, {busy} of them with events appended meanwhile "
        f"({sum(each.meanwhile for each in done)} in all); {done[0].events} to {done[-1].events} events, "
        f"{seconds[0]:.2f} to {seconds[-1]:.2f} s each; {sum(each.faults > 0 for each in done)} not sound"
    )


if __name__ == "__main__":
    found = run(*map(int, sys.argv[1:]))
    sys.exit(any(each.faults for each in found))
