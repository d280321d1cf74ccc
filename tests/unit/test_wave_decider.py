from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.memory.store import MemoryEventStore
from core.batch import commands as c
from core.batch.decider import decide
from core.batch.events import BatchPlanned, BatchWithdrawn
from core.batch.lifecycle import Status
from core.errors import RefusedError
from core.ledger.load import load_batch, load_wave
from core.ledger.recorded import NewEvent
from core.wave.decider import PlanWave, decide_plan, differing
from core.wave.lifecycle import Status as WaveStatus
from core.wave.state import Wave
from tests.batches import DEFER, FAIL, JOB, REFUSE, START, UPLOAD, written
from tests.ledgers import CONTEXT, SetClock
from tests.waves import carrying, plan_of, planned_source, wave_planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.commands import BatchCommand
    from core.wave.decider import Write
    from core.wave.events import PlannedSource


def replanned(*numbers: int) -> PlanWave:
    return plan_of(*numbers, revision=2, fingerprint="two", replace=True)


class Ledger:
    """A ledger that waves are planned in, and batches moved on."""

    def __init__(self) -> None:
        self.store = MemoryEventStore(SetClock())

    def plan(self, command: PlanWave) -> list[Write]:
        wave = load_wave(self.store, command.planned.wave)
        numbers = {*command.planned.batches, *wave.batches}
        writes = decide_plan(wave, {number: load_batch(self.store, number) for number in numbers}, command)
        self.store.append([NewEvent(stream, version, event, CONTEXT) for stream, version, event in writes])
        return writes

    def tell(self, number: int, *commands: BatchCommand) -> None:
        for command in commands:
            batch = load_batch(self.store, number)
            self.store.append(
                [
                    NewEvent(f"batch-{number}", version, event, CONTEXT)
                    for version, event in enumerate(decide(batch, command), start=batch.version + 1)
                ]
            )


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_a_plan_is_the_waves_event_and_one_for_each_batch(ledger: Ledger) -> None:
    command = plan_of(205, 206)

    assert ledger.plan(command) == [
        ("wave-2", 1, command.planned),
        ("batch-205", 1, command.batches[0]),
        ("batch-206", 1, command.batches[1]),
    ]


def test_the_same_plan_twice_is_nothing(ledger: Ledger) -> None:
    ledger.plan(plan_of(205, 206))

    assert ledger.plan(plan_of(205, 206)) == []
    assert ledger.plan(plan_of(205, 206, revision=2, replace=True)) == []


def test_another_plan_needs_to_be_told_to_replace_the_first(ledger: Ledger) -> None:
    ledger.plan(plan_of(205, 206))

    with pytest.raises(RefusedError, match=r"wave 2 has a plan \(revision 1\).*plan again with --replace"):
        ledger.plan(plan_of(205, revision=2, fingerprint="two"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "gemini-2.5-pro"}, "the model is gemini-2.5-pro, and was "),
        ({"prompt_sha256": "d" * 64}, "the prompt is version dddddddddddddddd, and was "),
        ({"sources": ()}, r"the source .* is gone; 0 pairs are sent, and \d+ were"),
        ({}, "a figure of the model or a setting of the content rules is another"),
    ],
)
def test_what_differs_between_two_plans_is_said(changes: dict[str, object], said: str) -> None:
    old = plan_of(205).planned
    new = msgspec.structs.replace(old, fingerprint="two", **changes)

    assert re.fullmatch(
        rf"wave 2 has a plan \(revision 1\), and this one differs from it: {said}.*", differing(old, new)
    )


def test_settings_that_differ_between_two_plans_are_named() -> None:
    old = plan_of(205).planned
    settings = msgspec.structs.replace(old.settings, batch_size=37, low_count_below=3)

    said = differing(old, msgspec.structs.replace(old, settings=settings))

    assert f"batch_size is 37, and was {old.settings.batch_size}" in said
    assert f"low_count_below is 3, and was {old.settings.low_count_below}" in said


def test_a_replacement_plans_its_batches_anew_and_withdraws_the_others(ledger: Ledger) -> None:
    ledger.plan(plan_of(205, 206))
    ledger.tell(205, c.RecordFile(written()))

    writes = ledger.plan(replanned(205, 207))

    assert [(stream, version, type(event)) for stream, version, event in writes[1:]] == [
        ("batch-205", 3, BatchPlanned),
        ("batch-207", 1, BatchPlanned),
        ("batch-206", 2, BatchWithdrawn),
    ]
    assert "revision 2 of wave 2 does without it" in writes[-1][2].reason  # type: ignore[attr-defined]
    statuses = {number: load_batch(ledger.store, number).status for number in (205, 206, 207)}
    assert statuses == {205: Status.PLANNED, 206: Status.WITHDRAWN, 207: Status.PLANNED}


