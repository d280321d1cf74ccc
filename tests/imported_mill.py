"""Workspaces with a corpus and its vectors, each with a database of its own to import it into."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from tests.corpora import came_home
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from tests.ledgers import Postgres

    Asked = Callable[[str], list[tuple[Any, ...]]]

ADDRESS = "BATCHMILL_CORPUS__DATABASE"


@contextmanager
def embedded(folder: Path) -> Iterator[Mill]:
    """Give a corpus of 23 pairs that all stay, with their vectors, and the provider that embeds."""
    with came_home(folder) as mill:
        mill.run("corpus build")
        mill.run("corpus dedup --threshold 1")
        mill.run("corpus embed --online --yes")
        yield mill


@contextmanager
def with_database(request: pytest.FixtureRequest, corpus: Mill, folder: Path) -> Iterator[Mill]:
    """Give a copy of the corpus, and a database for it alone, as the fixture's parameter names it."""
    shutil.copytree(corpus.root, folder / "mill")
    mill = Mill(folder / "mill", corpus.environment["BATCHMILL_PROVIDER__BASE_URL"])
    if request.param == "sqlite":
        yield mill
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create("template0")
    mill.environment[ADDRESS] = postgres.url(name)
    yield mill
    postgres.drop(name)


def ask(mill: Mill, statement: str) -> list[tuple[Any, ...]]:
    """Ask the corpus's database, or change it, as anybody can."""
    url = mill.environment.get(ADDRESS)
    if url is None:
        with closing(sqlite3.connect(mill.root / "corpus.db")) as lite, lite:
            return lite.execute(statement).fetchall()
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
