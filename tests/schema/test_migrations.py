from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from adapters.sql.database import SCHEMA, open_database
from adapters.sql.engine import create, parse
from adapters.sql.migrate import config, upgrade
from adapters.sql.tables import metadata
from core.errors import LedgerError
from tests.ledgers import SetClock, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

POSTGRES = pytest.mark.postgres
MIGRATED = ["sqlite_url", pytest.param("postgres_url", marks=POSTGRES)]
EMPTY = ["empty_sqlite_url", pytest.param("empty_postgres_url", marks=POSTGRES)]


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create(parse(url), durable=True)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("url", MIGRATED, indirect=True)
def test_the_migrations_make_the_tables_that_the_program_uses(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, metadata)

    assert differences == [], "change the newest unreleased migration, or add one, until nothing differs"


def test_the_program_asks_for_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [SCHEMA]


@pytest.mark.parametrize("url", MIGRATED, indirect=True)
def test_upgrading_again_changes_nothing(url: str) -> None:
    with open_database(url, SetClock()) as database:
        recorded = database.store.append([new("batch-1", 1)])

    upgrade(url)

    with open_database(url, SetClock()) as database:
        assert list(database.store.read()) == recorded


@pytest.mark.parametrize("url", MIGRATED, indirect=True)
def test_the_first_migration_cannot_be_undone(url: str, engine: Engine) -> None:
    with open_database(url, SetClock()) as database:
        recorded = database.store.append([new("batch-1", 1)])

    with engine.execution_options(writes=True).connect() as connection:
        settings = config()
        settings.attributes["connection"] = connection
        with pytest.raises(NotImplementedError, match="would delete the events"):
            command.downgrade(settings, "base")

    with open_database(url, SetClock()) as database:
        assert list(database.store.read()) == recorded


@pytest.mark.parametrize("url", EMPTY, indirect=True)
def test_a_migration_that_fails_leaves_nothing_behind(url: str, engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE lease (somebody_elses TEXT)")

    with pytest.raises(LedgerError, match="nothing was written"):
        upgrade(url)

    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["lease"]
