"""The next step after `write`: a trouble's own way out, and none for what a person wanted."""

from __future__ import annotations

import pytest

from cli.render.plans import written_lines
from cli.writing import WrittenFile


def file(number: int, held: str | None = None) -> WrittenFile:
    return WrittenFile(
        number=number, path="a.jsonl", size=1, sha256="0", pairs=4, requests=1, done="unchanged", held=held
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([file(205), file(206)], "next: `batchmill run`, or `batchmill submit 205 206`."),
        (
            [file(205), file(206, "paused")],
            (
                "next: `batchmill run`, or `batchmill submit 205`; "
                "batch 206 is paused, `batchmill resume 206` lets it go on."
            ),
        ),
        (
            [file(205), file(206, "cancelled"), file(207)],
            "next: `batchmill run`; batch 206 is cancelled, `batchmill retry 206` sends it again.",
        ),
        (
            [file(205, "paused"), file(206, "paused")],
            "batches 205-206 are paused, `batchmill resume 205 206` lets them go on.",
        ),
        (
            [file(205, "over budget"), file(206, "over budget"), file(207)],
            "next: batches 205-206 are over budget, raise the budget, then `batchmill retry 205 206`.",
        ),
    ],
)
def test_each_hold_has_its_own_way_out(files: list[WrittenFile], said: str) -> None:
    assert written_lines(2, files)[-1].partition("; ")[2] == said
