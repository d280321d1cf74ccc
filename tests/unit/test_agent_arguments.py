"""Arguments that do not fit are told by name, with what is expected and an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.corpus_choices import Listed
from cli.mcp.catalogue import TOOLS
from core.batch.lifecycle import Status
from core.corpus.choices import Form, Repeated
from core.errors import BadInputError

if TYPE_CHECKING:
    from enum import StrEnum


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        (
            "accept",
            {"wave": "two", "reason": "x"},
            '`wave` is "two", and has to be a whole number from 1 to 999999999',
        ),
        ("accept", {"wave": "two", "reason": "x"}, "such as 2"),
        ("accept", {"wave": 2}, '`reason` is missing; it is a text of 1 to 500 characters, such as "the user'),
        ("status", {"wawe": 2}, "no argument `wawe`; did you mean `wave`? It takes cursor, limit, batches, wave"),
        ("status", {"zzz": 2}, "no argument `zzz`; it takes cursor"),
        ("cost", {"by": "day"}, '`by` is "day", and has to be one of "batch", "model", "wave"'),
        ("batch_list", {"state": "ready"}, '"downloaded", "failed"'),
        ("plan", {"wave": 2, "paths": "inbox"}, '`paths` is "inbox", and has to be a list'),
        ("plan", {"wave": 2, "paths": ["a", 5.5]}, "item 2 of `paths` is 5.5, and has to be a text"),
        ("submit", {}, '`first` is missing; it is a text of at most 40 characters, such as "205"'),
        ("drive", {"seconds": -1}, "`seconds` is -1, and has to be a number from 0 to 600, such as 30"),
        ("batch_get_status", {"batchName": "x1", "autoPoll": "yes"}, "has to be true or false"),
        ("batch_create", {"config": []}, "`config` is [], and has to be an object"),
        ("history", {"subject": {"a": "b" * 500}}, "bbb…, and has to be a text"),
        ("submit", {"first": "2" * 5_000}, "222…, and has to be a text of at most 40 characters, such as"),
        ("accept", {"wave": 2, "reason": " \t "}, "has to be a text of 1 to 500 characters"),
        ("get_file", {"fileUri": {"a\nb": "\x1b"}}, "`fileUri` is {"),
    ],
)
def test_an_argument_that_does_not_fit_is_named_with_what_would(
    tool: str, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInputError) as refused:
        TOOLS[tool].read(given)

    told = str(refused.value)
    assert told.startswith(f"{tool} cannot be called like that: ")
    assert said in told
    assert told.isprintable()
    assert not {"Expected", "Object", "$"} & set(told.replace("`", " ").split())


@pytest.mark.parametrize(
    ("tool", "name", "choices"),
    [
        ("corpus_export", "format", Form),
        ("corpus_explain", "which", Listed),
        ("corpus_dedup", "repeated", Repeated),
    ],
)
def test_what_may_be_chosen_is_what_the_commands_take(tool: str, name: str, choices: type[StrEnum]) -> None:
    said = TOOLS[tool].schema()["properties"][name]
    known = next(each for each in said.get("anyOf", [said]) if "enum" in each)["enum"]

    assert {each for each in known if each} == {each.value for each in choices}


def test_a_list_of_batches_takes_the_statuses_that_there_are() -> None:
    state = TOOLS["batch_list"].schema()["properties"]["state"]
    known = next(each for each in state.get("anyOf", [state]) if "enum" in each)["enum"]

    assert {each for each in known if each} == {each.value for each in Status} - {Status.UNPLANNED.value}
