"""What embedding costs on this side of the provider: `python -m benchmarks.corpus.embedding 20000`.

Generated texts become requests of batches, made-up results are read, and the vectors put into their folder.
"""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from adapters.corpus.vectors import VectorFolder
from benchmarks.corpus.drivers.task import peak_memory
from benchmarks.corpus.texts import pairs
from core.batch.numbers import EMBED, label, number_of
from core.corpus.space import DOCUMENT
from core.embedding.answers import EmbeddingReader, embedded_line
from core.embedding.asking import EmbedRecipe, text_of
from core.embedding.vectors import embedded_lines
from core.exchange.lines import result_lines
from core.pairs import ranges_of
from core.planning.models import EMBEDDING_MODEL, models_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.batch.parts import RequestLine
    from core.embedding.asking import Text

DIMENSIONS, BATCH = 768, 250
RECIPE = EmbedRecipe(models_with()[EMBEDDING_MODEL], DIMENSIONS, DOCUMENT)
_MEGABYTE = 1 << 20


def main(number: int) -> None:
    """Print the seconds of CPU and the bytes of each step."""
    spent = dict.fromkeys(("requests", "answers", "folder", "looking"), 0.0)
    with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as name:
        root = Path(name)
        folder = VectorFolder(root, RECIPE.space)
        for place, texts in enumerate(_batches(number), 1):
            batch = number_of(EMBED, place)
            began = time.process_time()
            lines = list(RECIPE.render(batch, ranges_of([text.pair_id for text in texts]), texts))
            (root / f"{place}_requests.jsonl").write_bytes(b"".join(line for _, line in lines))
            spent["requests"] += time.process_time() - began
            requests = [request for request, _ in lines]
            _answer(root / f"{place}_results.jsonl", requests, place)
            began = time.process_time()
            _read(root, place, batch, requests)
            spent["answers"] += time.process_time() - began
            began = time.process_time()
            found = list(embedded_lines((root / f"{place}_embedded.jsonl").read_bytes().splitlines()))
            packed = [base64.b64decode(line.vector) for line in found]
            folder.put(label(batch), [line.content_sha256 for line in found], packed)
            spent["folder"] += time.process_time() - began
        began = time.process_time()
        folder.drop_altered()
        folder.held()
        spent["looking"] += time.process_time() - began
        sizes = {
            kind: sum(path.stat().st_size for path in root.rglob(f"*{kind}")) // _MEGABYTE
            for kind in ("_requests.jsonl", "_results.jsonl", "_embedded.jsonl", ".parquet")
        }
    print(f"{number:,} texts, {peak_memory() // _MEGABYTE} MB of memory; MB on disk: {sizes}")
    print(
        ", ".join(f"{step} {seconds:.2f} s ({seconds / number * 1e6:.0f} µs)" for step, seconds in spent.items())
    )


def _batches(number: int) -> Iterator[list[Text]]:
    texts = (text_of(f"w2-s30-bench-{place:03d}", *both) for place, both in enumerate(pairs(number), 1))
    while some := list(islice(texts, BATCH)):
        yield some


def _answer(path: Path, requests: Sequence[RequestLine], seed: int) -> None:
    """Write a result with a random vector for each request."""
    vectors = np.random.default_rng(seed).standard_normal((len(requests), DIMENSIONS)).tolist()
    with path.open("wb") as file:
        for request, values in zip(requests, vectors, strict=True):
            response = {"embedding": {"values": values}, "tokenCount": 400}
            file.write(msgspec.json.encode({"key": request.key, "response": response}) + b"\n")


def _read(root: Path, place: int, batch: int, requests: Sequence[RequestLine]) -> None:
    with (
        (root / f"{place}_results.jsonl").open("rb") as kept,
        (root / f"{place}_embedded.jsonl").open("wb") as file,
    ):
        reader = EmbeddingReader(result_lines(kept), requests)
        file.writelines(
            embedded_line(home, batch=label(batch), attempt=1, model=RECIPE.model.name) for home in reader
        )
    if reader.reading().refined != len(requests):
        raise RuntimeError("a vector did not come home")


if __name__ == "__main__":
    main(int(sys.argv[1]))