def test_a_wave_that_was_judged_is_not_planned_again_and_the_refusal_says_what_to_plan_instead(
    ledger: Ledger,
) -> None:
    ledger.plan(plan_of(205, 206))
    wave = msgspec.structs.replace(load_wave(ledger.store, 2), status=WaveStatus.REJECTED)

    with pytest.raises(RefusedError, match="wave 2 is rejected and cannot plan now") as refusal:
        decide_plan(wave, {number: load_batch(ledger.store, number) for number in (205, 206)}, replanned(205))

    assert str(refusal.value).endswith("; plan the pairs that it lacks as a wave of their own")


def test_a_withdrawn_number_can_come_back(ledger: Ledger) -> None:
    ledger.plan(plan_of(205, 206))
    ledger.plan(replanned(205))
    ledger.plan(plan_of(205, 206, revision=3, fingerprint="three", replace=True))

    assert load_batch(ledger.store, 206).status is Status.PLANNED
    assert load_batch(ledger.store, 206).pairs == 4


def test_a_number_of_another_wave_is_refused(ledger: Ledger) -> None:
    ledger.plan(plan_of(205))
    third = plan_of(205)
    third = PlanWave(
        planned=msgspec.structs.replace(third.planned, wave=3),
        batches=tuple(msgspec.structs.replace(batch, wave=3) for batch in third.batches),
    )

    with pytest.raises(
        RefusedError, match=r"batch 205 belongs to wave 2; plan wave 3 with another --first-number"
    ):
        ledger.plan(third)
    assert load_wave(ledger.store, 3) == Wave(wave=3)


@pytest.mark.parametrize("sent", [(START,), (START, UPLOAD), (START, UPLOAD, JOB), (START, JOB, FAIL)])
@pytest.mark.parametrize("numbers", [(205, 206), (206,)], ids=["planned anew", "withdrawn"])
def test_nothing_is_replaced_once_something_was_sent(
    ledger: Ledger, sent: Sequence[BatchCommand], numbers: Sequence[int]
) -> None:
    ledger.plan(plan_of(205, 206))
    ledger.tell(205, c.RecordFile(written()), *sent)
    head = ledger.store.head()

    with pytest.raises(RefusedError, match="batch 205"):
        ledger.plan(replanned(*numbers))
    assert ledger.store.head() == head


@pytest.mark.parametrize("end", [DEFER, REFUSE])
def test_a_batch_that_certainly_has_no_job_can_still_be_replaced(ledger: Ledger, end: BatchCommand) -> None:
    ledger.plan(plan_of(205, 206))
    ledger.tell(205, c.RecordFile(written()), START, end)

    assert ledger.plan(replanned(205))


A, B = planned_source("a", 4), planned_source("b", 2)


@pytest.mark.parametrize(
    ("sources", "batches", "sentence"),
    [
        ([A, B], [carrying(205, ("a", 1, 4))], "b.json cannot be planned: 2 pairs should be in batches and 0 are"),
        ([A], [carrying(205, ("a", 1, 3))], "a.json cannot be planned: 4 pairs should be in batches and 3 are"),
        ([A], [carrying(205, ("a", 1, 4), ("a", 4, 4))], "pairs 4 to 4 are twice in the plan"),
        ([A], [carrying(205, ("a", 1, 4)), carrying(206, ("a", 1, 4))], "pairs 1 to 4 are twice in the plan"),
        ([A], [carrying(205, ("a", 1, 5))], "not in the file, which holds 4"),
        (
            [A],
            [carrying(205, ("a", 1, 4), ("b", 1, 1))],
            "batch 205 cannot be planned: it has pairs of no source, b",
        ),
        ([A, A], [carrying(205, ("a", 1, 4))], "two sources have the same key"),
        ([A], [carrying(205, ("a", 1, 2)), carrying(205, ("a", 3, 4))], "two batches have the same number"),
        (
            [msgspec.structs.replace(A, planned=3)],
            [carrying(205, ("a", 1, 3))],
            "1 of its 4 pairs would be left out without a reason",
        ),
    ],
)
def test_a_plan_that_loses_or_doubles_a_pair_is_refused(
    ledger: Ledger, sources: list[PlannedSource], batches: list[BatchPlanned], sentence: str
) -> None:
    command = PlanWave(wave_planned(sources, [batch.number for batch in batches]), tuple(batches))

    with pytest.raises(RefusedError, match=sentence):
        ledger.plan(command)
    assert ledger.store.head() == 0


def test_a_plan_that_names_a_batch_it_does_not_carry_is_refused(ledger: Ledger) -> None:
    command = PlanWave(wave_planned([A], [205, 206]), (carrying(205, ("a", 1, 4)),))

    with pytest.raises(RefusedError, match="the plan of wave 2 names other batches than it carries"):
        ledger.plan(command)


def test_a_pair_that_is_left_out_for_a_reason_is_accounted_for(ledger: Ledger) -> None:
    left_out = planned_source("a", 4, plan=3)

    assert ledger.plan(PlanWave(wave_planned([left_out], [205]), (carrying(205, ("a", 1, 3)),)))
