"""A ledger of the version before gets its chain of hashes, in order, under guards that stand before and after."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from sqlalchemy import text

from adapters.sql.access import Access
from adapters.sql.database import open_database
from adapters.sql.engine import create, parse
from adapters.sql.migrate import config, upgrade
from core.errors import LedgerError
from core.ledger.chain import GENESIS, follow_on
from core.ledger.tampering import ChainWalk
from tests.ledgers import SetClock, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.ledger.chain import Head
    from core.ledger.stored import StoredEvent

LEDGERS = ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.postgres)]
BEFORE = "0002"
#: More than the migration holds in memory at once, with streams that begin in one page and end in another.
EVENTS = 1_300


@pytest.fixture(params=LEDGERS)
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    with open_database(address, SetClock()) as database:
        database.store.append([new(f"batch-{place % 7}", place // 7 + 1) for place in range(EVENTS)])
    return address


@contextmanager
def access(url: str) -> Iterator[Access]:
    opened = Access(create(parse(url), durable=True), "ledger")
    try:
        yield opened
    finally:
        opened.close()


def downgrade(url: str) -> None:
    with access(url) as ledger, ledger.writing() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, BEFORE)


def rows(url: str) -> tuple[list[StoredEvent], Head]:
    with open_database(url, SetClock()) as database:
        return list(database.stored.rows()), database.stored.ledger_head()


def columns(url: str) -> list[dict[str, Any]]:
    with access(url) as ledger, ledger.reading() as connection:
        return [dict(row) for row in connection.execute(text("SELECT * FROM events")).mappings()]


def changed(url: str, statement: str) -> None:
    with access(url) as ledger, ledger.writing() as connection:
        connection.execute(text(statement))


CHANGES = ["UPDATE events SET actor = 'nobody'", "DELETE FROM events", "DELETE FROM events WHERE position = 3"]


def test_an_older_ledger_gets_the_chain_that_it_would_have_had(url: str) -> None:
    chained = rows(url)
    downgrade(url)
    assert "chain" not in columns(url)[0]

    upgrade(url)

    assert rows(url) == chained
    walk = ChainWalk()
    assert [fault for row in chained[0] for fault in walk.take(row)] + walk.end(chained[1]) == []


@pytest.mark.parametrize("change", CHANGES)
def test_the_guards_stand_after_it(url: str, change: str) -> None:
    downgrade(url)
    with pytest.raises(LedgerError, match="change or delete an event"):
        changed(url, change)
    upgrade(url)
    with pytest.raises(LedgerError, match="change or delete an event"):
        changed(url, change)


def test_events_are_appended_behind_the_chain_it_made(url: str) -> None:
    downgrade(url)
    upgrade(url)
    with open_database(url, SetClock()) as database:
        database.store.append([new("batch-0", EVENTS // 7 + 2), new("batch-90", 1)])
        walk = ChainWalk()
        faults = [fault for row in database.stored.rows() for fault in walk.take(row)]
        assert faults + walk.end(database.stored.ledger_head()) == []


def test_a_ledger_with_a_hole_is_chained_all_the_same_and_the_hole_stays_to_be_seen(url: str) -> None:
    changed(
        url,
        "INSERT INTO events SELECT 2000, 'batch-9', 5, type, schema, data, recorded_at, actor, correlation, "
        "causation, chain FROM events WHERE position = 1",
    )
    downgrade(url)
    upgrade(url)
    found, head = rows(url)
    walk = ChainWalk()
    said = [fault.reason for row in found for fault in walk.take(row)]
    assert said == [
        f"positions {EVENTS + 1} to 1999 are missing before it",
        "versions 1 to 4 of its stream are missing before it",
    ]
    assert head.position == 2000


@pytest.mark.parametrize("moment", ["begun", "filled"])
def test_a_migration_that_fails_on_the_way_leaves_guards_and_events(
    url: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    downgrade(url)
    before = columns(url)
    calls: list[int] = []

    def fail(head: Head, chain: str) -> Head:
        calls.append(1)
        if len(calls) == {"begun": 1, "filled": EVENTS}[moment]:
            raise LedgerError("the plug was pulled")
        return follow_on(head, chain)

    monkeypatch.setattr("core.ledger.chain.follow_on", fail)
    with pytest.raises(LedgerError, match="plug was pulled"):
        upgrade(url)

    assert columns(url) == before
    with pytest.raises(LedgerError, match="change or delete an event"):
        changed(url, CHANGES[0])
    monkeypatch.undo()
    upgrade(url)
    assert rows(url)[1].position == EVENTS
    assert rows(url)[1].hash != GENESIS


@pytest.mark.parametrize(
    "change", ["UPDATE ledger_head SET position = 7", "DELETE FROM ledger_head"], ids=["elsewhere", "nowhere"]
)
def test_nothing_is_appended_behind_a_head_that_is_not_the_last_events(url: str, change: str) -> None:
    changed(url, change)
    with open_database(url, SetClock()) as database:
        with pytest.raises(
            LedgerError,
            match=r"(ends at position 1300, but its head is at 7|has lost its head): .*history --verify",
        ):
            database.store.append([new("batch-90", 1)])
        assert database.store.head() == EVENTS
