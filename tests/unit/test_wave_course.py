from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from adapters.memory.store import MemoryEventStore
from core.errors import RefusedError
from core.ledger.load import load_wave
from core.ledger.recorded import NewEvent
from core.ledger.verify import trigger_of, verify_stream
from core.wave.course_events import WaveAccepted, WaveFoundRunning, WaveRejected, WaveStarted
from core.wave.decider import AdoptWave, HoldWave, ReleaseWave, ReplanWave, decide_wave
from core.wave.lifecycle import Status, follow
from core.wave.state import Wave, evolve, found_running
from tests.courses import (
    ACCEPT,
    ADOPT,
    BAD,
    GOOD,
    OPEN,
    PLAN,
    REJECT,
    START,
    AcceptWave,
    ApproveWave,
    AssessWave,
    Command,
    RejectWave,
    adopted,
    approve,
    assessed,
    given,
    replanned,
    told,
)
from tests.ledgers import CONTEXT, NOON, SetClock

if TYPE_CHECKING:
    from core.wave.events import WaveEvent

RUNNING = (PLAN, approve(), START)
#: Some way along the usual path, and then anything at all.
PATHS = st.sampled_from([(*RUNNING, GOOD, ACCEPT), (ADOPT, OPEN, REJECT), (ADOPT, ReplanWave(replanned(1)))])
ANYTHING: list[Command] = [
    *(PLAN, approve(), START, GOOD, BAD, OPEN, ACCEPT, REJECT, ADOPT),
    *(AdoptWave(adopted((("more", "b"),))), ReplanWave(replanned(1)), ReplanWave(replanned(1, 2))),
    *(ReleaseWave("well", NOON), HoldWave("badly", NOON)),
]
SEQUENCES = st.tuples(PATHS, st.integers(0, 5), st.lists(st.sampled_from(ANYTHING), max_size=20)).map(
    lambda parts: (*parts[0][: parts[1]], *parts[2])
)


def decided(wave: Wave, command: AcceptWave | RejectWave) -> WaveAccepted | WaveRejected:
    [event] = decide_wave(wave, command)
    assert isinstance(event, WaveAccepted | WaveRejected)
    return event


@drawn(SEQUENCES)
def test_the_status_reached_is_the_rulebooks(commands: tuple[Command, ...]) -> None:
    events, wave = told(commands)

    walked, status = Wave(wave=2), Status.UNPLANNED
    for event in events:
        trigger = trigger_of(walked, event)
        status = follow("wave 2", status, trigger) if trigger else status
        walked = evolve(walked, event)
    assert wave.status is status


@drawn(SEQUENCES)
def test_a_history_that_was_decided_has_no_fault_and_folds_to_the_same_wave(
    commands: tuple[Command, ...],
) -> None:
    events, wave = told(commands)
    store = MemoryEventStore(SetClock())
    store.append([NewEvent("wave-2", version, event, CONTEXT) for version, event in enumerate(events, start=1)])

    assert verify_stream(store.read_stream("wave-2")) == []
    assert load_wave(store, 2) == wave


@drawn(SEQUENCES)
def test_nothing_starts_that_was_not_approved_since_it_was_planned_last(commands: tuple[Command, ...]) -> None:
    wave = Wave(wave=2)
    for event in told(commands)[0]:
        if isinstance(event, WaveStarted):
            assert wave.approved
        wave = evolve(wave, event)


@drawn(SEQUENCES)
def test_a_decision_that_does_not_follow_from_the_verdict_says_so(commands: tuple[Command, ...]) -> None:
    wave = Wave(wave=2)
    for event in told(commands)[0]:
        if isinstance(event, WaveAccepted):
            assert event.overruled is (wave.verdict != "good")
        if isinstance(event, WaveRejected):
            assert event.overruled is (wave.verdict in {"good", ""})
        wave = evolve(wave, event)


def test_an_approval_is_for_one_revision() -> None:
    wave = given(PLAN, approve())
    assert (wave.status, wave.approved) == (Status.APPROVED, True)

    again = given(PLAN, approve(), PLAN)

    assert (again.status, again.approved, again.revision) == (Status.PLANNED, False, 2)
    with pytest.raises(RefusedError, match="wave 2 is planned and cannot start now"):
        decide_wave(again, START)


def test_what_was_planned_while_somebody_looked_is_not_approved() -> None:
    with pytest.raises(RefusedError, match=r"wave 2 was planned again meanwhile; look at the new plan, then run"):
        decide_wave(given(PLAN, approve(), PLAN), approve(version=1))


@pytest.mark.parametrize("command", [approve(), START, GOOD, ACCEPT])
def test_the_same_is_not_said_twice(command: ApproveWave | AssessWave | AcceptWave) -> None:
    wave = given(*RUNNING, GOOD, ACCEPT)

    assert decide_wave(wave, command) == []


def test_an_assessment_counts_again_when_it_came_out_otherwise() -> None:
    wave = given(*RUNNING, BAD)

    assert decide_wave(wave, GOOD) == [GOOD.assessed]
    assert decide_wave(wave, AssessWave(assessed("not good", seed=8))) == [assessed("not good", seed=8)]


def test_no_assessment_has_a_verdict_of_its_own_invention() -> None:
    with pytest.raises(RefusedError, match="wave 2 cannot be assessed as 'splendid'"):
        decide_wave(given(*RUNNING), AssessWave(assessed("splendid")))


