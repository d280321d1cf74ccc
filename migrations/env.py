"""Runs the migrations on the connection that `adapters.sql.migrate` brings, or on the one `-x url=…` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import context

from adapters.sql.engine import create, parse
from adapters.sql.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection


def run(connection: Connection) -> None:
    """Migrate in one transaction, in SQLite too, which can undo changes of tables as well."""
    table: str = context.config.attributes.get("version_table", "alembic_version")
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True, version_table=table)
    with context.begin_transaction():
        context.run_migrations()


brought: Connection | None = context.config.attributes.get("connection")
if brought is not None:
    run(brought)
else:
    engine = create(parse(context.get_x_argument(as_dictionary=True)["url"]), durable=True)
    with engine.execution_options(writes=True).begin() as own:
        run(own)
