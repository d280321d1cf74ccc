from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.projections.rows import BatchRow, Outline, WaveRow

if TYPE_CHECKING:
    from core.ports import ReadModel

TIME = "2026-11-02T12:00:00.000000Z"
#: Whole numbers as far as both databases count, and sums of money (NaN, which is not one, has no place in SQLite).
COUNT = st.integers(0, 2**63 - 1)
MONEY = st.floats(0, allow_nan=False, allow_infinity=False)
KINDS = {"int": COUNT, "float": MONEY}


def wave_row(wave: int = 2, **changes: object) -> WaveRow:
    fields: dict[str, object] = {
        "wave": wave,
        "revision": 1,
        "staged": 701,
        "excluded": 0,
        "sources": 9,
        "batches": (205, 206),
        "strategy": "indicator",
        "model": "gemini-2.5-flash",
        "input_tokens": 560_800,
        "output_tokens": 701_000,
        "cost_usd": 0.9603,
        "planned_at": TIME,
        "extract_path": "wave2_extracted.json",
        "status": "planned",
        "status_at": TIME,
        "status_by": "droid@mill",
        "version": 1,
    }
    return WaveRow(**{**fields, **changes})  # type: ignore[arg-type] # the fields are those of the class


def batch_row(number: int, **changes: object) -> BatchRow:
    fields: dict[str, object] = {
        "number": number,
        "wave": 2,
        "status": "planned",
        "title": "dex_volume_24h",
        "pairs": 100,
        "planned_at": TIME,
        "changed_at": TIME,
        "version": 1,
    }
    return BatchRow(**{**fields, **changes})  # type: ignore[arg-type] # the fields are those of the class


def test_outlines_place_every_batch_by_number(read_model: ReadModel) -> None:
    rows = [batch_row(206, pairs=7, status="withdrawn"), batch_row(205), batch_row(1_000_000_205, repairs=205)]
    read_model.save((), rows, was=0, checkpoint=1)

    assert read_model.outlines() == [
        Outline(205, 2, "planned", 100, None),
        Outline(206, 2, "withdrawn", 7, None),
        Outline(1_000_000_205, 2, "planned", 100, 205),
    ]


def test_a_new_read_model_accounts_for_nothing(read_model: ReadModel) -> None:
    assert read_model.checkpoint() == 0
    assert read_model.waves() == []
    assert read_model.batches() == []


def test_rows_and_checkpoint_are_saved_together(read_model: ReadModel) -> None:
    waves = [wave_row(3, batches=()), wave_row(2)]
    batches = [batch_row(206), batch_row(205)]

    assert read_model.save(waves, batches, was=0, checkpoint=7)

    assert read_model.checkpoint() == 7
    assert read_model.waves() == waves[::-1]
    assert read_model.batches() == batches[::-1]


def test_a_row_is_replaced_whole_and_others_stay(read_model: ReadModel) -> None:
    first = batch_row(205, job_name="batches/1", reason="rate limit", emulated=True)
    other = batch_row(206)
    read_model.save([wave_row()], [first, other], was=0, checkpoint=3)

    later = batch_row(205, status="written", version=2)
    assert read_model.save([wave_row(revision=2)], [later], was=3, checkpoint=4)

    assert read_model.batches() == [later, other]
    assert read_model.waves() == [wave_row(revision=2)]


def test_whoever_is_behind_changes_nothing(read_model: ReadModel) -> None:
    read_model.save([], [batch_row(205)], was=0, checkpoint=5)

    assert not read_model.save([wave_row()], [batch_row(205, title="late")], was=4, checkpoint=6)
    assert not read_model.save([wave_row()], [batch_row(205, title="late")], was=0, checkpoint=6)

    assert read_model.checkpoint() == 5
    assert read_model.waves() == []
    assert read_model.batches() == [batch_row(205)]


def test_nobody_can_start_from_a_checkpoint_that_was_never_saved(read_model: ReadModel) -> None:
    assert not read_model.save([], [batch_row(205)], was=3, checkpoint=4)

    assert read_model.batches() == []


def test_of_many_who_catch_up_at_once_one_wins(read_model: ReadModel) -> None:
    def save(number: int) -> bool:
        return read_model.save([], [batch_row(number)], was=0, checkpoint=number)

    with ThreadPoolExecutor(4) as pool:
        won = [number for number, saved in zip(range(1, 9), pool.map(save, range(1, 9)), strict=True) if saved]

    assert len(won) == 1
    assert read_model.checkpoint() == won[0]
    assert [row.number for row in read_model.batches()] == won


def test_reset_forgets_everything(read_model: ReadModel) -> None:
    read_model.save([wave_row()], [batch_row(205)], was=0, checkpoint=5)

    read_model.reset()

    assert (read_model.checkpoint(), read_model.waves(), read_model.batches()) == (0, [], [])
    assert read_model.save([], [batch_row(206)], was=0, checkpoint=1)


@pytest.mark.parametrize("size", [10, 1_000])
def test_batches_are_found_by_number(read_model: ReadModel, size: int) -> None:
    rows = [batch_row(number) for number in range(1, size + 1)]
    read_model.save([], rows, was=0, checkpoint=1)

    assert read_model.batches([]) == []
    assert read_model.batches([size, 1, 99_999]) == [rows[0], rows[-1]]
    assert read_model.batches(iter(range(2, size))) == rows[1:-1]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    row=st.builds(
        BatchRow,
        **{name: KINDS[kind] for name, kind in BatchRow.__annotations__.items() if kind in KINDS},
        file_size=st.none() | COUNT,
    ),
    wave=st.builds(
        WaveRow, **{name: KINDS[kind] for name, kind in WaveRow.__annotations__.items() if kind in KINDS}
    ),
)
def test_whatever_a_row_holds_comes_back(read_model: ReadModel, row: BatchRow, wave: WaveRow) -> None:
    read_model.reset()

    read_model.save([wave], [row], was=0, checkpoint=1)

    assert read_model.batches() == [row]
    assert read_model.waves() == [wave]


@pytest.mark.parametrize("reason", ["stopped at \0", "\0", "back\\slash \\0", "½ 🜁", ""])
def test_a_reason_may_hold_any_character(read_model: ReadModel, reason: str) -> None:
    read_model.save([], [batch_row(205, reason=reason)], was=0, checkpoint=1)

    assert read_model.batches()[0].reason == reason
