from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adoption.documents import parse
from core.adoption.paths import safe_relative
from core.adoption.tracking import Tracking, tracking_of

ENTRY = {
    "batch_number": 1,
    "file_path": "sent\\batch_001.jsonl",
    "qa_count": 100,
    "file_size": 406892,
    "first_pair_id": "200_0",
    "last_pair_id": "200_99",
}


def tracked(*entries: object, **top: object) -> Tracking:
    tracking = tracking_of(parse(json.dumps({**top, "batches": entries})), "batch_tracking.json")
    assert tracking is not None
    return tracking


def codes(tracking: Tracking) -> list[str]:
    return [finding.code for finding in tracking.findings]


def test_an_entry_is_taken_as_it_stands_with_its_path_made_safe() -> None:
    (batch,) = tracked(ENTRY).batches
    assert (batch.number, batch.pairs, batch.file_size) == (1, 100, 406892)
    assert (batch.path_as_claimed, batch.path) == ("sent\\batch_001.jsonl", "sent/batch_001.jsonl")
    assert (batch.first_pair_id, batch.last_pair_id, batch.place) == ("200_0", "200_99", "batches[0]")


def test_pair_ids_are_text_whatever_they_were() -> None:
    tracking = tracked({**ENTRY, "first_pair_id": 1, "last_pair_id": 100})
    assert (tracking.batches[0].first_pair_id, tracking.batches[0].last_pair_id) == ("1", "100")
    assert codes(tracking) == []


@pytest.mark.parametrize("name", ["file_path", "qa_count", "file_size", "first_pair_id", "last_pair_id"])
@pytest.mark.parametrize(("value", "code"), [(None, "field-missing"), ([1], "odd-field"), (True, "odd-field")])
def test_a_field_that_cannot_be_read_is_told_of_and_costs_only_itself(name: str, value: object, code: str) -> None:
    tracking = tracked({**ENTRY, name: value})
    assert [(f.code, f.batch, f.place) for f in tracking.findings] == [(code, 1, "batches[0]")]
    assert name in tracking.findings[0].sentence
    assert "batch 1" in tracking.findings[0].sentence


@pytest.mark.parametrize("number", [None, 0, -1, "x", 10**9, 1.5, True, {}])
def test_an_entry_without_a_usable_number_is_named_by_its_place(number: object) -> None:
    tracking = tracked(ENTRY, {**ENTRY, "batch_number": number})
    assert [(f.code, f.severity, f.place) for f in tracking.findings] == [
        ("number-missing", "error", "batches[1]")
    ]
    assert len(tracking.batches) == 1


def test_a_number_that_stands_twice_counts_once_and_a_contradiction_is_an_error() -> None:
    tracking = tracked(ENTRY, ENTRY, {**ENTRY, "qa_count": 7})
    assert [(f.code, f.severity) for f in tracking.findings] == [
        ("number-twice", "warning"),
        ("number-twice", "error"),
    ]
    assert tracking.pairs == 100


def test_totals_that_the_entries_do_not_make_are_told_of() -> None:
    tracking = tracked(ENTRY, total_batches=2, total_qa_pairs=200)
    assert codes(tracking) == ["totals-disagree", "totals-disagree"]
    assert codes(tracked(ENTRY, total_batches=1, total_qa_pairs=100)) == []


def test_a_key_that_stands_twice_is_not_settled_silently() -> None:
    tracking = tracking_of(parse('{"batches": [], "batches": []}'), "t.json")
    assert tracking is not None
    assert codes(tracking) == ["key-twice"]


def test_an_absurd_count_of_pairs_mints_no_ids() -> None:
    tracking = tracked({**ENTRY, "qa_count": 10**11})
    assert (tracking.pairs, codes(tracking)) == (0, ["odd-field"])


def test_findings_of_a_kind_are_counted_after_twenty() -> None:
    tracking = tracked(*[7] * 50)
    assert len(tracking.findings) == 21
    assert tracking.findings[-1].sentence == "30 more of the kind not-a-batch"


@pytest.mark.parametrize(
    ("claimed", "safe"),
    [
        ("a\\b.jsonl", "a/b.jsonl"),
        ("./a//b.jsonl", "a/b.jsonl"),
        ("..\\..\\etc\\passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\x\\b.jsonl", "b.jsonl"),
        ("\\\\server\\share\\b.jsonl", "b.jsonl"),
        ("a/..", None),
        ("a/", None),
        ("", None),
        ("b\x00.jsonl", None),
        ("x" * 300, None),
    ],
)
def test_paths_never_lead_out(claimed: str, safe: str | None) -> None:
    assert safe_relative(claimed) == safe


@given(st.text(alphabet=st.sampled_from("ab./\\:C\x00\n "), max_size=20) | st.text(max_size=20))
def test_no_text_becomes_a_path_that_climbs_or_is_absolute(claimed: str) -> None:
    safe = safe_relative(claimed)
    if safe is not None:
        assert not safe.startswith("/")
        assert "\\" not in safe
        assert not {"", ".", ".."} & set(safe.split("/"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*ENTRY, "batches"]), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_document_makes_the_reader_raise(document: object) -> None:
    tracking = tracking_of(parse(json.dumps(document)), "t.json")
    if tracking is not None:
        numbers = [batch.number for batch in tracking.batches]
        assert len(numbers) == len(set(numbers))
        for finding in tracking.findings:
            str(finding).encode()
