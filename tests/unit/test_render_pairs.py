"""Pages and tables that heed the terminal: their width, and what a text may do to it."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.differences import changes
from cli.locating import Source
from cli.pairs import Answered, PairWay, Text
from cli.render.fitting import columns
from cli.render.money import cost_lines, fruitless_lines, price_lines
from cli.render.pairs import way_lines
from cli.render.text import STEERING, json_list
from cli.render.views import labelled, standing_line, status_lines
from core.batch.numbers import JUDGE, number_of, repair_of
from core.planning.models import models_with
from core.projections.fruitless import Fruitless
from core.projections.money import Figures
from core.projections.rows import BatchRow
from core.projections.way import Attempt, Passage
from core.projections.whereabouts import Standing
from core.quality.scores import scored
from tests.ledgers import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = "2026-11-02T12:00:00.000000Z"
ROW = BatchRow(
    number=205,
    wave=2,
    status="downloaded",
    title="dex_to_cex_volume_ratio",
    pairs=12_345,
    requests=678,
    refined=12_000,
    emulated=True,
    read_at=NOW,
    job_name="batches/0123456789abcdef",
    planned_at=NOW,
    changed_at=NOW,
    version=2,
)
SOURCE = Source(
    path="tvl.json",
    inbox="inbox",
    sha256="f" * 64,
    key="w2-s30-tvl",
    ordinal=1,
    found=100,
    session=30,
    indicator="tvl",
    category=None,
    wave=2,
    revision=1,
    planned_at=NOW,
    prompt_path="prompts/refinement.md",
    prompt_sha256="c" * 64,
    extract_path="submissions/wave2_extracted.json",
)


def way(before: str, after: str | None, **fields: object) -> PairWay:
    attempt = Attempt(attempt=1, display_name="w2-batch_205-a1", started_at=NOW, outcome="failed", reason=before)
    through = Passage(
        batch=205,
        label="205",
        wave=2,
        revision=1,
        title=before,
        model="a-model",
        prompt_sha256="d" * 64,
        planned_at=NOW,
        attempts=[attempt],
        verdict="cut_off",
        reason=before,
    )
    text = Text(before, after, changes(before, after) if after is not None else [])
    told: dict[str, object] = {
        "pair_id": "w2-s30-tvl-001",
        "place": "given_up",
        "source": SOURCE,
        "topic": before,
        "excluded": None,
        "passages": [through],
        "requests": [Answered("205", "batch_205/r01", 1, 2, before, before, "", "")],
        "question": text,
        "answer_text": text,
        "answer": None,
        "scores": [scored(f"model:{before}", "w2-s30-tvl-001", (5, 4, 3, 2, 1), comment=before, at=NOON)],
        "notes": [],
        **fields,
    }
    return PairWay(**told)  # type: ignore[arg-type] # all its fields


@given(st.text(max_size=200), st.text(max_size=200), st.integers(30, 200))
def test_no_text_of_a_pair_steers_the_terminal_or_leaves_the_page(before: str, after: str, width: int) -> None:
    answer: dict[str, object] = {"flags": [before, {after: None}]}

    lines = list(way_lines(way(before, after, answer=answer, notes=[before]), width))

    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) <= min(width, 80)


def test_every_line_of_a_change_says_which_text_it_is_of() -> None:
    before = "It stays. " + "It was a long sentence about the depth of a market. " + "End."
    after = "It stays. " + "It became another long sentence, about the very same depth of a very deep market. End."

    lines = list(way_lines(way(before, after), 40))
    page = lines[lines.index("answer") + 1 :]

    assert page[0] == "  It stays."
    assert page[-1] == "  End."
    assert {line[:2] for line in page} == {"  ", "- ", "+ "}
    assert " ".join(line[2:] for line in page if line[0] != "-") == after


def test_a_pair_without_an_answer_shows_its_question_as_it_is() -> None:
    lines = list(way_lines(way("What is it?", None)))

    assert lines[lines.index("question") :][:3] == ["question", "  What is it?", "  (not refined)"]
    assert lines[0] == "pair      w2-s30-tvl-001: given up"


def test_a_text_that_cannot_be_had_is_said_to_be_unknown() -> None:
    nothing = Text(None, None, [])

    lines = list(way_lines(way("x", None, question=nothing, notes=["the extract is missing"])))

    assert "  (not known)" in lines
    assert lines[-1] == "note: the extract is missing"


def test_an_excluded_pair_says_why() -> None:
    lines = list(way_lines(way("x", None, passages=[], requests=[], excluded="too short", place="excluded")))

    assert "excluded  too short" in lines
    assert not any(line.startswith("batch") for line in lines)


@pytest.mark.parametrize("width", [78, 80, 100, 120, 200])
def test_the_status_heeds_the_width_and_cuts_titles_but_no_numbers(width: int) -> None:
    lines = status_lines([ROW], everything=False, width=width)

    table = lines[lines.index("") :]
    assert max(map(len, table)) <= width
    line = next(line for line in table if line.startswith("205"))
    assert {"12345", "12000", "345"} <= set(line.split())
    assert "dex_to_cex_v" in line or "dex_to_cex_…" in line


def test_without_a_width_nothing_is_left_out() -> None:
    lines = "\n".join(status_lines([ROW], everything=False))

    assert "dex_to_cex_volume_ratio" in lines
    assert "batches/012345678…" in lines
    assert "wider" not in lines


def test_a_narrow_status_says_what_it_left_out() -> None:
    assert status_lines([ROW], everything=False, width=80)[-1] == (
        "(a wider terminal shows wave, job, changed (UTC) too)"
    )


def test_repairs_stand_indented_under_their_batch() -> None:
    repair = msgspec.structs.replace(ROW, number=repair_of(99, 1), repairs=99)
    rows = [ROW, repair, msgspec.structs.replace(ROW, number=99)]

    shown = [line[:9].rstrip() for line in status_lines(rows, everything=False)[-3:]]

    assert shown == [" 99", "   99r1", "205"]


def test_a_next_try_that_is_past_is_not_announced() -> None:
    waiting = msgspec.structs.replace(ROW, reason="429: quota", next_try_at="2026-11-02T12:05:00.000000Z")

    before = status_lines([waiting], everything=False, now="2026-11-02T12:04:59.000000Z")[-1]
    after = status_lines([waiting], everything=False, now="2026-11-02T12:05:00.000000Z")[-1]

    assert before.endswith("(next try at 11-02 12:05:00 UTC)")
    assert after == "batch 205: 429: quota"


@pytest.mark.parametrize(
    ("number", "label", "kind"), [(repair_of(205, 2), "205r2", "refine"), (number_of(JUDGE, 3), "j3", "judge")]
)
def test_a_row_in_json_has_its_label_and_what_it_is_for_beside_its_number(
    number: int, label: str, kind: str
) -> None:
    told = labelled(msgspec.structs.replace(ROW, number=number))

    assert list(told)[:3] == ["number", "label", "kind"]
    assert (told["label"], told["kind"]) == (label, kind)
    assert len(told) == len(BatchRow.__struct_fields__) + 2


@pytest.mark.parametrize(
    ("said", "width"), [("80", 80), ("132", 132), ("0", None), ("wide", None), ("", None), ("9" * 5_000, None)]
)
def test_the_width_is_what_columns_says(said: str, width: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", said)
    monkeypatch.setattr("sys.stdout", io.StringIO())

    assert columns() == width


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.text(), max_size=3),
    st.lists(st.dictionaries(st.text(max_size=5), st.text(), max_size=2), max_size=4),
)
def test_a_streamed_list_is_json_that_steers_nothing(head: Mapping[str, object], values: list[object]) -> None:
    lines = list(json_list(head, "pairs", iter(values)))

    assert json.loads("\n".join(lines)) == {**head, "pairs": values}
    assert not any(STEERING.search(line) for line in lines)
    assert len(lines) == len(head) + len(values) + 4


@given(st.builds(Standing, st.text(), st.just(2), st.none(), st.none(), st.text(), st.text()))
def test_a_pair_of_a_list_is_one_printable_line(pair: Standing) -> None:
    assert standing_line(pair).isprintable()


FIGURES = Figures(
    batches=2,
    home=2,
    pairs=100,
    refined=80,
    expected_usd=0.5,
    expected_home_usd=0.5,
    input_tokens=100_000,
    output_tokens=200_000,
    usd=0.25,
)


def test_the_cost_says_what_1000_pairs_cost_and_how_that_compares() -> None:
    lines = cost_lines({"2": FIGURES}, FIGURES, "wave")

    assert (
        "80 refined pairs took 3,750 tokens each, in and out: US$ 3.1250 for 1,000, 320 of them for a dollar."
        in lines
    )
    assert "What is home was expected to cost US$ 0.5000; it came to 50% of that." in lines
    assert not any("emulated" in line for line in lines)


def test_emulated_answers_are_said_to_cost_nothing() -> None:
    emulated = msgspec.structs.replace(FIGURES, emulated=2, emulated_usd=0.25)

    lines = cost_lines({"2": emulated}, emulated, "wave")

    assert lines[2].endswith("emulated")
    assert re.search(r"Emulated answers cost nothing: .* US\$ 0\.0000 was charged", lines[-1])


def test_a_price_that_is_not_known_is_a_question_mark() -> None:
    unknown = msgspec.structs.replace(FIGURES, usd=None)

    lines = cost_lines({"2": unknown}, unknown, "wave")

    assert "?" in lines[2].split()
    assert "the price is not known" in lines[4]
    assert price_lines(models_with(), ["a-model"])[0].startswith("a-model: no price is known")


def test_prices_name_their_date_and_whether_they_are_second_hand() -> None:
    first, second = price_lines(models_with(), ["gemini-2.5-flash", "gemini-3.5-flash"])

    assert "2026-11, official price page" in first
    assert "second-hand" in second


def test_the_money_of_emulated_jobs_was_not_spent() -> None:
    job = Fruitless(205, "205", 1, "batches/one", "failed", "13: broken\x1b[2J", NOW, 0.25, emulated=False)
    emulated = msgspec.structs.replace(job, emulated=True)

    lines = fruitless_lines([job, emulated])

    assert lines[0].startswith("2 jobs brought nothing home; US$ 0.2500 may have been spent")
    assert all(line.isprintable() for line in lines)
    assert len(fruitless_lines([job] * 30)) == 22
    assert fruitless_lines([]) == []
