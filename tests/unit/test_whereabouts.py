"""Every pair can be named at its place, and books that only move pairs agree with rows that count them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from cli.listing import standing
from core.batch import commands as c
from core.batch.decider import decide
from core.batch.numbers import repair_of, round_of
from core.batch.parts import Unrefined
from core.errors import RefusedError
from core.ledger.load import load_batch, load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import batch_stream
from core.pairs import ids, ranges_of
from core.projections.balance import Balance, balances, total
from core.projections.bookkeeping import PairBooks
from core.projections.catch_up import catch_up
from core.projections.whereabouts import Standing
from core.wave.decider import PlanWave, decide_plan
from tests.batches import (
    CANCEL,
    DEFER,
    DOWNLOAD,
    FAIL,
    HAPPY,
    JOB,
    PAUSE,
    PROCESS,
    QUARANTINE,
    REFUSE,
    RESUME,
    RETRY,
    START,
    SUCCEED,
    UNCLEAR,
    WRITE,
    answers,
    later,
    planned,
)
from tests.ledgers import CONTEXT, SetClock
from tests.waves import carrying, plan_of, planned_source, wave_planned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLACES = Balance.__struct_fields__[2:]
NUMBERS = [205, 206, repair_of(205, 1), repair_of(206, 1), repair_of(205, 2)]
COMMANDS = [
    *(WRITE, START, JOB, DEFER, REFUSE, UNCLEAR, QUARANTINE, PROCESS, SUCCEED, FAIL, RETRY, DOWNLOAD, CANCEL),
    *(PAUSE, RESUME),
]
#: Ways that single commands rarely find by chance.
TURNS = [
    (WRITE, START, DEFER),
    (WRITE, START, REFUSE),
    (WRITE, START, UNCLEAR, RETRY),
    (*HAPPY[1:5], FAIL),
    (*HAPPY[1:5], FAIL, RETRY),
    (*HAPPY[1:5], FAIL, RETRY, START),
]
PLANS = [
    plan_of(205, 206),
    plan_of(205, 207, revision=2, fingerprint="two", replace=True),
    PlanWave(
        wave_planned([planned_source("w2-s30-n205", 9, plan=4)], [205], revision=2, fingerprint="three"),
        (carrying(205, ("w2-s30-n205", 2, 5)),),
        replace=True,
    ),
]


class Came(NamedTuple):
    """The answers of a batch came, but not those of the pairs at these places."""

    lost: frozenset[int]


class Left(NamedTuple):
    """Of the missing pairs those at these places are taken over by a repair, those of `given_up` are given up."""

    again: frozenset[int]
    given_up: frozenset[int]


SOME = st.frozensets(st.integers(0, 4))
STEPS = st.one_of(
    st.sampled_from(PLANS),
    st.tuples(
        st.sampled_from(NUMBERS),
        st.one_of(
            st.sampled_from(COMMANDS).map(lambda command: (command,)),
            st.integers(3, 8).map(lambda steps: HAPPY[1:steps]),
            st.sampled_from(TURNS),
            SOME.map(lambda lost: (*HAPPY[1:8], Came(lost))),
            st.builds(Left, SOME, SOME).map(lambda left: (left,)),
        ),
    ),
)
HISTORIES = st.lists(STEPS, max_size=20)


def happening(store: MemoryEventStore, steps: Sequence[object]) -> Iterator[None]:
    """Let it all happen, and yield after each commit; what is refused changes nothing."""
    for step in [PLANS[0], *steps]:
        try:
            if isinstance(step, PlanWave):
                plan(store, step)
                yield
            elif isinstance(step, tuple):
                for what in step[1]:
                    tell(store, step[0], what)
                    yield
        except RefusedError:
            continue


def plan(store: MemoryEventStore, command: PlanWave) -> None:
    wave = load_wave(store, 2)
    numbers = {*wave.batches, *command.planned.batches}
    append(store, decide_plan(wave, {number: load_batch(store, number) for number in numbers}, command))


def tell(store: MemoryEventStore, number: int, what: object) -> None:
    batch = load_batch(store, number)
    match what:
        case Came(lost=lost):
            gone = [(pair, "cut_off") for place, pair in enumerate(ids(batch.ranges)) if place in lost]
            command: c.BatchCommand = c.RecordAnswers(answers(batch.pairs - len(gone), gone))
        case Left():
            leave(store, number, what)
            return
        case _:
            command = what  # type: ignore[assignment] # only commands are left
    events = decide(batch, command)
    append(store, [(batch_stream(number), batch.version + n, event) for n, event in enumerate(events, 1)])


def leave(store: MemoryEventStore, number: int, left: Left) -> None:
    """Take pairs over and give others up in one commit, as a repair does."""
    batch, repair = load_batch(store, number), repair_of(number, round_of(number) + 1)
    pairs = dict(enumerate(batch.missing))
    again = ranges_of(pair.pair_id for place, pair in pairs.items() if place in left.again)
    hopeless = tuple(pair for place, pair in pairs.items() if place in left.given_up - left.again)
    events = decide(batch, c.GiveUp(hopeless, later(8_000))) if hopeless else []
    if again:
        events += decide(batch, c.HandOver(repair, again, later(8_000)))
    writes: list[tuple[str, int, object]] = [
        (batch_stream(number), batch.version + n, event) for n, event in enumerate(events, 1)
    ]
    if again:
        event = msgspec.structs.replace(planned(repair), ranges=again)
        writes += [
            (batch_stream(repair), 1, each) for each in decide(load_batch(store, repair), c.PlanBatch(event))
        ]
    append(store, writes)


def append(store: MemoryEventStore, writes: Sequence[tuple[str, int, object]]) -> None:
    if writes:
        store.append([NewEvent(stream, version, event, CONTEXT) for stream, version, event in writes])


def named(store: MemoryEventStore, model: MemoryReadModel, place: str) -> list[Standing]:
    return list(standing(store, model.batches(), place, until=store.head()))


@given(HISTORIES)
def test_the_lists_of_the_places_are_as_long_as_the_balance_says_and_share_no_pair(steps: list[object]) -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()

    for _ in happening(store, steps):
        catch_up(store, model)
        balance = total(balances(model.waves(), model.batches()))
        found = {place: named(store, model, place) for place in PLACES}
        assert {place: len(pairs) for place, pairs in found.items()} == {
            place: getattr(balance, place) for place in PLACES
        }
        every = [pair.pair_id for pairs in found.values() for pair in pairs]
        assert len(every) == len(set(every)) == balance.staged - balance.excluded


@given(HISTORIES)
def test_books_that_move_pairs_balance_after_every_single_event_and_agree_with_the_rows(
    steps: list[object],
) -> None:
    store, model, books = MemoryEventStore(SetClock()), MemoryReadModel(), PairBooks()
    position = 0

    for _ in happening(store, steps):
        for recorded in store.read(after=position):
            books.fold(recorded)
            assert all(each.difference == 0 for each in books.balances().values()), recorded
            position = recorded.position
        catch_up(store, model)
        assert books.balances() == balances(model.waves(), model.batches())


@given(HISTORIES)
@settings(max_examples=25)
def test_a_list_is_of_one_moment_whatever_happens_after_it(steps: list[object]) -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    list(happening(store, steps))
    catch_up(store, model)
    before, head, rows = named(store, model, "planned"), store.head(), model.batches()

    list(happening(store, [(number, HAPPY[1:]) for number in NUMBERS]))

    assert list(standing(store, rows, "planned", until=head)) == before


@pytest.mark.parametrize(
    ("commands", "place"),
    list(zip(TURNS, ["planned", "planned", "in_flight", "missing", "planned", "in_flight"], strict=True)),
)
def test_books_know_where_a_batchs_pairs_stand(commands: tuple[c.BatchCommand, ...], place: str) -> None:
    store, books = MemoryEventStore(SetClock()), PairBooks()
    list(happening(store, [(205, commands)]))
    for recorded in store.read():
        books.fold(recorded)

    other = Balance(staged=8, planned=4)
    assert books.balances()[2] == msgspec.structs.replace(other, **{place: getattr(other, place) + 4})


def test_histories_reach_every_place() -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    came = (*HAPPY[1:8], Came(frozenset({0, 1, 2})))
    left = Left(again=frozenset({0}), given_up=frozenset({1}))
    list(happening(store, [PLANS[1], (205, came), (205, (left,)), (207, (WRITE, START))]))
    catch_up(store, model)

    assert total(balances(model.waves(), model.batches())) == Balance(
        staged=8, planned=1, in_flight=4, refined=1, missing=1, given_up=1
    )
    assert named(store, model, "planned") == [
        Standing("w2-s30-n205-001", 2, repair_of(205, 1), "205r1", None, "planned")
    ]
    assert named(store, model, "given_up") == [Standing("w2-s30-n205-002", 2, 205, "205", "cut_off", "so it was")]
    assert named(store, model, "missing") == [Standing("w2-s30-n205-003", 2, 205, "205", "cut_off", "so it was")]
    assert named(store, model, "refined") == [Standing("w2-s30-n205-004", 2, 205, "205", "refined", "")]


def test_pairs_without_a_verdict_say_how_their_batch_stands() -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    list(happening(store, [(205, (*HAPPY[1:5], FAIL))]))
    catch_up(store, model)

    assert {pair.reason for pair in named(store, model, "missing")} == {"failed: the job expired"}
    assert {pair.reason for pair in named(store, model, "planned")} == {"planned"}


def test_a_given_up_pair_keeps_the_verdict_that_it_was_given_up_with() -> None:
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    list(happening(store, [(205, (*HAPPY[1:8], Came(frozenset({0}))))]))
    lost = Unrefined("w2-s30-n205-001", "blocked", "the last word")
    tell(store, 205, c.GiveUp((lost,), later(9_000)))
    catch_up(store, model)

    (pair,) = named(store, model, "given_up")
    assert (pair.verdict, pair.reason) == ("blocked", "the last word")
