"""Planning and writing a wave of long texts: seconds and MB/s beside bare orjson, and peak memory."""

from __future__ import annotations

import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from adapters.files.batch_files import BatchFolder, BatchToWrite, Extract
from adapters.files.extract import write_extract
from adapters.files.inbox import open_staged
from core.exchange.prompts import default_prompt, prompt_sha256
from core.exchange.requests import Recipe
from core.planning.content import Content
from core.planning.inventory import take_stock
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import DEFAULT_MODEL, models_with
from core.planning.packing import Packing, pack
from core.screening.screening import Screening
from core.wave.events import PlanSettings

_ANSWER = 3_000
_MEGABYTE = 1_000_000
_PACKED = 1_000_000
_WORDS = (
    "liquidity",
    "pool",
    "depth",
    "of",
    "the",
    "pair",
    "rises",
    "when",
    "volume",
    "over",
    "24h",
    "grows",
    "by",
)


def run() -> None:
    """Print the table; takes about half a minute and 700 MB of temporary space."""
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
        root = Path(folder)
        for name, files, pairs in (
            ("files-20000", 200, 20_000),
            ("files-5000", 50, 5_000),
            ("files-40000", 400, 40_000),
            ("single-20000", 1, 20_000),
        ):
            _measure("stage", root / name, Path(str(files)), Path(str(pairs)))
        _print_speed(root)
        _print_memory(root)
    _print_packing()


def stage(folder: Path, files: int, pairs: int) -> None:
    """Write staged files with texts that differ, with line feeds and quotes in them as real answers have."""
    folder.mkdir(parents=True)
    rng = random.Random(7)  # noqa: S311 - texts, not secrets
    each = pairs // files
    for number in range(files):
        listed = [
            {"pair_number": n + 1, "question": _text(rng, 90), "answer": _text(rng, _ANSWER)} for n in range(each)
        ]
        document = {
            "total_pairs": each,
            "session": 30 + number % 7,
            "indicator": f"indicator_{number}",
            "qa_pairs": listed,
        }
        (folder / f"indicator_{number}_qa_pairs.json").write_text(json.dumps(document, indent=2), encoding="utf-8")


def _text(rng: random.Random, length: int) -> str:
    parts: list[str] = []
    size = 0
    while size < length:
        sentence = " ".join(rng.sample(_WORDS, k=12)) + rng.choice((". ", ".\n", '." '))
        parts.append(sentence)
        size += len(sentence)
    return "".join(parts)[: length - 1] + "."


def _print_speed(root: Path) -> None:
    ours = _best("mill", root / "files-20000", root / "out")
    read = ours["staged_bytes"] / _MEGABYTE
    same = _best("orjson", root / "files-20000", root / "bare")
    every = _best("orjson-all", root / "files-20000", root / "bare-1", root / "bare-2")
    print("planning and writing 20,000 pairs of 3,000 characters in 200 staged files")
    for step in ("inventory", "plan", "extract", "batch files", "total"):
        print(f"  {step:<34}{ours[step]:7.2f} s {read / ours[step]:8.0f} MB/s")
    blind = _best("mill-unscreened", root / "files-20000", root / "out")["inventory"]
    print(f"  {'inventory without content rules':<34}{blind:7.2f} s {read / blind:8.0f} MB/s")
    for name, bare in (
        ("orjson: the texts in and out once", same),
        ("orjson: as often as we (3 in, 2 out)", every),
    ):
        print(f"  {name:<36}{bare['total']:5.2f} s   we take {ours['total'] / bare['total']:.1f} times as long")


def _print_memory(root: Path) -> None:
    print("peak memory of the same work (a bare interpreter with the same imports: ", end="")
    print(f"{_measure('nothing', root, root)['peak_mb']:.0f} MB)")
    for name in ("files-5000", "files-20000", "files-40000", "single-20000"):
        measured = _measure("mill", root / name, root / f"out-{name}")
        print(f"  {name:<34}{measured['peak_mb']:7.0f} MB {measured['total']:7.2f} s")


