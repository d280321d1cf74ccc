from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from core.batch.decider import decide
from core.errors import RefusedError
from core.ledger.load import load_batch, load_wave
from core.ledger.recorded import NewEvent
from core.projections import catch_up as catching_up
from core.projections.balance import Balance, balances, total
from core.projections.catch_up import catch_up, rebuild
from core.wave.decider import PlanWave, decide_plan
from tests.batches import COMMANDS, DEFER, FAIL, HAPPY, JOB, PLAN, REFUSE, RETRY, START, UNCLEAR, WRITE, answers
from tests.ledgers import CONTEXT, SetClock
from tests.waves import carrying, plan_of, planned_source, wave_planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.batch.commands import BatchCommand

SENT = (PLAN, WRITE, START)
EXCLUDING = PlanWave(
    wave_planned([planned_source("w2-s30-n205", 10, plan=4), planned_source("empty", 0)], [205], fingerprint="e"),
    (carrying(205, ("w2-s30-n205", 1, 4)),),
)
PLANS = [
    plan_of(205, 206),
    plan_of(205, 207, revision=2, fingerprint="two", replace=True),
    plan_of(206, 207, 208, revision=2, fingerprint="three", pairs=3, replace=True),
]

#: A plan, or a command to a batch; commands that plan, withdraw or adopt are the wave's to give.
STEPS = st.one_of(
    st.sampled_from(PLANS),
    st.tuples(
        st.integers(205, 208),
        st.sampled_from(
            [
                command
                for command in COMMANDS
                if type(command).__name__ not in {"PlanBatch", "WithdrawBatch", "AdoptBatch"}
            ]
        ),
    ),
    st.tuples(st.integers(205, 208), st.integers(3, 9).map(lambda steps: HAPPY[1:steps])),
)
HISTORIES = st.lists(STEPS, max_size=25)


def happening(store: MemoryEventStore, steps: Sequence[object]) -> Iterator[None]:
    """Let it all happen in the ledger, and yield after each commit; what is refused changes nothing."""
    yield from plan(store, PLANS[0])
    for step in steps:
        if isinstance(step, PlanWave):
            yield from plan(store, step)
        elif isinstance(step, tuple):
            number, commands = step
            for command in commands if isinstance(commands, tuple) else (commands,):
                yield from tell(store, number, command)


def plan(store: MemoryEventStore, command: PlanWave) -> Iterator[None]:
    wave = load_wave(store, 2)
    numbers = {*wave.batches, *command.planned.batches}
    try:
        writes = decide_plan(wave, {number: load_batch(store, number) for number in numbers}, command)
    except RefusedError:
        return
    if writes:
        store.append([NewEvent(stream, version, event, CONTEXT) for stream, version, event in writes])
        yield


def tell(store: MemoryEventStore, number: int, command: BatchCommand) -> Iterator[None]:
    batch = load_batch(store, number)
    try:
        events = decide(batch, command)
    except RefusedError:
        return
    stream = f"batch-{number}"
    if events:
        store.append(
            [NewEvent(stream, batch.version + place, event, CONTEXT) for place, event in enumerate(events, 1)]
        )
        yield


def balance(store: MemoryEventStore) -> Balance:
    model = MemoryReadModel()
    catch_up(store, model)
    return total(balances(model.waves(), model.batches()))


@given(HISTORIES)
def test_every_pair_is_in_exactly_one_place_after_every_commit(steps: list[object]) -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()

    for _ in happening(store, steps):
        catch_up(store, model)
        by_wave = balances(model.waves(), model.batches())
        assert {number: each.difference for number, each in by_wave.items()} == {2: 0}
        assert total(by_wave) == by_wave[2]


@given(HISTORIES)
@settings(max_examples=50)
def test_a_rebuilt_read_model_equals_the_one_kept_live(steps: list[object]) -> None:
    store, live = MemoryEventStore(SetClock()), MemoryReadModel()
    for _ in happening(store, steps):
        catch_up(store, live)
    kept = (live.checkpoint(), live.waves(), live.batches())

    assert rebuild(store, live) == store.head()

    assert (live.checkpoint(), live.waves(), live.batches()) == kept


