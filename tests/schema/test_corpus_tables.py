"""The tables of the corpus: of the migration that the program asks for, and no matter of the ledger's."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from adapters.sql.corpus.faults import corpus_error
from adapters.sql.corpus.opening import open_corpus
from adapters.sql.corpus.postgresql import PostgresCorpus
from adapters.sql.corpus.postgresql_import import index_name
from adapters.sql.corpus.schema import SCHEMA, TABLES
from adapters.sql.database import holds_ledger, open_database
from adapters.sql.migrate import upgrade
from core.corpus.columns import NAMES
from core.corpus.space import Space
from core.errors import DatabaseError
from tests.ledgers import SetClock, new

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sql.corpus.database import SqlCorpus

POSTGRES = pytest.mark.postgres
EMPTY = ["empty_sqlite_url", pytest.param("empty_postgres_url", marks=POSTGRES)]
SPACE = Space("gemini-embedding-001", 3)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    address: str = request.getfixturevalue(request.param)
    return address


@contextmanager
def made(url: str) -> Iterator[SqlCorpus]:
    """Give a corpus whose tables are there and hold nothing."""
    with closing(open_corpus(url)) as database:
        with database.importing():
            pass
        yield database


def asked(database: SqlCorpus, statement: str) -> list[tuple[Any, ...]]:
    with database.access.writing() as connection:
        found = connection.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []


def test_the_program_asks_for_the_newest_migration_and_the_ledger_for_its_own() -> None:
    settings = Config()
    settings.set_main_option("script_location", "migrations:")
    settings.set_main_option("version_locations", "migrations:corpus")
    settings.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(settings)

    assert scripts.get_heads() == [SCHEMA]
    assert scripts.get_revision("corpus@head").revision == SCHEMA


@pytest.mark.parametrize("url", EMPTY, indirect=True)
def test_the_tables_have_the_columns_that_are_imported(url: str) -> None:
    with made(url) as database, database.access.reading() as connection:
        found = inspect(connection)
        assert set(TABLES) <= set(found.get_table_names())
        for table, others in (
            ("qa_pairs", {"imported_by", "retired_by", "merged_into"}),
            ("qa_versions", {"imported_by", "replaced_by"}),
        ):
            names = {column["name"] for column in found.get_columns(table)} - {"id"}
            assert names == {*NAMES, "row_sha256", "version"} | others
            keys = {key["referred_table"] for key in found.get_foreign_keys(table)}
            assert keys == {"sessions", "indicators", "imports"}
        assert [column["default"] for column in found.get_columns("qa_pairs") if column["default"]] == []


@pytest.mark.parametrize("url", EMPTY, indirect=True)
def test_ledger_and_corpus_share_a_database_and_keep_versions_of_their_own(url: str) -> None:
    with made(url):
        assert not holds_ledger(url)
        upgrade(url)
        upgrade(url)
        with open_database(url, SetClock()) as ledger:
            recorded = ledger.store.append([new("batch-1", 1)])
    with made(url) as database, open_database(url, SetClock()) as ledger:
        assert list(ledger.store.read()) == recorded
        assert asked(database, "SELECT version_num FROM corpus_version") == [(SCHEMA,)]


@POSTGRES
def test_only_one_import_writes_at_a_time(empty_postgres_url: str) -> None:
    with (
        made(empty_postgres_url) as one,
        closing(open_corpus(empty_postgres_url)) as other,
        one.importing(),
        pytest.raises(DatabaseError, match="another `batchmill corpus import` writes into"),
        other.importing(),
    ):
        pass


@POSTGRES
def test_the_index_over_vectors_is_built_once_and_asked(empty_postgres_url: str) -> None:
    fill = (
        "INSERT INTO embeddings SELECT sha256(n::text::bytea), sha256(n::text::bytea), "
        "CAST(ARRAY[cos(n), sin(n), 0.0] AS vector), 'gemini-embedding-001-3', 3 FROM generate_series(1, 2000) n"
    )
    with made(empty_postgres_url) as database:
        assert isinstance(database, PostgresCorpus)
        asked(database, fill)
        assert database.index(SPACE).vector_index
        assert not database.index(SPACE).vector_index

        database.by_vector(SPACE, [1.0, 0.0, 0.0], 5, lambda _vectors, _vector, _depth: [])
        explained = asked(
            database,
            "EXPLAIN SELECT content_sha256 FROM embeddings WHERE space = 'gemini-embedding-001-3' "
            "ORDER BY CAST(vector AS vector(3)) <=> CAST('[1,0,0]' AS vector(3)) LIMIT 5",
        )
    assert any(index_name(SPACE) in line for (line,) in explained)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('extension "vector" is not available', "the server has no pgvector; install it"),
        ('permission denied to create extension "vector"', "have an administrator run CREATE EXTENSION vector"),
        ("database or disk is full", "is full; nothing was imported, make room and import again"),
        ("could not extend file: No space left on device", "the server refused"),
    ],
)
def test_what_a_database_says_becomes_a_sentence_with_the_next_thing_to_do(said: str, sentence: str) -> None:
    assert sentence in str(corpus_error("the server", RuntimeError(said)))