def _print_packing() -> None:
    packing = Packing(models_with()[DEFAULT_MODEL], 5_000)
    rng = random.Random(7)  # noqa: S311 - sizes, not secrets
    questions = [rng.randint(60, 120) for _ in range(_PACKED)]
    answers = [rng.randint(200, 6_000) for _ in range(_PACKED)]
    print(f"packing {_PACKED:,} pairs into requests by their expected output")
    for name, sizes, each in (
        ("in batches of 100", answers, 100),
        ("as one batch", answers, _PACKED),
        ("as one batch, short answers first", sorted(answers), _PACKED),
    ):
        began = time.perf_counter()
        requests = 0
        for start in range(0, _PACKED, each):
            requests += len(pack(questions[start : start + each], sizes[start : start + each], packing))
        print(f"  {name:<34}{time.perf_counter() - began:7.2f} s {requests:8,} requests")


def _best(work: str, *folders: Path) -> dict[str, float]:
    """Return the fastest of three runs, each into folders that are not there yet."""
    runs = []
    for _ in range(3):
        runs.append(_measure(work, *folders))
        for made in folders[1:]:
            shutil.rmtree(made)
    return min(runs, key=lambda measured: measured["total"])


def _measure(work: str, *folders: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.planning", work, *map(str, folders)]
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own module
    measured: dict[str, float] = orjson.loads(done.stdout)
    return measured


def _mill(staged: Path, out: Path, *, screened: bool = True) -> dict[str, float]:
    laps = [time.perf_counter()]
    opened = open_staged([staged], staged)
    stock = take_stock(opened.sources, inbox=str(staged), content=Content(Screening()) if screened else None)
    laps.append(time.perf_counter())
    model, prompt = models_with()[DEFAULT_MODEL], default_prompt()
    terms = PlanTerms(2, 1, 205, model, prompt_sha256(prompt), len(prompt))
    plan = make_plan(stock, PlanSettings("indicator", 100, "combine", 10, None), terms)
    laps.append(time.perf_counter())
    written = write_extract(out / "wave2_extracted.json", plan, opened.inbox)
    laps.append(time.perf_counter())
    batches = [BatchToWrite(batch.number, batch.ranges) for batch in plan.batches]
    files = BatchFolder(out / "submissions").write(
        Extract(written.path, written.sha256), batches, Recipe(prompt, model)
    )
    laps.append(time.perf_counter())
    assert sum(len(batch.requests) for batch in files) == sum(batch.requests for batch in plan.batches)
    names = ("inventory", "plan", "extract", "batch files")
    steps = {name: laps[place + 1] - laps[place] for place, name in enumerate(names)}
    size = sum(source.size for source in stock.inventory.sources)
    return {**steps, "total": laps[-1] - laps[0], "staged_bytes": size}


def _parse(folder: Path) -> float:
    began = time.perf_counter()
    for file in sorted(folder.iterdir()):
        orjson.loads(file.read_bytes())
    return time.perf_counter() - began


def _bare(folder: Path, out: Path) -> float:
    """Read every JSON document of a folder, write it again, and return the seconds."""
    out.mkdir()
    began = time.perf_counter()
    for file in sorted(folder.iterdir()):
        (out / file.name).write_bytes(orjson.dumps(orjson.loads(file.read_bytes())))
    return time.perf_counter() - began


def _worker(work: str, *names: str) -> None:
    folders = [Path(name) for name in names]
    measured: dict[str, float] = {}
    if work == "stage":
        stage(folders[0], int(names[1]), int(names[2]))
    elif work == "mill":
        measured = _mill(folders[0], folders[1])
    elif work == "mill-unscreened":
        measured = _mill(folders[0], folders[1], screened=False)
    elif work == "orjson":
        measured = {"total": _bare(folders[0], folders[1])}
    elif work == "orjson-all":
        read = _parse(folders[0])
        measured = {"total": read + _bare(folders[0], folders[1]) + _bare(folders[1], folders[2])}
    measured["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    sys.stdout.write(json.dumps(measured))


if __name__ == "__main__":
    _worker(*sys.argv[1:])
