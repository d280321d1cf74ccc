from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from core.batch.commands import HandOver
from core.batch.decider import decide
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.engine.steps import Kind, next_step
from core.errors import RefusedError
from core.ledger.load import load_batch
from core.ledger.recorded import NewEvent
from core.pairs import PairRange, ids
from core.projections.balance import balances
from core.projections.bookkeeping import PairBooks
from core.projections.catch_up import catch_up
from core.projections.whereabouts import Whereabouts
from core.wave.events import WaveAdopted
from tests.batches import (
    ADOPT,
    ADOPTING,
    FILE_READ,
    GONE,
    HAPPY,
    RETRY,
    RUN,
    SETTLE,
    SIGHT,
    SOURCE,
    WRITE,
    adopted_job,
    claim,
    given,
    later,
    taken,
)
from tests.ledgers import CONTEXT, NOON, SetClock
from tests.waves import planned_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.commands import BatchCommand

ADOPTED = WaveAdopted(
    wave=1,
    revision=1,
    tracking="batch_tracking.json",
    tracking_sha256="a" * 64,
    claimed_batches=1,
    claimed_pairs=4,
    sources=(planned_source(SOURCE, 4),),
    batches=(205,),
    extract_path="submissions/wave1_extracted.json",
    extract_sha256="b" * 64,
    findings=(),
    at=NOON,
)
HAND_OVER = HandOver(1_000_000_205, (PairRange(SOURCE, 4, 4),), later(70))
#: What may come after an adoption: news of it, and what polling and harvesting find.
NEWS = st.lists(st.sampled_from([*ADOPTING[1:], *HAPPY[5:8], HAND_OVER, RETRY, WRITE]), max_size=15)


def test_adopting_twice_changes_nothing() -> None:
    batch = given(ADOPT, FILE_READ, claim())

    assert [decide(batch, command) for command in (ADOPT, FILE_READ, claim())] == [[], [], []]


def test_the_same_claim_of_another_list_is_another_claim() -> None:
    assert decide(given(ADOPT, claim()), claim(source="another.md"))


def test_a_file_with_other_bytes_than_before_is_refused() -> None:
    other = msgspec.structs.replace(FILE_READ.file, sha256="f" * 64)

    with pytest.raises(RefusedError, match="has other bytes than when batch 205 was adopted"):
        decide(given(ADOPT, FILE_READ), type(FILE_READ)(other))


@pytest.mark.parametrize("command", [FILE_READ, claim(), SETTLE, taken(1, 1)])
def test_nothing_is_learnt_of_a_batch_that_was_not_adopted(command: BatchCommand) -> None:
    with pytest.raises(RefusedError, match="batch 205 was not adopted; adopt the tracking file"):
        decide(given(*HAPPY[:2]), command)


def test_an_adopted_batch_asks_nothing_of_the_engine_until_its_job_is_found() -> None:
    assert next_step(given(ADOPT, claim())).kind is Kind.NOTHING
    assert next_step(given(ADOPT, claim(), adopted_job())).kind is Kind.POLL


def test_a_lost_adopted_batch_is_not_tried_again_as_it_was() -> None:
    lost = given(ADOPT, GONE)

    assert (lost.status, lost.hold, lost.cause) == (Status.FAILED, Hold.FAILED, "gone")
    assert [pair.pair_id for pair in lost.missing] == list(ids(RUN))
    assert next_step(lost).kind is Kind.NOTHING
    with pytest.raises(RefusedError, match="replan --wave 1"):
        decide(lost, RETRY)


def test_a_lost_batch_whose_job_turns_up_is_found_again() -> None:
    found = given(ADOPT, GONE, adopted_job())

    assert (found.status, found.hold, found.missing, found.job_name) == (Status.SUBMITTED, None, (), "batches/old")


def test_a_job_that_turns_up_late_is_not_taken_for_pairs_that_repairs_ask_for() -> None:
    with pytest.raises(RefusedError, match="its pairs are asked for again by its repairs"):
        decide(given(ADOPT, GONE, HAND_OVER), adopted_job())


def test_what_came_home_short_from_an_older_process_is_not_repaired_without_being_asked() -> None:
    short = given(ADOPT, taken(1, 3))

    assert (short.status, short.refined, len(short.missing)) == (Status.DOWNLOADED, 3, 1)
    assert next_step(short).kind is Kind.NOTHING


def test_refined_pairs_may_be_taken_over_in_parts_and_none_twice() -> None:
    part = given(ADOPT, taken(1, 3))

    assert decide(part, taken(4, 4))
    with pytest.raises(RefusedError, match="does not miss just those pairs"):
        decide(part, taken(3, 4))


def test_a_sighted_job_holds_the_batch_until_a_person_settles_it() -> None:
    held = given(ADOPT, SIGHT)

    assert (held.hold, decide(held, SIGHT)) == (Hold.QUARANTINED, [])
    assert given(ADOPT, SIGHT, SETTLE).hold is None


def test_a_job_of_a_lost_ledger_is_taken_for_a_batch_that_was_not_sent() -> None:
    assert given(*HAPPY[:2], adopted_job()).status is Status.SUBMITTED


def happened(commands: Sequence[BatchCommand]) -> MemoryEventStore:
    """Return a ledger in which a wave was adopted and all that was not refused of these commands happened."""
    store = MemoryEventStore(SetClock())
    store.append([NewEvent("wave-1", 1, ADOPTED, CONTEXT)])
    for command in (ADOPT, *commands):
        batch = load_batch(store, 205)
        try:
            events = decide(batch, command)
        except RefusedError:
            continue
        new = [
            NewEvent("batch-205", batch.version + place, event, CONTEXT) for place, event in enumerate(events, 1)
        ]
        if new:
            store.append(new)
    return store


@for_all(NEWS)
def test_the_pairs_of_an_adopted_batch_are_each_in_one_place_and_the_books_agree(
    commands: Sequence[BatchCommand],
) -> None:
    store, model, books = happened(commands), MemoryReadModel(), PairBooks()
    for recorded in store.read():
        books.fold(recorded)
        assert all(each.difference == 0 for each in books.balances().values())
    catch_up(store, model)
    by_rows = balances(model.waves(), model.batches())

    given_away = sum(row.handed_over for row in model.batches())
    assert by_rows[1].difference == given_away
    moved = msgspec.structs.replace(by_rows[1], planned=by_rows[1].planned + given_away)
    assert moved == books.balances()[1]


@for_all(NEWS)
def test_the_pairs_behind_each_number_are_as_many_as_it_says(commands: Sequence[BatchCommand]) -> None:
    store, model = happened(commands), MemoryReadModel()
    catch_up(store, model)
    balance = balances(model.waves(), model.batches())[1]
    where = Whereabouts(store.read_stream("batch-205"))

    for place in ("planned", "in_flight", "refined", "missing", "given_up"):
        assert sum(1 for _ in where.at(place)) == getattr(balance, place), place
