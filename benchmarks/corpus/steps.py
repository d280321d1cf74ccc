"""Building, deduplicating and exporting generated pairs end to end, each step in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.daft_finder import DaftFinder, use_native
from adapters.corpus.exporting import write_export
from adapters.corpus.parts import part_of, write_parts
from benchmarks.corpus.drivers.task import peak_memory
from benchmarks.corpus.texts import lines
from core.corpus.census import Census
from core.corpus.choices import Form
from core.corpus.clusters import link
from core.corpus.gathering import gather
from core.corpus.inputs import BatchInput, RecordedFile, WaveInput
from core.corpus.manifest import ExportTerms
from core.corpus.refined_line import refined_lines_in
from core.corpus.splits import Splitter
from core.corpus.terms import Terms
from core.exchange.extracted import ExtractedPair
from core.projections.balance import Balance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.corpus.refined_line import RefinedLine

#: Pairs of a batch, as a wave has them by default.
BATCH = 100
FILE_EACH = 100
_MEGABYTE = 1 << 20


def run(numbers: list[int]) -> None:
    """Print seconds, peak memory and bytes of each step for each number of pairs."""
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
            root = Path(folder)
            print(f"\n{number:,} pairs, load before {os.getloadavg()[0]:.1f}")
            print(f"{'':<10}{'wall':>9}{'CPU':>9}{'memory':>10}{'on disk':>12}  what")
            for step in STEPS:
                words = [sys.executable, "-m", "benchmarks.corpus.steps", step, str(root), str(number)]
                began = time.perf_counter()
                ended = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
                said = json.loads(ended.stdout.splitlines()[-1])
                print(
                    f"{step:<10}{time.perf_counter() - began:>7.1f} s{said['cpu']:>7.1f} s"
                    f"{said['memory'] / _MEGABYTE:>7.0f} MB{said['disk'] / _MEGABYTE:>9.0f} MB  {said['what']}",
                    flush=True,
                )


def stage(root: Path, number: int) -> str:
    """Write the refined-pairs files and the extract of one wave: what the ledger would vouch for."""
    (root / "staged").mkdir()
    batches = []
    with (root / "staged/extract.json").open("wb") as extract:
        extract.write(b'{"wave": 2, "pairs": [')
        group: list[RefinedLine] = []
        for line in lines(number):
            group.append(line)
            extract.write((b",\n" if len(group) + len(batches) > 1 else b"\n") + _staged(line, 205 + len(batches)))
            if len(group) == BATCH:
                batches.append(_batch(root, group, 205 + len(batches)))
                group = []
        if group:
            batches.append(_batch(root, group, 205 + len(batches)))
        extract.write(b"\n]}\n")
    file = RecordedFile("staged/extract.json", sha256((root / "staged/extract.json").read_bytes()).hexdigest())
    wave = WaveInput(2, Balance(staged=number, refined=number), file, tuple(batches))
    (root / "wave.json").write_bytes(msgspec.json.encode(wave))
    return f"{len(batches):,} refined-pairs files and an extract, generated"


def build(root: Path, number: int) -> str:
    """Gather them into Parquet."""
    from adapters.files.extract import read_extract  # noqa: PLC0415 - the other steps do without

    wave = msgspec.json.decode((root / "wave.json").read_bytes(), type=WaveInput)

    def refined(file: RecordedFile) -> Iterator[RefinedLine]:
        with (root / file.path).open("rb") as stream:
            yield from refined_lines_in(stream, file)

    found = gather(wave, lambda file: read_extract(root / file.path, file.sha256), refined)
    parts = list(write_parts(root / "built", "wave-0002", found))
    assert sum(part.rows for part in parts) == number
    return f"{len(parts)} Parquet files"


def dedup(root: Path, number: int) -> str:
    """Find the duplicates."""
    use_native()
    found = DaftFinder(root / "scratch").find(_parts(root), Terms())
    assert found.rows == number
    linked = link(found, Terms())
    (root / "joined.json").write_bytes(msgspec.json.encode(linked.joined))
    return f"{found.candidates:,} compared, {len(found.near):,} near, {len(linked.joined):,} clusters"


def export(root: Path, number: int) -> str:
    """Write the pairs that stay as JSON lines."""
    joined = msgspec.json.decode((root / "joined.json").read_bytes(), type=list[list[int]])
    left_out = {row for rows in joined for row in rows[1:]}
    splitter, census = Splitter(joined, 0.1, 1), Census()
    (root / "exported").mkdir()
    parts = write_export(
        root / "exported",
        [Path(part) for part in _parts(root)],
        ExportTerms(form=Form.JSONL),
        lambda row, pair_id: None if row in left_out else splitter.split(row, pair_id),
        census,
    )
    assert census.pairs == number - len(left_out)
    return f"{census.pairs:,} pairs in {len(parts)} files"


STEPS = {"stage": stage, "build": build, "dedup": dedup, "export": export}
_MADE = {"stage": "staged", "build": "built", "dedup": "scratch", "export": "exported"}


def _parts(root: Path) -> list[str]:
    return [str(path) for path in sorted((root / "built").rglob("*.parquet"))]


def _staged(line: RefinedLine, batch: int) -> bytes:
    pair = ExtractedPair(
        line.pair_id, batch, 30, "bench", None, "bench.json", None, None, None, line.refined_question, "-", None
    )
    return msgspec.json.encode(pair)


def _batch(root: Path, group: list[RefinedLine], number: int) -> BatchInput:
    folder = root / "staged" / str(number // FILE_EACH)
    folder.mkdir(exist_ok=True)
    path = folder / f"batch_{number}_refined.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in group))
    file = RecordedFile(str(path.relative_to(root)), part_of(root, str(path.relative_to(root)), len(group)).sha256)
    return BatchInput(number, number, 0, str(number), file, len(group), emulated=True)


def main() -> None:
    """Do one step in this process and say what it cost."""
    step, root, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    what = STEPS[step](root, number)
    own = resource.getrusage(resource.RUSAGE_SELF)
    disk = sum(path.stat().st_size for path in (root / _MADE[step]).rglob("*") if path.is_file())
    said = {"cpu": own.ru_utime + own.ru_stime, "memory": peak_memory(), "disk": disk, "what": what}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
