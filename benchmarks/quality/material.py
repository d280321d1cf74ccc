"""The real pairs that are damaged, read where they are."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.quality.damage import Pair

STAGING = Path(__file__).resolve().parents[3] / "shared" / "data" / "wave2_staging"


def real_pairs(folder: Path) -> list[Pair]:
    """Return the pairs of the staged files in a folder, in the order of their names."""
    return [
        Pair(pair["question"], pair["answer"])
        for file in sorted(folder.glob("*.json"))
        for pair in json.loads(file.read_bytes())["qa_pairs"]
    ]
