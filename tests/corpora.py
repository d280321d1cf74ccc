"""Small corpora for tests: refined lines and waves to gather, rows, and a workspace whose wave came home."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from adapters.emulator.emulator import Emulator
from adapters.emulator.scenario import scenario_of
from adapters.emulator.server import serving
from adapters.emulator.settings import EmulatorSettings
from core.batch.numbers import base_of, label, round_of
from core.corpus.inputs import BatchInput, RecordedFile, WaveInput
from core.corpus.refined_line import RefinedLine
from core.corpus.row import CorpusRow, corpus_row
from core.exchange.extracted import ExtractedPair
from core.projections.balance import Balance
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SHA = "e" * 64
#: One row never comes home, and one request comes home only with its repair.
TROUBLE = """
[[row]]
holds = "w2-s30-a-007"
fault = "blocked"

[[row]]
key = "batch_205/r01"
fault = "missing"
"""


def line(pair_id: str, batch: int = 205, **fields: Any) -> RefinedLine:  # noqa: ANN401 - any field of a line
    """Return a pair as it stands in a refined-pairs file."""
    plain: dict[str, Any] = {
        "pair_id": pair_id,
        "batch": batch,
        "attempt": 1,
        "source": pair_id.rpartition("-")[0],
        "key": f"batch_{batch}/r01",
        "model": "gemini-2.5-flash",
        "prompt": "0123456789ab",
        "refined_question": f"What is {pair_id}?",
        "refined_answer": f"It is the pair {pair_id}.",
    }
    return msgspec.convert(plain | fields, RefinedLine)


def staged(pair_id: str, batch: int | None = 205, **fields: Any) -> ExtractedPair:  # noqa: ANN401 - any field
    """Return a pair as it stands in an extract."""
    plain: dict[str, Any] = {
        "pair_id": pair_id,
        "batch": batch,
        "session": 30,
        "indicator": "tvl",
        "category": "dex_metrics",
        "source": "tvl_qa_pairs.json",
        "topic": "TVL",
        "pair_number": None,
        "created_date": "2025-11-02",
        "question": f"{pair_id}?",
        "answer": "It is.",
        "excluded": None if batch else "for a reason",
    }
    return msgspec.convert(plain | fields, ExtractedPair)


def batch_input(number: int, pairs: int, *, emulated: bool = False) -> BatchInput:
    file = RecordedFile(f"results/batch_{label(number)}_refined.jsonl", SHA)
    return BatchInput(number, base_of(number), round_of(number), label(number), file, pairs, emulated)


def wave_input(*batches: BatchInput, refined: int | None = None, extract: bool = True) -> WaveInput:
    """Return wave 2 with these batches; its balance has as many refined pairs as they brought home."""
    total = sum(batch.pairs for batch in batches) if refined is None else refined
    file = RecordedFile("submissions/wave2_extracted.json", SHA) if extract else None
    return WaveInput(2, Balance(staged=total, refined=total), file, batches)


def rows_of(pairs: Iterable[tuple[str, str]], **fields: Any) -> list[CorpusRow]:  # noqa: ANN401 - any field
    """Return a corpus of questions and answers, `w2-s30-tvl-001` and so on."""
    wave, batch = wave_input(), batch_input(205, 0)
    names = (f"w2-s30-tvl-{number:03d}" for number in range(1, 1_000_000))
    found = []
    for row, (name, (question, answer)) in enumerate(zip(names, pairs, strict=False)):
        refined = line(name, refined_question=question, refined_answer=answer, **fields)
        found.append(corpus_row(row, (refined, batch), staged(name), wave))
    return found


@contextmanager
def came_home(folder: Path, scenario: str = TROUBLE) -> Iterator[Mill]:
    """Give a workspace whose wave 2 of two batches of twelve pairs came home and was accepted, three left out.

    The emulator is up meanwhile. With the usual trouble 23 pairs are refined, seven of them by a repair.
    """
    settings = EmulatorSettings(
        port=0, pending_seconds=0, running_seconds=0, scenario=scenario_of(scenario, "the test's")
    )
    with closing(Emulator(settings)) as emulator, serving(emulator, settings) as url:
        mill = Mill(folder / "mill", url, BATCHMILL_PLANNING__MAX_PAIRS_PER_REQUEST="4")
        mill.run("init")
        mill.stage(a=12, b=12, few=3)
        mill.run("plan --wave 2 --first-number 205 --low-count skip")
        mill.run("write --wave 2")
        mill.run("approve --wave 2")
        mill.run("run --until-idle")
        mill.run("accept --wave 2 --reason 'the texts are fine'")
        yield mill