@pytest.mark.parametrize("stride", [1, 2, 3, 7, 1_000])
def test_catching_up_in_strides_equals_one_pass(stride: int, monkeypatch: pytest.MonkeyPatch) -> None:
    store, in_one = MemoryEventStore(SetClock()), MemoryReadModel()
    list(happening(store, [(205, HAPPY[1:]), (206, (WRITE, START, JOB, FAIL, RETRY, START, DEFER))]))
    catch_up(store, in_one)

    monkeypatch.setattr(catching_up, "STRIDE", stride)
    in_strides = MemoryReadModel()

    assert catch_up(store, in_strides) == store.head() > 15
    assert (in_strides.waves(), in_strides.batches()) == (in_one.waves(), in_one.batches())


def test_catching_up_can_stop_at_a_position_and_go_on() -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    list(happening(store, [(205, HAPPY[1:])]))

    assert catch_up(store, model, until=4) == model.checkpoint() == 4
    assert [row.status for row in model.batches()] == ["written", "planned"]
    assert catch_up(store, model) == store.head()
    assert [row.status for row in model.batches()] == ["downloaded", "planned"]


def test_a_stride_that_somebody_else_was_faster_with_is_not_applied_twice() -> None:
    store = MemoryEventStore(SetClock())
    list(happening(store, [(205, HAPPY[1:])]))

    class Overtaken(MemoryReadModel):
        asked = 0

        def checkpoint(self) -> int:
            self.asked += 1
            position = super().checkpoint()
            if self.asked == 1:
                other = MemoryReadModel()
                catch_up(store, other)
                self.save(other.waves(), other.batches(), was=0, checkpoint=other.checkpoint())
            return position

    model = Overtaken()

    assert catch_up(store, model) == store.head()
    assert model.asked == 2


@pytest.mark.parametrize(
    ("commands", "place"),
    [
        ((), "planned"),
        ((WRITE,), "planned"),
        ((WRITE, START), "in_flight"),
        ((WRITE, START, UNCLEAR), "in_flight"),
        ((WRITE, START, DEFER), "planned"),
        ((WRITE, START, REFUSE), "planned"),
        (HAPPY[1:5], "in_flight"),
        (HAPPY[1:7], "in_flight"),
        (HAPPY[1:8], "in_flight"),
        ((*HAPPY[1:5], FAIL), "missing"),
        ((*HAPPY[1:5], FAIL, RETRY), "planned"),
        ((*HAPPY[1:5], FAIL, RETRY, START), "in_flight"),
    ],
)
def test_where_a_batchs_pairs_stand(commands: tuple[BatchCommand, ...], place: str) -> None:
    store = MemoryEventStore(SetClock())
    list(plan(store, plan_of(205)))
    for command in commands:
        list(tell(store, 205, command))

    assert balance(store) == Balance(**{"staged": 4, place: 4})


def test_a_batch_that_was_read_is_refined_but_for_the_pairs_that_are_missing() -> None:
    store = MemoryEventStore(SetClock())
    list(happening(store, [(205, HAPPY[1:])]))

    assert balance(store) == Balance(staged=8, planned=4, refined=3, missing=1)
    assert answers().refined == 3


def test_what_the_plan_left_out_is_excluded() -> None:
    store = MemoryEventStore(SetClock())
    list(plan(store, EXCLUDING))

    assert balance(store) == Balance(staged=10, excluded=6, planned=4)


def test_a_difference_is_told() -> None:
    assert Balance(staged=10, planned=4, missing=5).difference == 1


def test_waves_are_summed_place_by_place() -> None:
    first = Balance(1, 2, 3, 4, 5, 6, 7)

    assert total({1: first, 2: first}) == Balance(2, 4, 6, 8, 10, 12, 14)
    assert total({}) == Balance()
