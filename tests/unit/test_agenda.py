from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from core.batch.state import Batch
from core.engine.agenda import Agenda
from core.engine.steps import Kind, Step
from tests.batches import later

if TYPE_CHECKING:
    from datetime import datetime

    from hypothesis.strategies import DrawFn

MODELS = ("gemini-2.5-flash", "gemini-2.5-pro")
WORK = [kind for kind in Kind if kind is not Kind.NOTHING]
OUT = {Kind.RESOLVE, Kind.CANCEL, Kind.POLL}


class Put(NamedTuple):
    """What a batch needs now."""

    batch: Batch
    step: Step


@st.composite
def puts(draw: DrawFn) -> Put:
    kind = draw(st.sampled_from(Kind))
    second = draw(st.none() | st.integers(0, 12))
    batch = Batch(
        number=draw(st.integers(1, 8)),
        model=draw(st.sampled_from(MODELS)),
        input_tokens=draw(st.integers(0, 9)),
        intent_open=draw(st.booleans()),
    )
    return Put(batch, Step(kind, None if second is None or kind is Kind.NOTHING else later(second)))


class Naive:
    """What an agenda stands for: the last word on every batch, gone through from end to end each time."""

    def __init__(self) -> None:
        self.last: dict[int, Put] = {}

    def _of(self, kind: Kind) -> list[Put]:
        return [put for put in self.last.values() if put.step.kind is kind]

    def due(self, kind: Kind, now: datetime) -> list[int]:
        return sorted(put.batch.number for put in self._of(kind) if put.step.due is None or put.step.due <= now)

    def waits(self, kind: Kind, now: datetime) -> list[datetime]:
        return sorted(put.step.due for put in self._of(kind) if put.step.due is not None and put.step.due > now)

    def count(self, kind: Kind) -> int:
        return len(self._of(kind))

    def out(self) -> list[Batch]:
        return [put.batch for put in self.last.values() if put.step.kind in OUT or put.batch.intent_open]


@given(st.lists(puts() | st.integers(0, 3), max_size=40))
def test_an_agenda_answers_as_if_it_went_through_all_batches_each_time(told: list[Put | int]) -> None:
    agenda, naive, second = Agenda(), Naive(), 0
    for word in told:
        if isinstance(word, Put):
            agenda.put(*word)
            naive.last[word.batch.number] = word
            continue
        second += word
        now = later(second)
        for kind in WORK:
            due, waits = naive.due(kind, now), naive.waits(kind, now)
            assert agenda.due(kind, now, most=2) == due[:2]
            assert agenda.due(kind, now, among={2, 3, 5}) == [number for number in due if number in {2, 3, 5}]
            assert agenda.due(kind, now) == due
            assert agenda.next_due(kind) == (waits[0] if waits else None)
            assert agenda.last_due(kind) == (waits[-1] if waits else None)
    assert [agenda.count(kind) for kind in WORK] == [naive.count(kind) for kind in WORK]
    assert agenda.at_provider() == len(naive.out())
    assert [agenda.tokens(model) for model in MODELS] == [
        sum(batch.input_tokens for batch in naive.out() if batch.model == model) for model in MODELS
    ]


def test_what_waits_is_known_before_anybody_asked_for_what_is_due() -> None:
    agenda = Agenda()
    for number, second in ((1, 30), (2, 10), (3, 20)):
        agenda.put(Batch(number=number), Step(Kind.SUBMIT, later(second)))

    assert (agenda.next_due(Kind.SUBMIT), agenda.last_due(Kind.SUBMIT)) == (later(10), later(30))


def test_what_was_put_off_again_waits_for_its_last_moment_alone() -> None:
    agenda, batch = Agenda(), Batch(number=205)
    agenda.put(batch, Step(Kind.SUBMIT, later(10)))
    agenda.put(batch, Step(Kind.SUBMIT, later(60)))

    assert agenda.due(Kind.SUBMIT, later(59)) == []
    assert agenda.due(Kind.SUBMIT, later(60)) == [205]
    assert agenda.count(Kind.SUBMIT) == 1


def test_a_quarantined_batch_needs_nothing_and_may_have_a_job_all_the_same() -> None:
    agenda = Agenda()
    agenda.put(Batch(number=205, model="m", input_tokens=7, intent_open=True), Step(Kind.NOTHING))

    assert (agenda.at_provider(), agenda.tokens("m")) == (1, 7)
    assert not any(agenda.count(kind) for kind in WORK)