def test_a_decided_wave_may_be_assessed_again_and_stays_decided() -> None:
    wave = given(*RUNNING, GOOD, ACCEPT, BAD)

    assert (wave.status, wave.verdict, wave.accepted) == (Status.ACCEPTED, "not good", True)


@pytest.mark.parametrize(
    ("verdict", "command", "overruled"),
    [
        ((), ACCEPT, True),
        ((), REJECT, True),
        ((GOOD,), ACCEPT, False),
        ((GOOD,), REJECT, True),
        ((BAD,), ACCEPT, True),
        ((BAD,), REJECT, False),
        ((OPEN,), ACCEPT, True),
        ((OPEN,), REJECT, False),
    ],
)
def test_a_decision_against_or_without_the_verdict_overrules_it(
    verdict: tuple[AssessWave, ...],
    command: AcceptWave | RejectWave,
    overruled: bool,  # noqa: FBT001 - a column of the table
) -> None:
    event = decided(given(*RUNNING, *verdict), command)

    assert event.overruled is overruled
    assert event.verdict == (verdict[0].assessed.verdict if verdict else "")


def test_a_decision_is_turned_round_as_a_reversal_and_only_with_a_reason() -> None:
    accepted = given(*RUNNING, BAD, ACCEPT)

    event = decided(accepted, REJECT)

    assert (event.reverses, event.overruled) == (True, False)
    assert decided(evolve(accepted, event), ACCEPT).reverses
    assert not decided(given(*RUNNING), ACCEPT).reverses
    for command in (RejectWave(" ", NOON), RejectWave("", NOON)):
        with pytest.raises(RefusedError, match="say why wave 2 is rejected, with --reason"):
            decide_wave(accepted, command)


def test_what_was_never_sent_cannot_be_decided() -> None:
    for wave in (given(PLAN), given(PLAN, approve())):
        with pytest.raises(RefusedError, match="cannot accept now"):
            decide_wave(wave, ACCEPT)


def test_an_accepted_wave_cannot_be_planned_again() -> None:
    with pytest.raises(RefusedError, match="wave 2 is accepted and cannot plan now"):
        given(*RUNNING, GOOD, ACCEPT, PLAN)


def test_an_adopted_wave_is_judged_without_ever_being_approved() -> None:
    wave = given(ADOPT)
    assert wave.status is Status.ADOPTED
    assert given(ADOPT, OPEN, ACCEPT).accepted
    with pytest.raises(RefusedError, match="wave 2 is adopted and cannot approve now"):
        decide_wave(wave, approve())


def test_more_that_is_found_of_an_adopted_wave_leaves_it_where_it_stands() -> None:
    assert given(ADOPT, ACCEPT, AdoptWave(adopted((("more", "b"),)))).status is Status.ACCEPTED


def test_asking_again_for_an_adopted_waves_pairs_is_approved_each_time_and_leaves_the_decision() -> None:
    wave = given(ADOPT, ACCEPT, ReplanWave(replanned(1)), approve(), START)
    assert (wave.status, wave.accepted) == (Status.RUNNING, True)

    more = evolve(wave, replanned(1, 2))

    assert (more.status, more.approved, more.accepted) == (Status.PLANNED, False, True)


def test_a_wave_that_was_sent_before_approvals_runs_and_its_history_says_so_when_next_it_moves() -> None:
    wave = found_running(given(PLAN), "batch 205")
    assert (wave.status, wave.approved) == (Status.RUNNING, True)

    events: list[WaveEvent] = decide_wave(wave, ACCEPT)

    assert [type(event) for event in events] == [WaveFoundRunning, WaveAccepted]
    assert decide_wave(wave, START) == [
        WaveFoundRunning("batch 205 was sent before waves had to be approved", NOON)
    ]
    assert decide_wave(wave, approve()) == []


@pytest.mark.parametrize("wave", [given(PLAN, approve()), given(ADOPT), given(ADOPT, ReplanWave(replanned(1)))])
def test_a_submission_tells_nothing_new_of_a_wave_that_is_approved_or_adopted(wave: Wave) -> None:
    assert found_running(wave, "batch 205") == wave


def test_a_history_that_names_another_verdict_or_plan_is_faulty() -> None:
    store = MemoryEventStore(SetClock())
    events: list[object] = [*told([*RUNNING, GOOD])[0], WaveAccepted("so", "not good", True, False, NOON)]  # noqa: FBT003 - by place
    store.append([NewEvent("wave-2", version, event, CONTEXT) for version, event in enumerate(events, start=1)])
    assert [fault.reason for fault in verify_stream(store.read_stream("wave-2"))] == [
        "the verdict on wave 2 was 'good', and another is named"
    ]


def test_a_history_that_starts_an_unapproved_wave_is_faulty() -> None:
    store = MemoryEventStore(SetClock())
    events = [*told([PLAN])[0], WaveStarted(NOON)]
    store.append([NewEvent("wave-2", version, event, CONTEXT) for version, event in enumerate(events, start=1)])
    assert [fault.reason for fault in verify_stream(store.read_stream("wave-2"))] == [
        "wave 2 is planned and cannot start now; that is possible when it is approved"
    ]
