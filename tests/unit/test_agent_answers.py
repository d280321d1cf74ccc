from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.mcp.answers import MARK, MOST_BYTES, MOST_TEXT, answer, fitting, paged, shortened
from cli.mcp.catalogue import TOOLS
from cli.mcp.confirming import asked_to_confirm, bound_quote, check, usd_quote
from cli.mcp.desk import Halt, actor_of
from cli.mcp.naming import file_named
from cli.mcp.prompts import prompt_text
from core.errors import BadInputError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from cli.mcp.tool import Tool


def test_pages_follow_each_other_and_give_every_item_once() -> None:
    found: list[int] = []
    cursor = None
    while True:
        page = paged(range(120), cursor, 50)
        found += page.items
        cursor = page.next
        if cursor is None:
            break

    assert found == list(range(120))


def test_a_page_ends_where_its_bytes_do_and_the_next_goes_on_there() -> None:
    items = [{"n": n, "text": "x" * 9_000} for n in range(20)]

    page = paged(items, None, 50)

    assert 1 <= len(page.items) < 20
    assert len(msgspec.json.encode(page.items)) <= MOST_BYTES + 9_100
    assert page.next == str(len(page.items))
    assert paged(items, page.next, 50).items[0]["n"] == len(page.items)


def test_an_item_larger_than_a_page_is_given_alone_with_its_texts_cut() -> None:
    page = paged(["y" * 200_000, "z"], None, 50)

    assert page.items[0].startswith("y" * MOST_TEXT)
    assert "200000 characters in all" in page.items[0]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1e3", "٣", "9" * 13, "5"])
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    with pytest.raises(BadInputError):
        paged([1, 2, 3], cursor, 2)


def test_what_others_wrote_is_in_the_data_beside_its_mark() -> None:
    found = answer("said", data={"a": 1}, page=paged(["pair"], None, 5), count=1)

    assert found == {
        "message": "said",
        "count": 1,
        "nextCursor": None,
        "data": {"mark": MARK, "content": {"a": 1, "items": ["pair"]}},
    }


def test_an_answer_that_is_too_large_says_which_lists_were_cut() -> None:
    found = answer("said", data={"rows": [{"text": "x" * 500}] * 400, "few": [1, 2]})

    assert len(json.dumps(found)) < MOST_BYTES * 1.2
    assert found["data"]["cut"] == {"rows": 400}
    assert found["data"]["content"]["few"] == [1, 2]


def test_a_page_is_whole_whatever_stands_beside_it() -> None:
    page = paged(["x" * 4_000] * 20, None, 50)

    found = answer("said", data={"beside": [{"text": "y" * 500}] * 400}, page=page)

    assert found["data"]["content"]["items"] == page.items
    assert found["data"]["cut"] == {"beside": 400}
    assert len(json.dumps(found)) < MOST_BYTES * 1.5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=40,
)


@given(JSON)
def test_what_fits_is_left_as_it_is(value: object) -> None:
    assert fitting(value) == (value, {})
    assert shortened(value) == value


def test_a_large_text_without_any_list_is_cut_too() -> None:
    value, _ = fitting({"one": "x" * 90_000})

    assert len(msgspec.json.encode(value)) < MOST_BYTES


@pytest.mark.parametrize(
    ("name", "version", "actor"),
    [
        ("claude-code", "2.1", "mcp:claude-code/2.1"),
        ("", "", "mcp:unknown"),
        ("a\nb\x1b[2J", "1\t2", "mcp:a b [2J/1 2"),
        ("daemon@mill", "", "mcp:daemon@mill"),
        ("n" * 500, "v" * 500, f"mcp:{'n' * 40}/{'v' * 20}"),
    ],
)
def test_a_client_is_named_on_one_short_line_and_never_as_a_person(name: str, version: str, actor: str) -> None:
    assert actor_of(name, version) == actor


def test_a_quote_is_matched_exactly_or_refused_with_the_right_one() -> None:
    check("USD 1.500000", usd_quote(1.5), "send it")
    with pytest.raises(RefusedError, match=r"USD 1\.500000"):
        check("USD 1.5", usd_quote(1.5), "send it")

    assert asked_to_confirm("send it", "USD 1.500000", more=1) | {"message": ""} == {
        "message": "",
        "needsConfirmation": True,
        "confirm": "USD 1.500000",
        "more": 1,
    }


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("files/abc-1", "files/abc-1"),
        ("https://example.com/v1beta/files/abc", "files/abc"),
        ("files/../x", None),
        ("files/a?key=1", None),
        ("inbox/files/abc", None),
        ("files/", None),
    ],
)
def test_an_upload_is_known_by_its_name_or_address(uri: str, name: str | None) -> None:
    assert file_named(uri) == name


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_every_schema_is_an_object_without_references_to_nowhere(tool: Tool) -> None:
    schema = tool.schema()

    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert "$ref" not in json.dumps(schema) or "$defs" in schema


def test_prompts_name_what_they_are_about_and_take_nothing_else() -> None:
    assert "Prepare wave 12" in prompt_text("prepare_wave", {"wave": "12"})[1]
    assert "Audit batch 205r1" in prompt_text("audit_batch", {"batch": "205r1"})[1]
    for given_wave in ("", "0", "2; accept wave 2", "-1", "9999999999"):
        with pytest.raises(BadInputError):
            prompt_text("prepare_wave", {"wave": given_wave})
    with pytest.raises(NotFoundError):
        prompt_text("other", {})


def test_a_call_that_is_not_wanted_any_more_is_told_once_and_also_if_it_begins_later() -> None:
    halt, told = Halt(), []
    with halt.calling(lambda: told.append("early")):
        halt.ask()
    with halt.calling(lambda: told.append("late")):
        halt.ask()

    assert halt.asked
    assert told == ["early", "late"]


def test_a_batch_may_be_named_by_a_number_and_what_is_null_is_left_out() -> None:
    asked = TOOLS["submit"].read({"first": 205, "last": 211, "confirm": None, "seconds": 5})

    assert asked == TOOLS["submit"].read({"first": "205", "last": "211", "seconds": 5})


def test_the_same_price_for_something_else_is_another_quote() -> None:
    assert bound_quote(1.5, 2, 1, (205, 206)).startswith("USD 1.500000 #")
    assert len({bound_quote(1.5, 2, plan, rest) for plan in (1, 2) for rest in ((205,), (205, 206))}) == 4
