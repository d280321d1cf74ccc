"""Fuzzes the reading of answers: `python -m benchmarks.fuzz SECONDS`, where atheris is installed."""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fuzz.seeds import dictionary, plant

ATHERIS = "atheris==3.0.0"
_LONGEST_INPUT = 8192
_SLOWEST = 5


def main() -> int:
    """Fuzz for so many seconds, print what came of it; return 1 for a finding, which is kept and named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description="Fuzz the reading of answers.")
    parser.add_argument("seconds", type=int, help="how long")
    parser.add_argument("--keep", type=Path, default=Path(".benchmarks/fuzz"), help="folder for inputs that fail")
    given = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print(
            f"The fuzzer needs atheris, which is not installed here: {sys.executable} -m pip install {ATHERIS} "
            "(it has wheels for Linux on x86-64; the tests do without it)."
        )
        return 2
    given.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="batchmill-fuzz-") as folder:
        return _fuzz(Path(folder), given.seconds, given.keep)


def _fuzz(folder: Path, seconds: int, keep: Path) -> int:
    corpus, words = folder / "corpus", folder / "words"
    corpus.mkdir()
    plant(corpus)
    words.write_text(dictionary(), encoding="ascii")
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.fuzz.target", str(corpus)]
    command += [f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={keep}/"]
    command += [f"-max_len={_LONGEST_INPUT}", f"-timeout={_SLOWEST}", "-print_final_stats=1"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)  # noqa: S603 - our own module
    executions = re.search(r"number_of_executed_units:\s*(\d+)", done.stderr)
    grown = len(list(corpus.iterdir()))
    print(
        f"{int(executions[1]) if executions else 0:,} inputs in {time.perf_counter() - began:.0f} s, "
        f"{grown:,} of them kept for the branches they reach"
    )
    if done.returncode:
        print(f"{done.stderr[-3000:]}\nA finding: the input is in {keep}; it belongs into tests/unit as a test.")
        return 1
    print("no finding")
    return 0


if __name__ == "__main__":
    sys.exit(main())
