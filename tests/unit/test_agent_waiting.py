"""Which batches something is still to become of by itself, and which wait for a person."""

from __future__ import annotations

import pytest

from cli.mcp.engine import awaits_person, complete, how_held, settled, under_way
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.numbers import ERRAND, number_of
from core.projections.rows import BatchRow

AT = "2026-11-02T12:00:00.000000Z"


def row(status: Status, **changes: object) -> BatchRow:
    fields = {
        "number": number_of(ERRAND, 1),
        "wave": 0,
        "status": status.value,
        "title": "errand",
        "pairs": 2,
        "model": "gemini-2.5-flash",
        "planned_at": AT,
        "changed_at": AT,
        "version": 3,
    }
    return BatchRow(**{**fields, **changes})  # type: ignore[arg-type] # the fields are those of the class


@pytest.mark.parametrize("hold", [None, Hold.CANCELLED, Hold.PAUSED])
def test_a_begun_submission_is_open_until_its_end_is_known_whatever_a_person_wished_meanwhile(
    hold: Hold | None,
) -> None:
    begun = row(Status.WRITTEN, started_at=AT, hold=hold.value if hold else None)

    assert under_way(begun)
    assert not any(judge(begun) for judge in (settled, complete, awaits_person))


def test_a_quarantined_submission_is_a_persons_and_not_open() -> None:
    quarantined = row(Status.WRITTEN, started_at=AT, hold=Hold.QUARANTINED.value, reason="no job was found")

    assert not under_way(quarantined)
    assert awaits_person(quarantined)
    assert not complete(quarantined)
    assert how_held(quarantined).startswith("it is quarantined (no job was found); ")


@pytest.mark.parametrize("hold", [Hold.BUDGET, Hold.REFUSED, Hold.PAUSED])
def test_a_batch_that_is_held_before_it_is_sent_is_neither_open_nor_complete(hold: Hold) -> None:
    held = row(Status.WRITTEN, hold=hold.value)

    assert not under_way(held)
    assert (settled(held), complete(held), awaits_person(held)) == (True, False, True)


def test_a_batch_that_waits_for_its_turn_is_not_open() -> None:
    """A canary's followers are such: they cost money, so it is `unsent` that counts them."""
    written = row(Status.WRITTEN)

    assert not any(judge(written) for judge in (under_way, settled, complete, awaits_person))


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.PROCESSING, Status.SUCCEEDED, Status.DOWNLOADED])
def test_what_was_sent_is_open_until_its_answers_are_read(status: Status) -> None:
    assert under_way(row(status))
    assert under_way(row(status, hold=Hold.CANCELLED.value))


@pytest.mark.parametrize(
    "ended",
    [
        row(Status.DOWNLOADED, read_at=AT),
        row(Status.FAILED, hold=Hold.FAILED.value),
        row(Status.WITHDRAWN),
        row(Status.WRITTEN, hold=Hold.CANCELLED.value),
    ],
)
def test_what_has_ended_is_complete_and_not_open(ended: BatchRow) -> None:
    assert complete(ended)
    assert not any(judge(ended) for judge in (under_way, awaits_person))
