"""From a ledger of the first version, with history in it, to the present one and back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from sqlalchemy import text

from adapters.process import this_process
from adapters.sql.access import Access
from adapters.sql.database import open_database
from adapters.sql.engine import create, parse
from adapters.sql.migrate import config, upgrade
from core.errors import LeaseHeldError, LedgerError
from core.ledger.recorded import NewEvent
from core.projections.catch_up import catch_up
from core.wave.decider import decide_plan
from core.wave.state import Wave
from tests.ledgers import CONTEXT, NOON, SetClock
from tests.waves import plan_of

if TYPE_CHECKING:
    from collections.abc import Iterator

LEDGERS = ["empty_sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.postgres)]


@pytest.fixture(params=LEDGERS)
def url(request: pytest.FixtureRequest) -> str:
    """Give a ledger with a planned wave, its rows folded."""
    address: str = request.getfixturevalue(request.param)
    upgrade(address)
    plan = decide_plan(Wave(wave=2), {}, plan_of(205, 206))
    with open_database(address, SetClock()) as database:
        database.store.append([NewEvent(stream, version, event, CONTEXT) for stream, version, event in plan])
        catch_up(database.store, database.read_model)
    return address


@contextmanager
def access(url: str) -> Iterator[Access]:
    opened = Access(create(parse(url), durable=True), "ledger")
    yield opened
    opened.close()


def downgrade(url: str) -> None:
    with access(url) as ledger, ledger.writing() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0001")


def table(url: str, name: str) -> list[dict[str, Any]]:
    with access(url) as ledger, ledger.reading() as connection:
        return [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]  # noqa: S608 - ours


def told(url: str) -> list[dict[str, Any]]:
    """Return the events as the first version had them."""
    rows = table(url, "events")
    return [{name: value for name, value in row.items() if name != "chain"} for row in rows]


def hold_as_the_first_version_did(url: str, expires_at: str) -> None:
    holder = this_process("daemon", NOON)
    with access(url) as ledger, ledger.writing() as connection:
        connection.execute(
            text("INSERT INTO lease VALUES ('driver', :kind, :host, :pid, :started, :token, :expires_at)"),
            {name: getattr(holder, name) for name in holder.__struct_fields__} | {"expires_at": expires_at},
        )


def test_upgrading_changes_no_event_and_folds_the_rows_anew(url: str) -> None:
    with open_database(url, SetClock()) as database:
        rows = database.read_model.batches()
    downgrade(url)
    events = told(url)
    assert len(events) == 3

    upgrade(url)

    assert told(url) == events
    assert table(url, "batch_rows") == table(url, "wave_rows") == table(url, "read_checkpoint") == []
    with open_database(url, SetClock()) as database:
        assert catch_up(database.store, database.read_model) == 3
        assert database.read_model.batches() == rows
    assert {"hold", "due"} <= table(url, "batch_rows")[0].keys()


def test_the_first_version_is_refused_until_it_is_brought_up(url: str) -> None:
    downgrade(url)

    with pytest.raises(LedgerError, match=r"older batchmill .*run `batchmill db upgrade`"):
        open_database(url, SetClock())


def test_going_back_leaves_the_events_and_empty_rows_of_the_first_version(url: str) -> None:
    events = told(url)

    downgrade(url)

    assert table(url, "events") == events
    assert table(url, "batch_rows") == table(url, "read_checkpoint") == []
    hold_as_the_first_version_did(url, "2026-11-02T12:01:00.000000Z")
    assert "number" not in table(url, "lease")[0]


def test_the_events_stay_guarded_on_the_way(url: str) -> None:
    downgrade(url)
    upgrade(url)

    with (
        access(url) as ledger,
        pytest.raises(LedgerError, match="change or delete an event"),
        ledger.writing() as connection,
    ):
        connection.execute(text("DELETE FROM events"))


def test_a_daemon_of_the_first_version_keeps_its_place(url: str) -> None:
    downgrade(url)
    hold_as_the_first_version_did(url, "2026-11-02T12:01:00.000000Z")
    clock = SetClock()

    upgrade(url)

    with open_database(url, clock) as database:
        with pytest.raises(LeaseHeldError):
            database.lease.acquire(this_process("submit", NOON), seconds=60)
        clock.advance(60)
        assert database.lease.acquire(this_process("submit", NOON), seconds=60).number == 2


def test_a_lease_held_now_is_there_after_going_back_and_forth(url: str) -> None:
    clock, holder = SetClock(), this_process("daemon", NOON)
    with open_database(url, clock) as database:
        database.lease.acquire(holder, seconds=60)
    downgrade(url)
    upgrade(url)

    with open_database(url, clock) as database:
        assert database.lease.current() == holder
        assert database.lease.acquire(holder, seconds=60).number == 1
