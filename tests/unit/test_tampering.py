from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from adapters.memory.store import MemoryEventStore
from core.ledger.chain import GENESIS, Head, link
from core.ledger.tampering import ChainWalk, broken_stream
from tests.ledgers import SetClock, new

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.ledger.stored import StoredEvent

Rows = list["StoredEvent"]
ALTERED = "it is not what was recorded here: it was altered or moved (its hash does not fit)"


def ledger() -> tuple[Rows, Head]:
    """Return rows 1 to 6 of two streams, in turn, and their head."""
    store = MemoryEventStore(SetClock())
    store.append([new(stream, version) for version in (1, 2, 3) for stream in ("batch-1", "batch-2")])
    return list(store.rows()), store.ledger_head()


def faults(rows: Iterable[StoredEvent], stated: Head, kept: Head | None = None) -> list[tuple[int, str, str]]:
    walk = ChainWalk(kept)
    found = [fault for row in rows for fault in walk.take(row)] + walk.end(stated)
    return [(fault.position, fault.stream, fault.reason) for fault in found]


def rechained(rows: Rows) -> Rows:
    """Return rows with hashes that fit what they hold, as somebody would make who knows how."""
    chains: dict[str, str] = {}
    fitting = []
    for row in rows:
        chains[row.stream] = link(chains.get(row.stream, GENESIS), row)
        fitting.append(replace(row, chain=chains[row.stream]))
    return fitting


def moved(rows: Rows, one: int, other: int) -> Rows:
    """Return rows in which two have changed places, positions and all."""
    at = {one: other, other: one}
    return sorted(
        (replace(row, position=at.get(row.position, row.position)) for row in rows), key=lambda row: row.position
    )


def test_rows_as_they_were_recorded_have_no_fault() -> None:
    rows, head = ledger()
    assert faults(rows, head) == []
    assert faults(rows, head, kept=head) == []


@pytest.mark.parametrize("field", ["data", "actor", "recorded_at", "causation", "type", "chain"])
def test_an_altered_row_is_named(field: str) -> None:
    rows, head = ledger()
    rows[2] = replace(rows[2], **{field: "somebody else's"})
    assert (3, "batch-1", ALTERED) in faults(rows, head)


def test_a_row_that_was_altered_says_nothing_against_those_behind_it() -> None:
    rows, head = ledger()
    rows[2] = replace(rows[2], actor="nobody")
    assert faults(rows, head) == [(3, "batch-1", ALTERED)]


def test_a_row_that_comes_twice_stands_behind_its_own_position() -> None:
    rows, head = ledger()
    rows.append(rows[-1])
    assert faults(rows, head)[0][2] == f"it stands behind position {head.position}"


def test_a_dropped_row_is_missing_by_position_and_by_version() -> None:
    rows, head = ledger()
    del rows[2]
    assert faults(rows, head) == [
        (4, "batch-2", "position 3 is missing before it"),
        (5, "batch-1", "version 2 of its stream is missing before it"),
    ]


def test_a_gap_that_was_closed_by_renumbering_is_found_out() -> None:
    rows, head = ledger()
    del rows[2]
    closed = [replace(row, position=place) for place, row in enumerate(rows, start=1)]
    said = faults(closed, head)
    assert (3, "batch-2", ALTERED) in said
    assert (6, "", "position 6 is missing from the ledger's end") in said


def test_a_whole_stream_dropped_from_the_end_is_missed() -> None:
    store = MemoryEventStore(SetClock())
    store.append([new("batch-1", 1), new("batch-2", 1), new("batch-2", 2)])
    assert faults(list(store.rows())[:1], store.ledger_head()) == [
        (2, "", "positions 2 to 3 are missing from the ledger's end")
    ]


@pytest.mark.parametrize("places", [(1, 2), (1, 3), (5, 6)])
def test_rows_that_changed_places_are_named(places: tuple[int, int]) -> None:
    rows, head = ledger()
    assert {position for position, _, _ in faults(moved(rows, *places), head)} >= {places[0]}


@pytest.mark.parametrize(
    "change",
    [lambda rows: [replace(rows[0], actor="nobody"), *rows[1:]], lambda rows: moved(rows, 1, 2)],
    ids=["altered", "moved"],
)
def test_hashes_that_were_made_to_fit_do_not_lead_to_the_head(change: Callable[[Rows], Rows]) -> None:
    rows, head = ledger()
    [(position, _, reason)] = faults(rechained(change(rows)), head)
    assert position == 6
    assert "exchanged together with their hashes" in reason


def test_a_history_rewritten_with_its_head_is_found_out_by_a_head_kept_elsewhere() -> None:
    rows, _ = ledger()
    walk = ChainWalk()
    for row in rows[:4]:
        walk.take(row)
    kept = walk.head
    forged = rechained([replace(rows[0], actor="nobody"), *rows[1:]])
    for row in forged[4:]:
        walk.take(row)
    whole = ChainWalk()
    for row in forged:
        whole.take(row)
    assert faults(forged, whole.head) == []
    [(position, _, reason)] = faults(forged, whole.head, kept)
    assert position == 4
    assert kept.hash in reason


def test_a_ledger_that_is_shorter_than_the_head_that_was_kept_is_found_out() -> None:
    rows, head = ledger()
    walk = ChainWalk()
    for row in rows[:4]:
        walk.take(row)
    assert faults(rows[:4], walk.head, head) == [
        (4, "", "the ledger ends before position 6, whose head was kept elsewhere")
    ]


def test_a_stream_is_checked_by_itself() -> None:
    rows = [row for row in ledger()[0] if row.stream == "batch-1"]
    assert broken_stream(rows) == []
    [fault] = broken_stream([rows[0], replace(rows[1], data="{}"), rows[2]])
    assert (fault.position, fault.version, fault.reason) == (3, 2, ALTERED)
    [fault] = broken_stream([rows[0], rows[2]])
    assert fault.reason == "version 2 of its stream is missing before it"
    assert broken_stream(rows[::-1])[0].reason == "versions 1 to 2 of its stream are missing before it"
