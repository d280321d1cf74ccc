"""Asking again for what is missing, and knowing it when it comes."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from core.one_line import one_line
from core.planning.inventory import SourceStock
from core.planning.staged import ERROR, WARNING, Finding
from core.quality.fulfilment import Match, matches
from core.quality.markdown import inline
from core.quality.request_documents import request_documents, request_json, request_markdown
from core.quality.requests import Priority, RegenerationRequest, requests_for
from core.wave.events import LeftOut, PlannedSource


def source(
    indicator: str, found: int, session: int | None = 31, left_out: tuple[LeftOut, ...] = (), key: str = ""
) -> PlannedSource:
    place = "x" if session is None else f"s{session}"
    return PlannedSource(
        key=key or f"w2-{place}-{indicator}",
        path=f"{indicator}_qa_pairs.json",
        sha256=f"{indicator}-{found}",
        session=session,
        indicator=indicator,
        category="dex_metrics",
        claimed=found,
        found=found,
        planned=found,
        excluded=None,
        left_out=left_out,
    )


def staged(
    indicator: str, found: int, *, session: int = 31, path: str = "new.json", findings: tuple[Finding, ...] = ()
) -> SourceStock:
    return SourceStock(
        path=path,
        sha256=f"new-{path}",
        size=1,
        session=session,
        indicator=indicator,
        category=None,
        claimed=None,
        found=found,
        repeated=0,
        question_characters=0,
        answer_characters=0,
        queries_executed=None,
        success_rate=None,
        findings=findings,
    )


WAVE_2 = [source("dex_volume_24h", 100, 30), source("borrow_rate", 1), source("slippage", 0)]


def test_wave_2_asks_for_slippage_first_and_then_for_borrow_rate() -> None:
    asked = requests_for(2, WAVE_2)

    assert [(each.name, each.have, each.want, each.priority.value) for each in asked] == [
        ("request_slippage_31", 0, 100, "high"),
        ("request_borrow_rate_31", 1, 100, "medium"),
    ]
    assert requests_for(2, reversed(WAVE_2)) == asked


def test_targets_say_how_many_are_wanted_and_never_fewer_than_there_are() -> None:
    asked = requests_for(2, WAVE_2, targets={"slippage": 250, "borrow_rate": 1})

    assert [each.want for each in asked] == [250, 2]


def test_what_counts_as_low_is_a_setting() -> None:
    asked = requests_for(2, [source("tvl", 60), source("apr", 100)], low_count_below=100)

    assert [(each.name, each.priority) for each in asked] == [("request_tvl_31", Priority.LOW)]
    assert [each.have for each in requests_for(2, [source("tvl", 0)], low_count_below=0)] == [0]


def test_pairs_that_content_rules_left_out_are_no_use() -> None:
    padded = LeftOut("padding", "BBBB", ((1, 60), (63, 100)))

    assert [each.have for each in requests_for(2, [source("tvl", 100, left_out=(padded,))])] == [2]


def test_a_source_without_session_and_one_with_the_same_slug_have_names_of_their_own() -> None:
    asked = requests_for(2, [source("tvl", 0, None), source("TVL!", 0, None, key="w2-x-tvl_2")])

    assert [each.name for each in asked] == ["request_tvl_2_x", "request_tvl_x"]


def test_a_file_of_the_same_indicator_with_enough_pairs_satisfies_however_it_is_spelt() -> None:
    found = matches(requests_for(2, WAVE_2), [staged("Slippage", 100), staged("Borrow Rate", 100, path="b.json")])

    assert [(each.request, each.path, each.satisfies) for each in found] == [
        ("request_slippage_31", "new.json", True),
        ("request_borrow_rate_31", "b.json", True),
    ]
    assert found[0].words == "holds 100 pairs, and 100 were wanted"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (staged("slippage", 99), "holds 99 pairs of the 100 wanted"),
        (
            staged("slippage", 100, findings=(Finding("new.json", "x", ERROR, "breaks off"),)),
            "cannot be taken as it is: breaks off",
        ),
    ],
)
def test_a_file_that_is_not_enough_is_named_with_the_reason(other: SourceStock, words: str) -> None:
    (found,) = matches(requests_for(2, [source("slippage", 0)]), [other])

    assert (found.satisfies, found.words) == (False, words)


def test_a_warning_does_not_keep_a_file_from_satisfying() -> None:
    warned = staged("slippage", 100, findings=(Finding("new.json", "x", WARNING, "odd"),))

    assert matches(requests_for(2, [source("slippage", 0)]), [warned])[0].satisfies


def test_the_file_that_was_asked_about_and_those_that_are_known_satisfy_nothing() -> None:
    (request,) = requests_for(2, [source("slippage", 0)], targets={"slippage": 1})
    own = SourceStock(**{name: getattr(staged("slippage", 100), name) for name in SourceStock.__struct_fields__}
                      | {"sha256": request.sha256})  # fmt: skip

    assert matches([request], [own, staged("tvl", 100), staged("slippage", 100)], {"new-new.json"}) == []


def test_of_several_files_the_best_is_chosen_whatever_their_order() -> None:
    (request,) = requests_for(2, [source("slippage", 0)])
    files = [
        staged("slippage", 400, session=40, path="d.json"),
        staged("slippage", 50, path="c.json"),
        staged("slippage", 100, path="b.json"),
        staged("slippage", 100, path="a.json"),
    ]

    for order in (files, files[::-1]):
        assert [each.path for each in matches([request], order)] == ["a.json"]
    assert matches([request], files[:2])[0].path == "d.json"


def test_both_documents_say_everything_and_are_the_same_every_time() -> None:
    (request,) = requests_for(2, [source("slippage", 0)])
    documents = request_documents(request)

    assert list(documents) == ["outbox/droid/request_slippage_31.md", "outbox/droid/request_slippage_31.json"]
    assert documents == request_documents(request)
    said = json.loads(documents["outbox/droid/request_slippage_31.json"])
    assert {name: said[name] for name in ("indicator", "session", "category", "have", "want", "priority")} == {
        "indicator": "slippage",
        "session": 31,
        "category": "dex_metrics",
        "have": 0,
        "want": 100,
        "priority": "high",
    }
    page = documents["outbox/droid/request_slippage_31.md"].decode()
    for row in ("| Have | 0 pairs |", "| Want | 100 pairs |", "| Session | 31 |", "| Priority | high |"):
        assert row in page


ODD = (
    "a | b", "# head", "[click](http://x)", "<script>alert(1)</script>", "`code` ```", "line\n\n# two", "<!-- -->",
    "![](x)", "\u2028- item", "\x1b[2J", "\\| row |", "www.x.com http://x @user",
)  # fmt: skip


@given(st.lists(st.sampled_from(ODD) | st.text(max_size=20), min_size=1, max_size=4).map(" ".join))
def test_no_name_marks_up_a_document_or_leaves_its_cell(text: str) -> None:
    request = RegenerationRequest(
        name="request_x_31", wave=2, indicator=text, session=31, category=text, have=0, want=1,
        priority=Priority.HIGH, path=text, sha256="",
    )  # fmt: skip

    page = request_markdown(request)
    assert len(page.splitlines()) == page.count("\n") == 15
    assert all(line.count("|") == 3 for line in page.splitlines() if line.startswith("|"))
    rendered = MarkdownIt("commonmark").enable("table").render(page)
    assert set(re.findall(r"<(\w+)", rendered)) == {"h1", "p", "table", "thead", "tbody", "tr", "th", "td"}
    assert rendered.count("<td>") == 14
    assert html.unescape(re.findall(r"<td>(.*?)</td>", rendered)[1]) == one_line(text)
    assert json.loads(request_json(request))["indicator"] == text


def test_text_stands_in_markdown_as_itself() -> None:
    assert inline("dex_volume (24h) <b> & *x*\n") == r"dex\_volume \(24h\) &lt;b\> &amp; \*x\*"


def test_a_match_survives_being_stored() -> None:
    (found,) = matches(requests_for(2, [source("slippage", 0)]), [staged("slippage", 100)])

    assert isinstance(found, Match)
    assert found.sha256 == "new-new.json"
