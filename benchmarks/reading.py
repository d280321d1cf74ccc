"""Reading result files: MB/s beside bare orjson on the same bytes, and peak memory up to a file of 1 GB."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from core.batch.parts import RequestLine
from core.exchange.answers import AnswerReader
from core.exchange.lines import result_lines
from core.pairs import PairRange

if TYPE_CHECKING:
    from collections.abc import Callable

_PAIRS = 40
_MEGABYTE = 1_000_000
_SPEED_MB = 60
_ROUNDS = 5
_SOURCE = "w2-s00000000"
_FORMS: dict[str, Callable[[str], str]] = {
    "well-formed": str,
    "in a fence": lambda text: f"Here you are:\n```json\n{text}\n```\n",
    "cut off in the last object": lambda text: text[:-1000],
    "wrong escapes in every object": lambda text: text.replace("24h", "24\\%"),
    "unescaped quotes in every tenth": lambda text: text.replace('\\"thin\\"', '"thin"'),
}


def run() -> None:
    """Print the tables; takes about a minute and 1.6 GB of temporary space."""
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        root = Path(folder)
        _print_speed(root)
        _print_memory(root)


def stage(file: Path, form: str, megabytes: int) -> int:
    """Write a result file of about that size, each line for a request of its own; return the number of lines."""
    pattern = _line(form)
    lines = max(1, megabytes * _MEGABYTE // len(pattern))
    with file.open("wb") as out:
        out.writelines(pattern.replace(_SOURCE.encode(), _source(number).encode()) for number in range(lines))
    return lines


def _text(number: int, length: int) -> str:
    depth = "thin" if number % 10 == 0 else "deep"
    sentence = (
        f'Answer {number}: a pool is "{depth}" — liquidity stays near the price — when its 24h volume grows.\n'
    )
    return (sentence * (length // len(sentence) + 1))[:length]


def _source(number: int) -> str:
    return f"w2-s{number:08}"


def _line(form: str) -> bytes:
    answers = [
        {
            "pair_id": f"{_SOURCE}-{number:03}",
            "refined_question": _text(number, 90),
            "refined_answer": _text(number, 3_000),
            "quality_scores": {"clarity": 80, "completeness": 75, "overall": 78},
            "duplicate_analysis": {"is_duplicate": False, "similar_to": [], "similarity_score": 0.1},
            "rag_metadata": {"topics": ["liquidity", "depth"], "difficulty": "intermediate"},
            "enhancements_made": ["a clearer opening", "a worked example"],
            "flags": [],
        }
        for number in range(1, _PAIRS + 1)
    ]
    text = _FORMS[form](json.dumps(answers, ensure_ascii=False, indent=2))
    candidate = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
    usage = {"promptTokenCount": 40_000, "candidatesTokenCount": 50_000}
    row = {"key": _SOURCE, "response": {"candidates": [candidate], "usageMetadata": usage}}
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _requests(lines: int) -> list[RequestLine]:
    return [RequestLine(_source(number), (PairRange(_source(number), 1, _PAIRS),)) for number in range(lines)]


def _read(file: Path, requests: list[RequestLine]) -> int:
    """Return how many pairs came home."""
    with file.open("rb") as kept:
        reader = AnswerReader(result_lines(kept), requests)
        home = sum(1 for _ in reader)
    assert home == reader.reading().refined
    return home


def _bare(file: Path) -> None:
    with file.open("rb") as kept:
        for line in kept:
            orjson.loads(orjson.loads(line)["response"]["candidates"][0]["content"]["parts"][0]["text"])


def _print_speed(root: Path) -> None:
    print(f"reading {_SPEED_MB} MB of result lines, {_PAIRS} pairs of 3,000 characters each; best of {_ROUNDS}")
    plain = root / "plain.jsonl"
    stage(plain, "well-formed", _SPEED_MB)
    for form in _FORMS:
        file = root / "results.jsonl"
        requests = _requests(stage(file, form, _SPEED_MB))
        rounds = [
            (_seconds(partial(_read, file, requests)), _seconds(partial(_bare, plain))) for _ in range(_ROUNDS)
        ]
        speed = file.stat().st_size / _MEGABYTE / min(ours for ours, _ in rounds)
        bare = plain.stat().st_size / _MEGABYTE / min(theirs for _, theirs in rounds)
        home = _read(file, requests) / (len(requests) * _PAIRS)
        ratio = f"{speed / bare:.2f} of orjson's {bare:.0f} on the well-formed"
        print(f"  {form:<34}{speed:5.0f} MB/s, {ratio}; {home:.1%} came home")
        file.unlink()
    plain.unlink()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print_memory(root: Path) -> None:
    print("peak memory of reading")
    for name, form, megabytes in (
        ("100 MB", "well-formed", 100),
        ("1 GB", "well-formed", 1_000),
        ("1 GB, cut off in every line", "cut off in the last object", 1_000),
        ("one line of 500 MB", "", 500),
    ):
        file = root / "results.jsonl"
        lines = stage(file, form, megabytes) if form else _stage_endless(file, megabytes)
        began = time.perf_counter()
        held, peak = _peaks(file, lines)
        took = time.perf_counter() - began
        print(f"  {name:<36}{peak:6.0f} MB {took:6.1f} s   {held:.0f} MB of it before the first line")
        file.unlink()


def _stage_endless(file: Path, megabytes: int) -> int:
    with file.open("wb") as out:
        out.write(b'{"key": "' + _source(0).encode() + b'", "response": "')
        for _ in range(megabytes):
            out.write(b"[" * _MEGABYTE)
    return 1


def _peaks(file: Path, lines: int) -> tuple[float, float]:
    """Return the peak in MB of a process of its own with the requests laid out, and after it read the file."""
    command = [sys.executable, "-m", "benchmarks.reading", str(file), str(lines)]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own module
    before, after = orjson.loads(done.stdout)
    return before, after


def _peak() -> float:
    # Not getrusage: that begins with what the parent held when it started this process.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1_000


def _worker(file: str, lines: str) -> None:
    requests = _requests(int(lines))
    AnswerReader((), requests)
    before = _peak()
    _read(Path(file), requests)
    sys.stdout.write(json.dumps([before, _peak()]))


if __name__ == "__main__":
    _worker(*sys.argv[1:])
