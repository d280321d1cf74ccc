"""What the content rules find in the real files of waves 1 and 2, counted by rule after each was read by eye."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.screening.screening import Screening

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA = Path(__file__).parents[3] / "shared" / "data"
STAGING = DATA / "wave2_staging"
BATCHES = DATA / "wave1" / "gemini_batch_submissions_proper"


def findings_by_rule(files: Iterable[tuple[str, list[dict[str, Any]]]]) -> dict[str, list[tuple[str, int]]]:
    screening = Screening()
    found: dict[str, list[tuple[str, int]]] = {}
    for source, pairs in files:
        for ordinal, pair in enumerate(pairs, 1):
            for finding in screening.examine(source, ordinal, pair["question"], pair["answer"]):
                found.setdefault(finding.rule, []).append((source, ordinal))
    return found


def pairs_of_a_batch(file: Path) -> list[dict[str, Any]]:
    (line,) = file.read_text(encoding="utf-8").splitlines()
    text = json.loads(line)["request"]["contents"][0]["parts"][0]["text"]
    pairs: list[dict[str, Any]] = json.loads(text[text.index("[", text.index("Q&A PAIRS TO REFINE:")) :])
    return pairs


@pytest.mark.skipif(not STAGING.is_dir(), reason="the nine real files of wave 2 are not here")
def test_the_nine_real_files_hold_one_refusal_and_much_talk_of_a_model() -> None:
    files = sorted(STAGING.glob("*.json"))
    found = findings_by_rule((file.stem, json.loads(file.read_bytes())["qa_pairs"]) for file in files)
    assert {rule: len(pairs) for rule, pairs in found.items()} == {
        "opener": 276,
        "repeated-question": 118,
        "closer": 43,
        "refusal": 1,
    }
    assert found["refusal"] == [("dex_volume_7d_qa_pairs", 27)]


@pytest.mark.skipif(not BATCHES.is_dir(), reason="the batch files of wave 1 are not here")
def test_the_batch_files_of_wave_1_hold_refusals_and_the_reports_of_a_tool() -> None:
    files = sorted(BATCHES.glob("batch_*.jsonl"))
    found = findings_by_rule((file.stem[:9], pairs_of_a_batch(file)) for file in files)
    assert {rule: len(pairs) for rule, pairs in found.items()} == {
        "residue": 800,
        "opener": 414,
        "closer": 284,
        "refusal": 222,
        "repeated-question": 54,
        "repeated-pair": 6,
        "cut-off": 1,
        "placeholder": 1,
    }
    assert Counter(source for source, _ in found["residue"]) == {
        f"batch_{number}": 100 for number in range(197, 205)
    }
    assert found["repeated-pair"] == [("batch_196", ordinal) for ordinal in range(51, 57)]
    assert found["placeholder"] == [("batch_199", 98)]
