from __future__ import annotations

from core.batch.numbers import repair_of
from core.projections.rows import BatchRow
from core.quality.assessment.completion import completion_of
from tests.ledgers import NOON


def row(number: int, *, read: bool = True, **changes: object) -> BatchRow:
    fields: dict[str, object] = {
        "wave": 2,
        "status": "downloaded" if read else "processing",
        "title": "tvl",
        "pairs": 100,
        "refined": 100 if read else 0,
        "read_at": str(NOON) if read else None,
        "planned_at": str(NOON),
        "changed_at": str(NOON),
        "version": 5,
    }
    return BatchRow(number=number, **(fields | changes))  # type: ignore[arg-type] # by name


def repair(of: int, pairs: int, *, round_number: int = 1, read: bool = True, **changes: object) -> BatchRow:
    home = {"repairs": of, "pairs": pairs, "refined": pairs if read else 0}
    return row(repair_of(of, round_number), read=read, **(home | changes))


def test_batches_that_were_read_are_done_and_the_others_are_named() -> None:
    found = completion_of(2, [row(205), row(206, read=False), row(207), row(208, wave=3)])
    assert (found.batches, found.done, found.behind) == (3, 2, ("206",))
    assert (found.pairs, found.refined) == (300, 200)


def test_pairs_that_repairs_brought_home_count_once_and_repairs_are_no_batches() -> None:
    first = row(205, refined=70, handed_over=30)
    rows = [first, repair(205, 30, refined=28, handed_over=2), repair(205, 2, round_number=2)]
    found = completion_of(2, rows)
    assert (found.pairs, found.refined) == (100, 100)
    assert (found.batches, found.done, found.behind) == (1, 1, ())


def test_pairs_given_up_are_not_refined() -> None:
    found = completion_of(2, [row(205, refined=97, given_up=3)])
    assert (found.pairs, found.refined, found.done) == (100, 97, 1)


def lost(**changes: object) -> BatchRow:
    """Return a batch that an older process sent and nobody brought home; its pairs were asked for again."""
    fields: dict[str, object] = {"status": "failed", "known": "adopted", "handed_over": 100}
    return row(36, read=False, **(fields | changes))


def test_a_lost_adopted_batch_is_done_when_the_repairs_of_all_its_pairs_were_read() -> None:
    rows = [lost(), repair(36, 100, refined=90, handed_over=10), repair(36, 10, round_number=2)]
    found = completion_of(2, rows)
    assert (found.pairs, found.refined) == (100, 100)
    assert (found.batches, found.done, found.behind) == (1, 1, ())


def test_a_lost_adopted_batch_is_behind_while_a_repair_is_out_or_a_pair_is_with_nobody() -> None:
    out = completion_of(2, [lost(), repair(36, 100, read=False)])
    part = completion_of(2, [lost(handed_over=60), repair(36, 60)])
    alone = completion_of(2, [lost(handed_over=0)])
    assert [found.behind for found in (out, part, alone)] == [("36",)] * 3
    assert [found.refined for found in (out, part, alone)] == [0, 60, 0]


def test_withdrawn_batches_were_never_sent_and_do_not_count() -> None:
    found = completion_of(2, [row(205), row(206, read=False, status="withdrawn"), row(207, status="downloaded")])
    assert (found.pairs, found.batches, found.done) == (200, 2, 2)


def test_a_wave_without_batches_has_nothing_to_complete() -> None:
    assert completion_of(2, [row(205, wave=1)]) == completion_of(2, [])
