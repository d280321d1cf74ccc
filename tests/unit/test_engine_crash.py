from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.store import MemoryEventStore
from core.batch import events as e
from core.batch.lifecycle import Status
from core.errors import AmbiguousError
from core.ledger.recorded import NewEvent
from core.projections.balance import Balance
from tests.ledgers import CONTEXT
from tests.mill import Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.ledger.recorded import Recorded
    from core.ports import Clock, Fence

VERBS = ("upload", "create", "get", "list", "download")


class PowerCutError(BaseException):
    """The process is gone; nothing in the program may catch this."""


class Fragile(MemoryEventStore):
    """A store during whose n-th append the power fails, before or after the events are in."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.appends = 0
        self.dies_at = 0
        self.dies_after = False

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        self.appends += 1
        dies = self.appends == self.dies_at
        if dies and not self.dies_after:
            raise PowerCutError
        recorded = super().append(events, fence=fence)
        if dies:
            raise PowerCutError
        return recorded


def fragile(mill: Mill) -> Fragile:
    store = Fragile(mill.clock)
    mill.store = store
    mill.stage(205, 206)
    store.appends = 0
    return store


def finish(mill: Mill) -> None:
    """Let a new engine end what the dead one began, and check that every pair and every job is accounted for."""
    mill.drive()
    assert mill.balance() == Balance(staged=8, refined=8)
    mill.check_books()
    assert mill.jobs() == {str(mill.batch(number).display_name): 1 for number in (205, 206)}
    for number in (205, 206):
        assert len(mill.events(number, e.BatchSubmitted)) == 1


@pytest.mark.parametrize("dies_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies_at", range(1, 8))
def test_a_power_cut_at_any_append_costs_no_job_and_no_pair(mill: Mill, dies_at: int, *, dies_after: bool) -> None:
    store = fragile(mill)
    store.dies_at, store.dies_after = dies_at, dies_after

    with pytest.raises(PowerCutError):
        mill.drive()

    finish(mill)


def test_an_undisturbed_run_appends_as_often_as_the_power_is_cut(mill: Mill) -> None:
    store = fragile(mill)

    mill.drive()

    # start, intents, jobs, processing, results, files, answers: the range of the test above covers them all.
    assert store.appends == 7


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("verb", "nth"), [(verb, nth) for verb in VERBS for nth in (1, 2)])
def test_a_power_cut_at_any_call_costs_no_job_and_no_pair(mill: Mill, verb: str, nth: int, when: str) -> None:
    mill.stage(205, 206)
    calls = [0]

    def die(_: str) -> None:
        calls[0] += 1
        if calls[0] == nth:
            raise PowerCutError

    getattr(mill.provider, when)[verb] = die
    if verb == "get":
        mill.policy = type(mill.policy)(workers=1, page_size=1)
    with pytest.raises(PowerCutError):
        mill.drive()

    finish(mill)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=1, max_size=8))
def test_power_cuts_one_after_the_other_cost_no_job_and_no_pair(cuts: list[tuple[int, bool]]) -> None:
    mill = Mill()
    with contextlib.closing(mill.emulator):
        store = fragile(mill)
        for appends, dies_after in cuts:
            store.dies_at, store.dies_after = store.appends + appends, dies_after
            with contextlib.suppress(PowerCutError):
                mill.drive()
            mill.clock.advance(1)
        store.dies_at = 0
        finish(mill)


class Crowded(MemoryEventStore):
    """A store to which somebody else appends just before us, once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.intrude: Callable[[Sequence[NewEvent]], NewEvent | None] = lambda _: None

    def append(self, events: Sequence[NewEvent], *, fence: Fence | None = None) -> list[Recorded]:
        other = self.intrude(events)
        if other is not None:
            self.intrude = lambda _: None
            super().append([other])
        return super().append(events, fence=fence)


@pytest.fixture
def crowded(mill: Mill) -> Crowded:
    store = Crowded(mill.clock)
    mill.store = store
    mill.stage(205)
    return store


def first(events: Sequence[NewEvent], kind: type[object]) -> NewEvent | None:
    return next((new for new in events if isinstance(new.event, kind)), None)


def test_a_fact_that_meets_a_conflict_is_decided_again_and_its_effect_not_repeated(
    mill: Mill, crowded: Crowded
) -> None:
    def intrude(events: Sequence[NewEvent]) -> NewEvent | None:
        if (job := first(events, e.BatchSubmitted)) is None:
            return None
        note = e.FileUploaded("files/somebody-elses", mill.clock.now(), mill.clock.now())
        return NewEvent(job.stream, events[0].version, note, CONTEXT)

    crowded.intrude = intrude
    mill.drive()

    assert mill.types(205)[2:6] == ["submission_started", "file_uploaded", "file_uploaded", "submitted"]
    assert mill.provider.verbs["create"] == 1
    assert mill.balance().refined == 4
    mill.check_books()


def test_a_fact_somebody_else_recorded_meanwhile_is_not_recorded_twice(mill: Mill, crowded: Crowded) -> None:
    mill.provider.after["create"] = lost_once()
    crowded.intrude = lambda events: first(events, e.BatchSubmitted)

    mill.drive()

    assert len(mill.events(205, e.BatchSubmitted)) == 1
    assert mill.provider.verbs["create"] == 1
    assert mill.balance().refined == 4
    mill.check_books()


def test_a_batch_that_is_written_anew_while_it_is_being_submitted_is_sent_as_it_now_is(
    mill: Mill, crowded: Crowded
) -> None:
    batch = mill.batch(205)
    content = mill.files.kept[batch.file_path] + b"\n"

    def intrude(events: Sequence[NewEvent]) -> NewEvent | None:
        if (start := first(events, e.SubmissionStarted)) is None:
            return None
        stored = mill.files.put(batch.file_path, content)
        again = e.BatchWritten(stored.path, stored.sha256, stored.size, batch.requests, mill.clock.now())
        return NewEvent(start.stream, start.version, again, CONTEXT)

    crowded.intrude = intrude
    mill.drive()

    [intent] = mill.events(205, e.SubmissionStarted)
    assert intent.sha256 == mill.files.digest(batch.file_path)
    assert mill.balance().refined == 4


def test_a_batch_that_is_planned_anew_while_it_is_being_submitted_is_left_to_the_person_who_plans(
    mill: Mill, crowded: Crowded
) -> None:
    def intrude(events: Sequence[NewEvent]) -> NewEvent | None:
        if (start := first(events, e.SubmissionStarted)) is None:
            return None
        [before] = mill.events(205, e.BatchPlanned)
        return NewEvent(start.stream, start.version, msgspec.structs.replace(before, revision=2), CONTEXT)

    crowded.intrude = intrude
    mill.drive()

    assert "batch 205 is planned and cannot submit now" in mill.warnings[0]
    assert mill.batch(205).status is Status.PLANNED
    assert mill.provider.calls == []


def lost_once() -> Callable[[str], None]:
    lost = [AmbiguousError("the answer was lost")]

    def rule(_: str) -> None:
        if lost:
            raise lost.pop()

    return rule
