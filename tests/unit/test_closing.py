"""What `run --until-idle` says at its end: of all pairs, and of what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from cli.submission import closing, complain
from core.errors import RefusedError
from tests.unit.test_render import HELD, READ_AT, rows

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.projections.rows import BatchRow, WaveRow


class Kept:
    """A workspace of which only the read model is looked at."""

    def __init__(self, waves: list[WaveRow], batches: list[BatchRow]) -> None:
        self.database = self
        self.read_model = self
        self._waves, self._batches = waves, batches

    def waves(self) -> list[WaveRow]:
        return self._waves

    def batches(self) -> list[BatchRow]:
        return self._batches


def kept(batches: list[BatchRow], **wave: object) -> Opened:
    return cast("Opened", Kept([msgspec.structs.replace(HELD, **wave)], batches))


def complaint(opened: Opened) -> str:
    with pytest.raises(RefusedError) as raised:
        complain(opened)
    return str(raised.value)


def test_a_held_wave_and_every_batch_in_trouble_are_told_in_one_sentence() -> None:
    failed = rows([207, 208], hold="failed", status="failed", attempt=1, reason="mend it")

    assert complaint(kept([*rows([206]), *failed])) == (
        "nothing is left to do by itself, but wave 2 is held and batches 207-208 need you; "
        "wave 2: batch 205 came home with 0 of 100 pairs refined; `batchmill release --wave 2` sends the rest all "
        "the same; batches 207-208: mend it"
    )


def test_a_held_wave_of_which_all_is_sent_needs_nobody() -> None:
    complain(kept(rows([205, 206], status="downloaded", read_at=READ_AT, attempt=1)))


def test_what_a_person_wanted_needs_nobody() -> None:
    complain(kept(rows([205], hold="paused", reason="asked for by a person"), held=None))


def test_the_reason_that_holds_the_wave_is_told_once() -> None:
    failed = rows([205], hold="failed", status="failed", attempt=1, reason="the job expired")

    said = complaint(kept([*failed, *rows([206])], held="its canary batch 205 is failed: the job expired"))

    assert said.count("the job expired") == 1
    assert "batch 205 needs you" in said


def test_many_different_reasons_are_left_to_the_status() -> None:
    many = [
        msgspec.structs.replace(row, reason=f"reason {row.number % 7}")
        for row in rows(range(205, 212), hold="failed")
    ]

    said = complaint(kept(many, held=None))

    assert said.count("reason ") == 5
    assert said.endswith("`batchmill status` tells the rest")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"refined": 100}, "all 100 pairs refined"),
        (
            {"refined": 60, "given_up": 40},
            "60 of 100 pairs refined, 40 given up; `batchmill balance --which given_up` lists them",
        ),
        ({"refined": 60}, "60 of 100 pairs refined, 40 missing"),
    ],
)
def test_the_end_of_a_run_tells_what_became_of_all_pairs(changes: dict[str, int], said: str) -> None:
    batches = rows([205], status="downloaded", read_at=READ_AT, attempt=1, **changes)

    assert closing(kept(batches, staged=110, excluded=10)) == said


def test_pairs_that_were_not_sent_are_told_and_an_empty_ledger_is_not() -> None:
    assert closing(kept(rows([205]), staged=100)) == "0 of 100 pairs refined, 100 not sent"
    assert closing(kept([], staged=0)) is None
