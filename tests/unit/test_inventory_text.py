"""Reading staged JSON piece by piece gives what reading it whole would, and every problem has its place."""

from __future__ import annotations

import json
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.files.staged_document import StagedDocument
from adapters.files.text_window import TextWindow, UnreadableTextError

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
pieces = st.integers(min_value=1, max_value=40)


def read(data: bytes, piece: int = 7) -> tuple[list[Any], dict[str, Any]]:
    document = StagedDocument(TextWindow(BytesIO(data), piece))
    return list(document.pairs()), document.fields


def refusal(data: bytes, piece: int = 7) -> UnreadableTextError:
    with pytest.raises(UnreadableTextError) as caught:
        read(data, piece)
    return caught.value


@given(st.lists(values, max_size=5), pieces, st.sampled_from(["ascii", "utf-8"]), st.sampled_from([None, 2]))
def test_an_array_cut_anywhere_gives_its_elements(
    found: list[Any], piece: int, encoding: str, indent: int | None
) -> None:
    data = json.dumps(found, ensure_ascii=encoding == "ascii", indent=indent).encode()
    assert read(data, piece)[0] == found


@given(st.lists(values, max_size=4), st.dictionaries(st.text("abc", max_size=3), values, max_size=4), pieces)
def test_an_object_gives_its_pairs_and_its_scalars(found: list[Any], around: dict[str, Any], piece: int) -> None:
    data = json.dumps({**around, "qa_pairs": found, "z": 1}).encode()
    pairs, fields = read(data, piece)
    assert pairs == found
    scalars = {name: value for name, value in around.items() if not isinstance(value, dict | list)}
    assert {name: fields[name] for name in scalars} == scalars
    assert fields["z"] == 1


@given(st.lists(st.dictionaries(st.text("xyz", max_size=3), values, max_size=3), max_size=4), pieces)
def test_one_pair_a_line_gives_every_line(others: list[dict[str, Any]], piece: int) -> None:
    first = {"question": "q", "answer": "a"}
    data = "\n".join(json.dumps(line) for line in [first, *others]).encode()
    assert read(data, piece)[0] == [first, *others]


@given(st.binary(max_size=60) | st.text('{}[],:"1e.-\\ \n', max_size=30).map(str.encode), pieces)
def test_any_bytes_are_read_as_json_reads_them_or_refused(data: bytes, piece: int) -> None:
    text = b"[" + data
    try:
        whole = json.loads(text.decode())
    except ValueError:
        error = refusal(text, piece)
        assert error.line <= text.count(b"\n") + 1
        assert error.column <= len(text) + 1
    else:
        assert read(text, piece)[0] == whole


@given(
    st.lists(
        st.sampled_from(["[", "]", "{", "}", '"qa_pairs"', ":", ",", "1", '"question"', " ", "\n", "tru"]),
        max_size=12,
    ),
    pieces,
)
def test_what_json_refuses_is_refused_here(tokens: list[str], piece: int) -> None:
    text = "".join(tokens)
    try:
        whole = json.loads(text)
    except ValueError:
        lines = text.strip().splitlines()
        if not lines or '"question"' not in lines[0]:
            refusal(text.encode(), piece)
    else:
        if isinstance(whole, list):
            assert read(text.encode(), piece)[0] == whole


@given(pieces)
def test_the_place_of_an_error_does_not_depend_on_the_pieces(piece: int) -> None:
    error = refusal(
        '{\n "session": 30,\n "qa_pairs": [\n  {"question": "ä"},\n  {"question" "b"}\n ]\n}'.encode(), piece
    )
    assert (error.code, error.line, error.column) == ("bad-json", 5, 15)


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        (b"", "no-content", (1, 1), "empty file"),
        (b" \n ", "no-content", (1, 1), "empty file"),
        (b'[{"a": 1}\n{"a": 2}]', "bad-json", (2, 1), "',' is missing"),
        (b'[{"a": 1},\n]', "bad-json", (2, 1), "Expecting value"),
        (b'[{"a": 1}] x', "bad-json", (1, 12), "something stands after its end"),
        (b'[{"a": 1}', "bad-json", (1, 10), "ends before"),
        (b'[{"a": "x', "bad-json", (1, 8), "Unterminated string"),
        (b'[{"a": NaN}]', "bad-json", (1, 2), "NaN is no JSON value"),
        (b'[\n{"a": 1, "a": 2}]', "bad-json", (2, 1), "'a' stands twice"),
        (b'{"a": 1,\n"a": 2, "qa_pairs": []}', "bad-json", (2, 1), "'a' stands twice"),
        (b'{"qa_pairs": [],\n "qa_pairs": []}', "bad-json", (2, 2), "'qa_pairs' stands twice"),
        (b'{"qa_pairs": 5}', "no-pairs", (1, 14), "no list"),
        (b'{"data": []}', "no-pairs", (1, 1), "no qa_pairs"),
        (b'{"a" 1}', "bad-json", (1, 6), "':' is missing"),
        (b"{a: 1}", "bad-json", (1, 2), "double quotes"),
        (b'"text"', "bad-json", (1, 1), "neither"),
        (b'[\n"\xff"]', "not-utf8", (2, 2), "0xff"),
        ('[\n"ä\xe9'.encode() + b'\xe9"]', "not-utf8", (2, 4), "0xe9"),
        (b'["\xc3', "not-utf8", (1, 3), "0xc3"),
        (b"[" + b"1" * 5_000 + b"]", "bad-json", (1, 2), "too many digits"),
        (b"[" * 200_000, "bad-json", (1, 2), "nested too deeply"),
        (b'{"question": "a",\n "answer": "b"}\n{"question": }', "bad-json", (3, 14), "Expecting value"),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 1 << 16])
def test_a_problem_is_named_with_its_place(
    text: bytes, code: str, place: tuple[int, int], words: str, piece: int
) -> None:
    error = refusal(text, piece if len(text) < 1_000 else 1 << 16)
    assert (error.code, (error.line, error.column)) == (code, place)
    assert words in error.sentence


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf[1]", 1)[0] == [1]


def test_the_hash_is_that_of_the_whole_file_even_after_an_error() -> None:
    data = b'[{"a": 1} {"a": 2}]' * 50
    window = TextWindow(BytesIO(data), 16)
    with pytest.raises(UnreadableTextError):
        list(StagedDocument(window).pairs())
    window.drain()
    assert (window.sha256, window.size) == (sha256(data).hexdigest(), len(data))


def test_the_place_of_each_pair_is_known_while_it_is_at_hand() -> None:
    document = StagedDocument(TextWindow(BytesIO(b'[{"a": 1},\n  {"a": 2}, {"a": 3}]'), 5))
    assert [document.where() for _ in document.pairs()] == [(1, 2), (2, 3), (2, 13)]


def test_no_more_of_the_text_is_held_than_a_piece_and_a_value() -> None:
    data = json.dumps([{"question": "q" * 90, "answer": "a" * 900}] * 2_000, indent=1).encode()
    window = TextWindow(BytesIO(data), 4_096)
    held = max(len(window.text) for _ in StagedDocument(window).pairs())
    assert held < 3 * 4_096
