from __future__ import annotations

from hashlib import sha256

import pytest
from msgspec.structs import replace

from core.errors import BadInputError
from core.ledger.chain import GENESIS, NOTHING, Head, follow_on, link, parse_head
from core.ledger.stored import StoredEvent

EVENT = StoredEvent(
    position=12,
    stream="batch-205",
    version=2,
    type="batch.failed",
    schema=1,
    data='{"reason":"½ done"}',
    recorded_at="2026-11-02T12:00:00.000000Z",
    actor="droid@mill",
    correlation="c0ffee",
    causation="",
    chain="not asked",
)


def test_the_hash_of_an_event_is_the_one_that_the_documents_describe() -> None:
    told = (
        f"64:{GENESIS},2:12,9:batch-205,1:2,12:batch.failed,1:1,20:".encode()
        + '{"reason":"½ done"},'.encode()
        + b"27:2026-11-02T12:00:00.000000Z,10:droid@mill,6:c0ffee,0:,"
    )
    assert link(GENESIS, EVENT) == sha256(told).hexdigest()


@pytest.mark.parametrize("field", [name for name in StoredEvent.__struct_fields__ if name != "chain"])
def test_every_column_has_a_part_in_the_hash(field: str) -> None:
    value = getattr(EVENT, field)
    other = replace(EVENT, **{field: value + 1 if isinstance(value, int) else value + "x"})
    assert link(GENESIS, other) != link(GENESIS, EVENT)


def test_text_that_moves_from_one_column_to_the_next_changes_the_hash() -> None:
    assert link(GENESIS, replace(EVENT, actor="droid@mil", correlation="lc0ffee")) != link(GENESIS, EVENT)


def test_the_hash_before_has_a_part_in_the_hash() -> None:
    assert link("1" * 64, EVENT) != link(GENESIS, EVENT)


def test_the_head_runs_over_all_chains_in_order() -> None:
    one, two = "1" * 64, "2" * 64
    head = follow_on(follow_on(NOTHING, one), two)
    first = sha256(f"{GENESIS}{one}".encode()).hexdigest()
    assert head == Head(2, sha256(f"{first}{two}".encode()).hexdigest())
    assert head != follow_on(follow_on(NOTHING, two), one)


def test_a_head_is_read_as_it_is_printed() -> None:
    head = follow_on(NOTHING, "1" * 64)
    assert parse_head(f" {head}\n") == head


@pytest.mark.parametrize("text", ["", "12", "12:", f"x:{GENESIS}", f"12:{GENESIS}0", "12:" + "Z" * 64])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="`batchmill status` prints it"):
        parse_head(text)
