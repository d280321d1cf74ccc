"""The database of the corpus, in SQLite and in PostgreSQL, and what imports small corpora into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.sql.corpus.opening import open_corpus
from tests.imported import taking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from adapters.sql.corpus.database import SqlCorpus
    from tests.imported import Take


@pytest.fixture(params=["empty_sqlite_url", pytest.param("empty_postgres_url", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def database(url: str) -> Iterator[SqlCorpus]:
    opened = open_corpus(url)
    yield opened
    opened.close()


@pytest.fixture
def take(database: SqlCorpus, tmp_path: Path) -> Take:
    return taking(database, tmp_path)
