from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.store import MemoryEventStore
from core.batch.events import BatchFailed
from core.errors import BadInputError
from core.ledger.carried import Extent, lines_of, read_extent, rows_from
from core.ledger.chain import NOTHING
from tests.ledgers import NOON, SetClock, new

BOTH = pytest.mark.parametrize("cloud", [False, True], ids=["jsonl", "cloudevents"])


def store_with(*reasons: str) -> MemoryEventStore:
    store = MemoryEventStore(SetClock())
    for version, reason in enumerate(reasons, start=1):
        store.append([new("batch-205", version, BatchFailed(cause="failed", reason=reason, at=NOON))])
    return store


def exported(store: MemoryEventStore, *, cloud: bool) -> list[bytes]:
    return list(lines_of(Extent(NOTHING, store.ledger_head()), store.rows(), cloud=cloud))


@BOTH
@given(reasons=st.lists(st.text(), max_size=3))
def test_rows_come_back_as_they_went_out(cloud: bool, reasons: list[str]) -> None:  # noqa: FBT001 - a parameter
    store = store_with(*reasons)

    first, *lines = exported(store, cloud=cloud)

    assert read_extent(first) == (Extent(NOTHING, store.ledger_head()), cloud)
    assert list(rows_from(lines, cloud=cloud)) == list(store.rows())


@BOTH
def test_every_event_is_one_line(cloud: bool) -> None:  # noqa: FBT001 - a parameter
    lines = exported(store_with("a\nb", "\u2028\r"), cloud=cloud)
    assert len(lines) == 3
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in lines)


def test_a_cloud_event_says_what_the_mapping_says() -> None:
    store = store_with("48 h")
    [row] = store.rows()
    assert json.loads(exported(store, cloud=True)[1]) == {
        "specversion": "1.0",
        "id": row.chain,
        "source": "urn:batchmill:ledger",
        "type": "batchmill.batch.failed",
        "subject": "batch-205",
        "time": "2026-11-02T12:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": json.loads(row.data),
        "position": 1,
        "streamversion": 1,
        "schemaversion": 1,
        "actor": "droid@mill",
        "correlation": "c0ffee",
        "causation": "the test asked for it",
    }


def test_attributes_of_cloud_events_are_named_as_the_standard_wants() -> None:
    names = {name for line in exported(store_with("x"), cloud=True) for name in json.loads(line)}
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in names)


@pytest.mark.parametrize("line", [b"", b"{}", b"[1]", b'{"specversion": "1.0"}', b"\xff", b'{"position": 1}'])
def test_a_file_of_another_kind_is_named_as_such(line: bytes) -> None:
    with pytest.raises(BadInputError, match="`batchmill export events`"):
        read_extent(line)


@BOTH
def test_a_line_that_is_none_is_named(cloud: bool) -> None:  # noqa: FBT001 - a parameter
    _, first, *_ = exported(store_with("x"), cloud=cloud)
    with pytest.raises(BadInputError, match="line 3 is no event"):
        list(rows_from([first, b"{}\n"], cloud=cloud))
