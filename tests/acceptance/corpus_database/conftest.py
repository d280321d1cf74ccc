"""A workspace with a corpus and its vectors, and a database to import it into: SQLite and PostgreSQL."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.imported_mill import ask, embedded, with_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.imported_mill import Asked
    from tests.workspaces import Mill


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with embedded(tmp_path_factory.mktemp("import")) as mill:
        yield mill


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest, corpus: Mill, tmp_path: Path) -> Iterator[Mill]:
    with with_database(request, corpus, tmp_path) as mill:
        yield mill


@pytest.fixture
def asked(home: Mill) -> Asked:
    return partial(ask, home)
