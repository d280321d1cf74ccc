from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from core.batch.numbers import repair_of
from core.corpus.gathering import gather
from core.errors import BadInputError
from tests.corpora import batch_input, line, staged, wave_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.inputs import WaveInput
    from core.corpus.refined_line import RefinedLine
    from core.corpus.row import CorpusRow
    from core.exchange.extracted import ExtractedPair

A, B, C, D = (f"w2-s30-tvl-00{n}" for n in (1, 2, 3, 4))
REPAIR = repair_of(205, 1)


def gathered(
    wave: WaveInput, extract: Sequence[ExtractedPair], *files: Sequence[RefinedLine], first: int = 0
) -> list[CorpusRow]:
    lines = dict(zip((batch.refined for batch in wave.batches), files, strict=True))
    return list(gather(wave, lambda _: extract, lambda file: lines[file], first))


def test_rows_stand_in_the_order_in_which_pairs_were_staged_whoever_brought_them_home() -> None:
    wave = wave_input(batch_input(205, 2), batch_input(REPAIR, 1), batch_input(206, 1))
    extract = [staged(A), staged(B), staged(C), staged(D, 206), staged("w2-s30-few-001", None)]

    rows = gathered(wave, extract, [line(C), line(A)], [line(B, REPAIR)], [line(D, 206)], first=40)

    assert [(row.row, row.pair_id, row.batch, row.round) for row in rows] == [
        (40, A, 205, 0),
        (41, B, 205, 1),
        (42, C, 205, 0),
        (43, D, 206, 0),
    ]


def test_a_row_says_where_its_pair_comes_from() -> None:
    (row,) = gathered(wave_input(batch_input(205, 1)), [staged(A, topic="Depth")], [line(A, attempt=3)])

    assert (row.wave, row.batch, row.attempt, row.key) == (2, 205, 3, "batch_205/r01")
    assert (row.source, row.source_key) == ("tvl_qa_pairs.json", "w2-s30-tvl")
    assert (row.session, row.indicator, row.category, row.topic) == (30, "tvl", "dex_metrics", "Depth")
    assert (row.model, row.prompt) == ("gemini-2.5-flash", "0123456789ab")
    assert row.before == "submissions/wave2_extracted.json"
    assert row.refined_path == "results/batch_205_refined.jsonl"
    assert (row.verdict, row.verdict_reasons) == (None, ())
    assert not row.emulated


def test_what_an_emulator_answered_says_so() -> None:
    (row,) = gathered(wave_input(batch_input(205, 1, emulated=True)), [staged(A)], [line(A)])

    assert row.emulated


def test_a_wave_without_an_extract_is_gathered_with_what_came_home() -> None:
    wave = wave_input(batch_input(205, 2), extract=False)

    rows = gathered(wave, [], [line(B), line(A)])

    assert [(row.pair_id, row.source, row.before) for row in rows] == [(B, None, None), (A, None, None)]


def test_a_pair_with_two_refinements_is_refused_by_name() -> None:
    wave = wave_input(batch_input(205, 1), batch_input(REPAIR, 1))

    with pytest.raises(BadInputError, match=f"pair {A} has two refinements") as refused:
        gathered(wave, [staged(A), staged(B)], [line(A)], [line(A, REPAIR)])

    assert "batch_205_refined.jsonl" in str(refused.value)
    assert "batch_205r1_refined.jsonl" in str(refused.value)


@pytest.mark.parametrize(
    ("wave", "lines", "said"),
    [
        (wave_input(batch_input(205, 2)), [line(A)], "batch 205 brought 2 pairs home by the ledger"),
        (wave_input(batch_input(205, 1)), [line(D)], f"holds pair {D}, which the plan of wave 2 does not carry"),
        (wave_input(batch_input(207, 1)), [line(A, 207)], "carries none of them"),
        (wave_input(batch_input(205, 1), refined=5), [line(A)], "wave 2 has 5 refined pairs by its balance and 1"),
    ],
)
def test_a_count_that_does_not_close_is_refused(wave: WaveInput, lines: list[RefinedLine], said: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(said)):
        gathered(wave, [staged(A), staged(B)], lines)


def test_one_batch_is_read_before_the_next_is_opened() -> None:
    wave = wave_input(batch_input(205, 1), batch_input(206, 1))
    opened = []

    def lines(file: object) -> list[RefinedLine]:
        opened.append(file)
        return [line(A)] if len(opened) == 1 else [line(D, 206)]

    rows = gather(wave, lambda _: [staged(A), staged(D, 206)], lines)

    assert (next(rows).pair_id, len(opened)) == (A, 1)
    assert (next(rows).pair_id, len(opened)) == (D, 2)
