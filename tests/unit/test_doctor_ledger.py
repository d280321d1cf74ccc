from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from adapters.sql.database import SCHEMA
from adapters.sql.glance import OnRecord
from cli.doctor.files import check_documents, differences, kinds
from cli.doctor.finding import State
from cli.doctor.ledger import (
    MOST,
    Rows,
    check_events,
    check_tables,
    judge_drivers,
    judge_schema,
    listed,
    sort_drivers,
)
from core.batch.events import BatchProcessing
from core.errors import StorageError
from core.ledger.recorded import NewEvent, stamp
from core.ports import Holder
from core.projections.catch_up import catch_up
from core.projections.publish import publish
from tests.batches import HAPPY, told
from tests.ledgers import CONTEXT, NOON, SetClock
from tests.mill import MemoryFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

DAEMON = Holder("daemon", "mill", 4711, "2026-11-02T12:00:00Z", "t1")


def store_of(events: Sequence[object]) -> MemoryEventStore:
    store = MemoryEventStore(SetClock())
    store.append([NewEvent("batch-205", version, event, CONTEXT) for version, event in enumerate(events, start=1)])
    return store


def home() -> tuple[MemoryEventStore, MemoryReadModel]:
    """Return a ledger whose batch 205 came home, and its tables."""
    store, model = store_of(told(HAPPY)[0]), MemoryReadModel()
    catch_up(store, model)
    return store, model


def folded(store: MemoryEventStore) -> Rows:
    """Return the rows that the events make."""
    checking = check_events(store)
    assert next(checking).state is State.OK
    with pytest.raises(StopIteration) as ended:
        next(checking)
    rows: Rows = ended.value.value
    return rows


def edit(model: MemoryReadModel, **changes: object) -> None:
    """Change the row of batch 205 behind the ledger's back."""
    [row] = model.batches()
    checkpoint = model.checkpoint()
    model.save([], [msgspec.structs.replace(row, **changes)], was=checkpoint, checkpoint=checkpoint)


@pytest.mark.parametrize(
    ("found", "state", "advice"),
    [
        (SCHEMA, State.OK, ""),
        (None, State.FAIL, "`batchmill init`"),
        ("0000", State.FAIL, "`batchmill db upgrade` to bring it up"),
        ("9999", State.FAIL, "update batchmill"),
    ],
)
def test_only_this_programs_schema_is_fine(found: str | None, state: State, advice: str) -> None:
    finding = judge_schema(found)

    assert finding.state is state
    assert advice in finding.advice


@pytest.mark.parametrize(
    ("left", "dead", "under_way", "state", "said"),
    [
        (60, False, 3, State.OK, "process 4711 on mill"),
        (60, True, 3, State.WARN, "has died, and 3 jobs may have results that expire"),
        (60, True, 0, State.OK, "has died, and no job is under way"),
        (-1, False, 0, State.WARN, "has not been heard of"),
        (-1, False, 1, State.WARN, "and a job may have results that expire"),
        (None, False, 1, State.WARN, "nobody drives this ledger, and a job"),
        (None, False, 0, State.OK, "nobody drives this ledger, and no job"),
        (None, False, None, State.OK, "nobody drives this ledger"),
    ],
)
def test_who_drives_is_said_and_results_that_nobody_fetches_are_a_warning(
    left: float | None,
    dead: bool,  # noqa: FBT001 - a table
    under_way: int | None,
    state: State,
    said: str,
) -> None:
    lease = [] if left is None else [OnRecord(DAEMON, stamp(NOON + timedelta(seconds=left)))]

    finding = judge_drivers(sort_drivers(lease, NOON, lambda _: dead), under_way)

    assert finding.state is state
    assert said in finding.found
    assert bool(finding.advice) is (state is State.WARN)


def test_workers_that_share_a_ledger_are_all_named() -> None:
    other = msgspec.structs.replace(DAEMON, pid=4712, token="t2")  # noqa: S106 - a lease's, no secret
    until = stamp(NOON + timedelta(seconds=60))

    drivers = sort_drivers(
        [OnRecord(DAEMON, until), OnRecord(other, until)], NOON, lambda holder: holder == DAEMON
    )

    assert (drivers.living, drivers.dead, drivers.late) == ([other], [DAEMON], [])
    assert "4712" in judge_drivers(drivers, 1).found


def test_tables_that_are_behind_are_fine_and_edited_ones_are_named() -> None:
    store, model = home()
    assert [finding.state for finding in check_tables(store, model, folded(store))] == [State.OK]
    store.append([NewEvent("batch-206", 1, told(HAPPY)[0][0], CONTEXT)])
    rows = folded(store)
    assert [finding.state for finding in check_tables(store, model, rows)] == [State.OK]

    edit(model, refined=999)
    [finding] = check_tables(store, model, rows)

    assert finding.state is State.WARN
    assert "batch 205" in finding.found
    assert "replay --rebuild" in finding.advice


def test_tables_of_a_ledger_that_went_back_are_found() -> None:
    _, model = home()
    restored = store_of(told(HAPPY[:3])[0])

    [finding] = check_tables(restored, model, folded(restored))

    assert finding.state is State.WARN
    assert "ahead of the events" in finding.found


def test_events_that_cannot_be_folded_are_a_failure_and_no_error() -> None:
    checking = check_events(store_of([BatchProcessing(NOON)]))

    finding = next(checking)

    assert finding.state is State.FAIL
    assert "batch-205 has events before it was planned" in finding.found
    with pytest.raises(StopIteration) as ended:
        next(checking)
    assert ended.value.value is None


def test_documents_are_left_to_the_daemon_and_otherwise_to_a_rebuild() -> None:
    _, model = home()
    files = MemoryFiles()
    publish(model, files, "submissions")

    def state(*, driven: bool) -> State:
        [finding] = check_documents(model, files, "submissions", driven=driven)
        return finding.state

    assert state(driven=False) is State.OK
    files.put("timeline.md", b"edited")
    assert (state(driven=True), state(driven=False)) == (State.OK, State.WARN)


def test_an_empty_ledger_has_no_documents() -> None:
    [finding] = check_documents(MemoryReadModel(), MemoryFiles(), "submissions", driven=False)

    assert finding.state is State.OK


def test_every_kind_of_file_of_a_batch_that_came_home_is_expected() -> None:
    found = kinds(folded(home()[0]))

    assert [len(found[kind]) for kind in ("extracts", "batch files", "results", "refined pairs")] == [0, 1, 1, 1]


def test_files_are_told_apart_by_what_is_wrong_with_them() -> None:
    class Unreadable(MemoryFiles):
        def digest(self, path: str) -> str | None:
            if path == "broken":
                raise StorageError(f"{path} cannot be read: Input/output error")
            return super().digest(path)

    files = Unreadable()
    files.put("good", b"good")
    files.put("edited", b"edited")
    recorded = dict.fromkeys(("good", "edited", "lost", "broken"), hashlib.sha256(b"good").hexdigest())

    assert differences(files, recorded, recorded) == {
        "edited": "edited is not as it was recorded",
        "lost": "lost is missing",
        "broken": "broken cannot be read: Input/output error",
    }


def test_a_long_list_is_cut_and_counted() -> None:
    names = [str(number) for number in range(MOST + 2)]

    assert listed(names[:MOST]) == "0, 1, 2, 3, 4"
    assert listed(names) == "0, 1, 2, 3, 4 and 2 more"
