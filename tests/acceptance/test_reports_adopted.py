"""Reports of a wave that an older process sent: what its papers claim, and that they cannot mark anything up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import SHARED

if TYPE_CHECKING:
    from tests.workspaces import Mill

WAVE = SHARED / "data" / "wave1"


def text(mill: Mill, kind: str) -> str:
    return (mill.root / "reports" / f"WAVE_1_{kind}").read_text(encoding="utf-8")


def test_what_papers_claim_is_told_and_marks_up_nothing(offline: Mill) -> None:
    mill = offline
    mill.run("init")
    entry = {
        "batch_number": 1,
        "file_path": "old\\<b>|1.jsonl",
        "qa_count": 3,
        "file_size": 9,
        "first_pair_id": "1_0",
        "last_pair_id": "1_2",
    }
    tracking = {"total_batches": 1, "total_qa_pairs": 3, "batch_size": 3, "batches": [entry]}
    (mill.root / "batch_tracking.json").write_text(json.dumps(tracking), encoding="utf-8")
    mill.run("adopt tracking --wave 1 batch_tracking.json")

    mill.run("report --wave 1 --html")

    claim = "| 1 | claimed | 3 | 3 | 0 | adopted | - | - | old\\\\&lt;b&gt;\\|1.jsonl |"
    assert claim in text(mill, "SUBMISSION.md")
    for kind in ("PREPARATION.md", "SUBMISSION.md", "REPORT.md"):
        assert "| batches known by papers alone | 1 |" in text(mill, kind)
    assert "<b>" not in text(mill, "REPORT.html")
    assert "every projection agrees" in mill.run("replay --check")


@pytest.mark.skipif(not WAVE.is_dir(), reason="the real papers of wave 1 are not here")
def test_the_real_papers_of_wave_1_make_a_report(offline: Mill) -> None:
    mill = offline
    mill.run("init")
    mill.run(f"adopt tracking --wave 1 {WAVE / 'gemini_batch_submissions_proper' / 'batch_tracking.json'}")
    lists = " ".join(map(str, sorted((WAVE / "job_lists").iterdir())))
    mill.run(f"adopt jobs --wave 1 {lists}")

    mill.run("report --wave 1")

    said = text(mill, "REPORT.md")
    for what, figure in (
        ("batches claimed", "204"),
        ("pairs claimed", "20,356"),
        ("batches with a job on record", "91"),
        ("batch files read", "14"),
        ("batches known by papers alone", "190"),
        ("pairs taken over refined", "0"),
    ):
        assert f"| {what} | {figure} |" in said
    assert "0 of 20,356 pairs are refined (0.0%)." in said
