from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from core.corpus.card import card, plain
from core.corpus.census import Census
from core.corpus.choices import Form
from core.corpus.forms import columns_of, record
from core.corpus.manifest import BuildManifest, DedupCounts, DedupManifest, ExportTerms, WaveCount
from core.corpus.splits import Split
from core.corpus.survivor import RULE
from core.corpus.terms import Terms
from core.projections.balance import Balance
from tests.corpora import rows_of

BUILT = BuildManifest(
    fingerprint="b" * 64,
    folder="build-b",
    shape=1,
    rows=3,
    waves=(WaveCount(2, 3, Balance(staged=3, refined=3)),),
    parts=(),
    inputs=(),
    rows_a_part=10,
    rows_a_group=10,
    writer="pyarrow",
)
COUNTS = dict.fromkeys(DedupCounts.__struct_fields__, 0) | {"rows": 3, "kept": 2, "archived": 1, "near": 1}
FOUND = DedupManifest(
    fingerprint="d" * 64,
    folder="dedup-d",
    build="b" * 64,
    terms=Terms(),
    chance=0.947,
    rule=RULE,
    engine="daft",
    counts=DedupCounts(**COUNTS),
    parts=(),
)


def row(question: str = "What is TVL?", answer: str = "All\nthat is «locked».", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    (found,) = rows_of([(question, answer)])
    return msgspec.structs.asdict(found) | fields


def lines(*rows: dict[str, Any], terms: ExportTerms | None = None) -> list[str]:
    census = Census()
    for number, each in enumerate(rows):
        census.add(each, Split.VALIDATION if number == 2 else Split.TRAIN)
    return list(card(census, terms or ExportTerms(form=Form.HF), BUILT, FOUND))


def test_a_chat_is_a_question_and_its_answer() -> None:
    asked = {"role": "user", "content": "What is TVL?"}
    said = {"role": "assistant", "content": "All\nthat is «locked»."}

    assert json.loads(record(Form.CHAT, row())) == {"messages": [asked, said]}
    with_system = json.loads(record(Form.CHAT, row(), "Be brief."))
    assert with_system == {"messages": [{"role": "system", "content": "Be brief."}, asked, said]}


def test_alpaca_is_an_instruction_and_its_output() -> None:
    assert json.loads(record(Form.ALPACA, row())) == {
        "instruction": "What is TVL?",
        "input": "",
        "output": "All\nthat is «locked».",
    }


def test_a_line_of_jsonl_holds_every_column() -> None:
    encoded = record(Form.JSONL, row())

    assert b"\n" not in encoded
    assert set(json.loads(encoded)) == set(row())
    assert columns_of(Form.JSONL) == tuple(row())


@pytest.mark.parametrize("form", [Form.PARQUET, Form.HF])
def test_a_form_in_columns_has_no_lines(form: Form) -> None:
    with pytest.raises(ValueError, match="has no lines"):
        record(form, row())


def test_the_card_counts_what_was_written() -> None:
    said = lines(row(flags=["outdated"], overall=80.0), row(overall=90.0), row(emulated=True))

    assert "- 3 pairs: 2 to train, 1 to validate." in said
    assert "- Of 3 pairs in the corpus, 1 are duplicates, left out." in said
    assert "- Mean overall score by the model's own judgement: 85.0 of 100." in said
    assert any(line.startswith("- **1 emulated answer**") for line in said)
    assert "| outdated | 1 |" in said
    assert "| 2 | tvl\\_qa\\_pairs.json | 3 |" in said
    assert "| gemini-2.5-flash | 0123456789ab | 3 |" in said
    assert "- Licence: not stated." in said
    assert any("b" * 64 in line and "d" * 64 in line for line in said)


def test_the_header_names_the_splits_that_have_pairs_and_the_licence() -> None:
    said = lines(row(), terms=ExportTerms(form=Form.JSONL, license="CC-BY-4.0"))

    header = said[: said.index("---", 1)]
    assert "license: cc-by-4.0" in header
    assert "    path: train.jsonl" in header
    assert "  - split: validation" not in header
    assert "- n<1K" in header


def test_words_from_data_are_no_markup_in_the_card() -> None:
    said = "\n".join(lines(row(source="a|b\n# c <script>`x`", flags=["[link](http://a)"])))

    assert "a\\|b \\# c \\<script\\>\\`x\\`" in said
    assert "\\[link\\]\\(http://a\\)" in said
    assert plain("plain words, 5.0") == "plain words, 5.0"


def test_a_long_table_ends_in_how_many_more_there_are() -> None:
    said = lines(*[row(source=f"source{number:03d}.json") for number in range(60)])

    assert "And 10 more." in said
    assert sum(line.startswith("| 2 | source") for line in said) == 50
