from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from transitions import Machine

from core.errors import RefusedError
from core.wave import lifecycle
from core.wave.lifecycle import Status, Trigger, diagram, follow, sources_of

S, T = Status, Trigger
GOLDEN = Path(__file__).parent.parent / "golden" / "wave_lifecycle.mmd"

#: Every way there is, written down a second time, so that a slip of the table's pen is seen.
WAYS = {
    (S.UNPLANNED, T.PLAN): S.PLANNED,
    (S.PLANNED, T.PLAN): S.PLANNED,
    (S.APPROVED, T.PLAN): S.PLANNED,
    (S.RUNNING, T.PLAN): S.PLANNED,
    (S.PLANNED, T.APPROVE): S.APPROVED,
    (S.APPROVED, T.START): S.RUNNING,
    (S.PLANNED, T.FIND): S.RUNNING,
    (S.UNPLANNED, T.ADOPT): S.ADOPTED,
    (S.PLANNED, T.REPLAN): S.PLANNED,
    (S.APPROVED, T.REPLAN): S.PLANNED,
    (S.ADOPTED, T.REPLAN): S.PLANNED,
    (S.RUNNING, T.REPLAN): S.PLANNED,
    (S.ASSESSED, T.REPLAN): S.PLANNED,
    (S.ACCEPTED, T.REPLAN): S.PLANNED,
    (S.REJECTED, T.REPLAN): S.PLANNED,
    (S.ADOPTED, T.ASSESS): S.ASSESSED,
    (S.RUNNING, T.ASSESS): S.ASSESSED,
    (S.ASSESSED, T.ASSESS): S.ASSESSED,
    (S.ACCEPTED, T.ASSESS): S.ACCEPTED,
    (S.REJECTED, T.ASSESS): S.REJECTED,
    (S.ADOPTED, T.ACCEPT): S.ACCEPTED,
    (S.RUNNING, T.ACCEPT): S.ACCEPTED,
    (S.ASSESSED, T.ACCEPT): S.ACCEPTED,
    (S.REJECTED, T.ACCEPT): S.ACCEPTED,
    (S.ADOPTED, T.REJECT): S.REJECTED,
    (S.RUNNING, T.REJECT): S.REJECTED,
    (S.ASSESSED, T.REJECT): S.REJECTED,
    (S.ACCEPTED, T.REJECT): S.REJECTED,
}
NO_WAYS = [pair for pair in itertools.product(S, T) if pair not in WAYS]


@pytest.mark.parametrize(("status", "trigger"), WAYS)
def test_every_way_of_the_table_leads_where_it_says(status: Status, trigger: Trigger) -> None:
    assert follow("wave 2", status, trigger) is WAYS[status, trigger]


@pytest.mark.parametrize(("status", "trigger"), NO_WAYS)
def test_every_other_way_is_refused_in_a_sentence_that_names_the_wave_and_the_possible_statuses(
    status: Status, trigger: Trigger
) -> None:
    possible = [source.value for source in sources_of(trigger) if source is not S.UNPLANNED] or ["new"]

    with pytest.raises(RefusedError) as refused:
        follow("wave 2", status, trigger)

    assert str(refused.value) == (
        f"wave 2 is {status.value} and cannot {trigger.value} now; "
        f"that is possible when it is {' or '.join(possible)}"
    )


@pytest.mark.parametrize("trigger", T)
def test_the_sources_of_a_trigger_are_those_it_may_be_pulled_in(trigger: Trigger) -> None:
    assert set(sources_of(trigger)) == {source for source, way in WAYS if way is trigger}


def test_an_unapproved_wave_cannot_start() -> None:
    with pytest.raises(RefusedError, match="wave 2 is planned and cannot start now"):
        follow("wave 2", S.PLANNED, T.START)


def test_the_rulebook_is_a_machine_that_holds_no_model_and_knows_the_triggers_of_the_table() -> None:
    rulebook = lifecycle._RULEBOOK  # noqa: SLF001 - that the library judges is the point

    follow("wave 2", S.PLANNED, T.APPROVE)
    with pytest.raises(RefusedError):
        follow("wave 2", S.PLANNED, T.ACCEPT)

    assert isinstance(rulebook, Machine)
    assert rulebook.models == []
    assert {event.name for event in rulebook.events.values()} == {trigger.value for trigger in T}


def test_every_status_but_the_first_can_be_reached_and_every_one_be_left() -> None:
    assert set(WAYS.values()) == set(S) - {S.UNPLANNED}
    assert {status for (status, _), dest in WAYS.items() if dest is not status} == set(S)


def test_the_diagram_is_the_one_in_the_books_and_draws_every_way_once() -> None:
    assert diagram() == GOLDEN.read_text(encoding="utf-8")
    drawn = [line.strip() for line in diagram().splitlines()[1:]]
    ways = {
        f"{'[*]' if status is S.UNPLANNED else status.value} --> {dest.value}: {trigger.value}"
        for (status, trigger), dest in WAYS.items()
    }
    assert sorted(drawn) == sorted(ways | {"accepted --> [*]", "rejected --> [*]"})
