from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from transitions import Machine

from core.batch import lifecycle
from core.batch.lifecycle import Status, Trigger, diagram, follow, sources_of
from core.errors import RefusedError

S, T = Status, Trigger
GOLDEN = Path(__file__).parent.parent / "golden" / "lifecycle.mmd"

#: Every way there is, written down a second time, so that a slip of the table's pen is seen.
WAYS = {
    (S.UNPLANNED, T.PLAN): S.PLANNED,
    (S.PLANNED, T.PLAN): S.PLANNED,
    (S.WRITTEN, T.PLAN): S.PLANNED,
    (S.WITHDRAWN, T.PLAN): S.PLANNED,
    (S.PLANNED, T.WITHDRAW): S.WITHDRAWN,
    (S.WRITTEN, T.WITHDRAW): S.WITHDRAWN,
    (S.PLANNED, T.WRITE): S.WRITTEN,
    (S.WRITTEN, T.WRITE): S.WRITTEN,
    (S.WRITTEN, T.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, T.PROCESS): S.PROCESSING,
    (S.SUBMITTED, T.SUCCEED): S.SUCCEEDED,
    (S.PROCESSING, T.SUCCEED): S.SUCCEEDED,
    (S.ADOPTED, T.FAIL): S.FAILED,
    (S.SUBMITTED, T.FAIL): S.FAILED,
    (S.PROCESSING, T.FAIL): S.FAILED,
    (S.SUCCEEDED, T.FAIL): S.FAILED,
    (S.SUCCEEDED, T.DOWNLOAD): S.DOWNLOADED,
    (S.FAILED, T.RETRY): S.WRITTEN,
    (S.WRITTEN, T.RETRY): S.WRITTEN,
    (S.UNPLANNED, T.ADOPT): S.ADOPTED,
    (S.ADOPTED, T.FIND): S.SUBMITTED,
    (S.WRITTEN, T.FIND): S.SUBMITTED,
    (S.FAILED, T.FIND): S.SUBMITTED,
    (S.ADOPTED, T.TAKE): S.DOWNLOADED,
    (S.FAILED, T.TAKE): S.DOWNLOADED,
    (S.DOWNLOADED, T.TAKE): S.DOWNLOADED,
}
NO_WAYS = [pair for pair in itertools.product(S, T) if pair not in WAYS]


@pytest.mark.parametrize(("status", "trigger"), WAYS)
def test_every_way_of_the_table_leads_where_it_says(status: Status, trigger: Trigger) -> None:
    assert follow("batch 205", status, trigger) is WAYS[status, trigger]


@pytest.mark.parametrize(("status", "trigger"), NO_WAYS)
def test_every_other_way_is_refused_in_a_sentence_that_names_the_batch_and_the_possible_statuses(
    status: Status, trigger: Trigger
) -> None:
    possible = [source.value for source, way in WAYS if way is trigger and source is not S.UNPLANNED] or ["new"]

    with pytest.raises(RefusedError) as refused:
        follow("batch 205", status, trigger)

    assert str(refused.value) == (
        f"batch 205 is {status.value} and cannot {trigger.value} now; "
        f"that is possible when it is {' or '.join(possible)}"
    )


def test_what_only_a_new_batch_may_do_is_said_so() -> None:
    with pytest.raises(RefusedError, match="cannot adopt now; that is possible when it is new"):
        follow("batch 205", S.WRITTEN, T.ADOPT)


@pytest.mark.parametrize("trigger", T)
def test_the_sources_of_a_trigger_are_those_it_may_be_pulled_in(trigger: Trigger) -> None:
    assert set(sources_of(trigger)) == {source for source, way in WAYS if way is trigger}


def test_a_written_batch_cannot_fail() -> None:
    with pytest.raises(RefusedError, match="batch 205 is written and cannot fail"):
        follow("batch 205", S.WRITTEN, T.FAIL)


def test_the_rulebook_is_a_machine_that_knows_the_triggers_of_the_table_and_no_short_cuts() -> None:
    rulebook = lifecycle._RULEBOOK  # noqa: SLF001 - that the library judges is the point

    assert isinstance(rulebook, Machine)
    assert {(event.name) for event in rulebook.events.values()} == {trigger.value for trigger in T}


def test_the_rulebook_holds_no_model_before_or_after_a_judgement() -> None:
    rulebook = lifecycle._RULEBOOK  # noqa: SLF001 - a model left behind would be a leak nobody sees

    follow("batch 205", S.PLANNED, T.WRITE)
    with pytest.raises(RefusedError):
        follow("batch 205", S.PLANNED, T.FAIL)

    assert rulebook.models == []


def test_the_machine_itself_refuses_and_not_a_test_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    open_house = Machine(
        model=None,
        states=S,
        initial=S.UNPLANNED,
        transitions=[{"trigger": T.FAIL.value, "source": S.WRITTEN, "dest": S.DOWNLOADED}],
        auto_transitions=False,
    )
    monkeypatch.setattr(lifecycle, "_RULEBOOK", open_house)

    assert follow("batch 205", S.WRITTEN, T.FAIL) is S.DOWNLOADED


def test_every_status_but_the_first_can_be_reached_and_every_one_but_the_last_be_left() -> None:
    assert set(WAYS.values()) == set(S) - {S.UNPLANNED}
    assert {status for (status, _), dest in WAYS.items() if dest is not status} == set(S) - {S.DOWNLOADED}


def test_the_diagram_is_the_one_in_the_books() -> None:
    assert diagram() == GOLDEN.read_text(encoding="utf-8")


def test_the_diagram_draws_every_way_once() -> None:
    drawn = [line.strip() for line in diagram().splitlines()[1:]]

    ways = {f"{status.value} --> {dest.value}: {trigger.value}" for (status, trigger), dest in WAYS.items()}
    ways -= {"unplanned --> planned: plan", "unplanned --> adopted: adopt"}
    ends = {"[*] --> planned: plan", "[*] --> adopted: adopt", "downloaded --> [*]", "withdrawn --> [*]"}
    assert sorted(drawn) == sorted(ways | ends)
