"""A workspace whose wave came home: the real texts of wave 2 again and again, each under an id of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.emulator.emulator import Emulator
from adapters.emulator.server import serving
from adapters.emulator.settings import EmulatorSettings
from benchmarks.quality.refinements import sources

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCHMILL = Path(sys.executable).with_name("batchmill")
_A_FILE = 100
_PACE = {
    "BATCHMILL_DRIVING__POLL_EVERY": "0.5",
    "BATCHMILL_DRIVING__TICK_EVERY": "0.1",
    "BATCHMILL_DRIVING__CREATES_A_MINUTE": "10000",
    "BATCHMILL_DRIVING__CANARY": "0",
    "GEMINI_API_KEY": "any",
}


def bring_home(root: Path, count: int) -> None:
    """Plan, send to an emulator, and read a wave of `count` pairs in `root`, by the commands that people use."""
    settings = EmulatorSettings(port=0, pending_seconds=0.1, running_seconds=0.1)
    with closing(Emulator(settings)) as emulator, serving(emulator, settings) as url:
        environment = os.environ | _PACE | {"BATCHMILL_PROVIDER__BASE_URL": url, "NO_PROXY": "127.0.0.1"}

        def run(*words: str) -> None:
            subprocess.run(  # noqa: S603 - our own command
                [str(BATCHMILL), *words], cwd=root, env=environment, check=True, capture_output=True
            )

        run("init")
        for name, content in _staged(count):
            (root / "inbox" / f"{name}_qa_pairs.json").write_text(json.dumps(content), encoding="utf-8")
        run("plan", "--wave", "2", "--accept-findings")
        run("write", "--wave", "2")
        run("approve", "--wave", "2")
        run("run", "--until-idle")


def _staged(count: int) -> Iterator[tuple[str, object]]:
    """Yield staged files of 100 pairs each, the texts marked by where they stand so that no two are alike."""
    texts = cycle([before for batch in sources() for before in batch])
    for number, begin in enumerate(range(0, count, _A_FILE), 1):
        pairs = [
            {"question": before.question, "answer": f"{before.answer} This is note {begin + place} of the series."}
            for place, before in enumerate(islice(texts, min(_A_FILE, count - begin)), 1)
        ]
        name = f"repeated_{number:03d}"
        yield name, {"session": 30, "indicator": name, "category": "dex_metrics", "qa_pairs": pairs}
