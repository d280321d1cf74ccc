"""What somebody did to the corpus's database by hand, put right from the files: SQLite and PostgreSQL alike."""

# ruff: noqa: S608 - made of constants

from __future__ import annotations

import hashlib
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adapters.sql.corpus.opening import open_corpus
from core.corpus.stored import Repaired
from core.errors import BadInputError
from tests.imported import AXES, ROWS, SPACE, VECTORS, asked, changed, columns_of, put, repaired, taking, written

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.sql.corpus.database import SqlCorpus
    from tests.imported import Take

STATE = "SELECT pair_id, version, answer, retired_by IS NULL FROM qa_pairs ORDER BY pair_id"
FIRST = f"WHERE pair_id = '{ROWS[0].pair_id}'"


def state(*rows: tuple[int, int]) -> list[tuple[Any, ...]]:
    """Return what stands in the database of these rows, each by its place and version."""
    return [(ROWS[place].pair_id, version, ROWS[place].answer, True) for place, version in rows]


def test_a_database_that_nobody_touched_is_found_whole(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)
    before = database.last()

    assert repaired(take) == Repaired()
    assert database.last() == before


def test_a_repair_reads_some_thousand_pairs_at_a_time(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)

    with database.importing() as importing:
        assert [len(rows) for rows in importing.stored()] == [3]


def test_a_repair_of_nothing_is_a_first_import(database: SqlCorpus, take: Take) -> None:
    assert take(ROWS, VECTORS, repair=True).new == 3
    assert [tuple(row) for row in asked(database, STATE)] == state((0, 1), (1, 1), (2, 1))


@pytest.mark.parametrize(
    "what",
    [
        "answer = 'Nobody knows.'",
        "overall = NULL",
        "batch = 206",
        "is_duplicate = false",
        "row_sha256 = (SELECT q.row_sha256 FROM qa_pairs q WHERE q.pair_id LIKE '%002')",
        "content_sha256 = (SELECT q.content_sha256 FROM qa_pairs q WHERE q.pair_id LIKE '%002')",
    ],
)
def test_an_altered_pair_becomes_a_new_version_and_what_was_found_a_former_one(
    database: SqlCorpus, take: Take, what: str
) -> None:
    take(ROWS, VECTORS)
    asked(database, f"UPDATE qa_pairs SET {what} {FIRST}")
    [altered] = asked(database, f"SELECT answer, overall, batch FROM qa_pairs {FIRST}")

    assert repaired(take) == Repaired(pairs=1)
    assert asked(database, STATE) == state((0, 2), (1, 1), (2, 1))
    assert asked(database, "SELECT answer, overall, batch FROM qa_versions") == [altered]
    assert database.by_text("impermanent", 5) == [ROWS[0].pair_id]
    assert database.by_text("nobody knows", 5) == []


def test_missing_pairs_and_vectors_come_back(database: SqlCorpus, take: Take) -> None:
    take([changed(ROWS[0], "It was another."), *ROWS[1:]], VECTORS)
    take(ROWS, VECTORS)
    asked(database, "DELETE FROM qa_pairs WHERE pair_id NOT LIKE '%002'")
    asked(database, "DELETE FROM embeddings")

    counts = take(ROWS, VECTORS, repair=True)
    assert (counts.new, counts.unchanged, counts.vectors_new) == (2, 1, 3)
    assert asked(database, STATE) == state((0, 2), (1, 1), (2, 1))
    assert repaired(take) == Repaired()
    assert database.by_text("gas", 5) == [ROWS[2].pair_id]


def test_a_pair_that_no_import_wrote_is_retired_and_stays(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)
    columns = ", ".join(name for (name,) in columns_of(database) if name not in {"id", "pair_id", "answer"})
    asked(
        database,
        f"INSERT INTO qa_pairs (pair_id, answer, {columns}) "
        f"SELECT 'stranger', 'Nobody knows.', {columns} FROM qa_pairs {FIRST}",
    )

    counts = take(ROWS, VECTORS, repair=True)
    assert (counts.retired, counts.unchanged) == (1, 3)
    assert asked(database, "SELECT answer, retired_by FROM qa_pairs WHERE pair_id = 'stranger'") == [
        ("Nobody knows.", 2)
    ]
    assert database.by_text("nobody knows", 5) == []
    assert repaired(take) == Repaired()


@pytest.mark.parametrize("both", [False, True])
def test_an_altered_vector_is_written_again(database: SqlCorpus, take: Take, both: bool) -> None:  # noqa: FBT001 - a case
    take(ROWS, VECTORS)
    content = bytes.fromhex(ROWS[0].content_sha256)
    alter = "UPDATE embeddings SET vector = :vector WHERE content_sha256 = :content"
    put(database, alter, vector=written(database, AXES[1]), content=content)
    if both:
        digest = hashlib.sha256(struct.pack("<3f", *AXES[1])).digest()
        put(
            database,
            "UPDATE embeddings SET vector_sha256 = :digest WHERE content_sha256 = :content",
            digest=digest,
            content=content,
        )

    assert repaired(take) == Repaired(vectors=0 if both else 1)
    assert database.vectors_of(SPACE, [content])[content] == struct.pack("<3f", *AXES[0])


def test_a_vector_that_no_file_has_is_set_aside(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)
    strange = b"x" * 32
    put(
        database,
        "INSERT INTO embeddings (content_sha256, vector_sha256, vector, space, dimensions) "
        "SELECT :content, vector_sha256, vector, space, dimensions FROM embeddings WHERE content_sha256 = :of",
        content=strange,
        of=bytes.fromhex(ROWS[0].content_sha256),
    )

    assert repaired(take) == Repaired(aside=1)
    assert strange not in database.vector_digests(SPACE)
    assert asked(database, "SELECT space FROM embeddings WHERE space <> 'gemini-embedding-001-3'") == [
        ("gemini-embedding-001-3-aside-2",)
    ]


def test_rows_that_no_file_has_are_counted_and_no_longer_expected(database: SqlCorpus, take: Take) -> None:
    take([changed(ROWS[0], "It was another."), *ROWS[1:]], VECTORS)
    take(ROWS[:2], {0: AXES[0], 1: AXES[1]})
    asked(database, "DELETE FROM qa_versions")
    asked(database, "DELETE FROM qa_pairs WHERE retired_by IS NOT NULL")

    counts = take(ROWS[:2], {0: AXES[0], 1: AXES[1]}, repair=True)
    assert counts.repaired == Repaired(lost=2)
    assert take(ROWS[:2], {0: AXES[0], 1: AXES[1]}).nothing


def test_a_retired_pair_that_was_altered_is_counted_once(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)
    less = {0: AXES[0], 1: AXES[1]}
    take(ROWS[:2], less)
    asked(database, "UPDATE qa_pairs SET answer = 'Nobody knows.' WHERE retired_by IS NOT NULL")

    assert take(ROWS[:2], less, repair=True).repaired == Repaired(lost=1)
    assert take(ROWS[:2], less, repair=True).repaired == Repaired()


def test_a_version_that_somebody_set_back_comes_after_the_former_ones(database: SqlCorpus, take: Take) -> None:
    take([changed(ROWS[0], "It was another."), *ROWS[1:]], VECTORS)
    take(ROWS, VECTORS)
    asked(database, f"UPDATE qa_pairs SET version = 1, answer = 'Nobody knows.' {FIRST}")

    assert repaired(take) == Repaired(pairs=1)
    assert asked(database, STATE) == state((0, 3), (1, 1), (2, 1))
    assert asked(database, "SELECT version, answer FROM qa_versions ORDER BY version") == [
        (1, "It was another."),
        (2, "Nobody knows."),
    ]


def test_a_pair_that_somebody_retired_or_revived_is_as_the_corpus_says(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)
    take(ROWS[:2], {0: AXES[0], 1: AXES[1]})
    asked(database, f"UPDATE qa_pairs SET retired_by = 1 {FIRST}")
    asked(database, "UPDATE qa_pairs SET retired_by = NULL WHERE pair_id LIKE '%003'")

    counts = take(ROWS[:2], {0: AXES[0], 1: AXES[1]}, repair=True)
    assert (counts.revived, counts.retired, counts.unchanged) == (1, 1, 1)


def test_a_text_that_is_no_utf_8_is_another_text_and_put_right(empty_sqlite_url: str, tmp_path: Path) -> None:
    with closing(open_corpus(empty_sqlite_url)) as database:
        take = taking(database, tmp_path)
        take(ROWS, VECTORS)
        asked(database, f"UPDATE qa_pairs SET answer = CAST(x'67ff61' AS text) {FIRST}")
        assert next(each.answer for each in database.texts()) == "g\ufffda"

        assert repaired(take) == Repaired(pairs=1)
        assert asked(database, STATE) == state((0, 2), (1, 1), (2, 1))


def test_a_repair_that_fails_leaves_what_it_found(database: SqlCorpus, take: Take) -> None:
    take(ROWS, VECTORS)
    asked(database, f"UPDATE qa_pairs SET answer = 'Nobody knows.' {FIRST}")
    before = asked(database, STATE)

    with pytest.raises(BadInputError, match="twice; nothing was imported"):
        take([*ROWS, ROWS[2]], VECTORS, repair=True)
    assert asked(database, STATE) == before
    assert asked(database, "SELECT count(*) FROM imports") == [(1,)]


def test_imports_that_somebody_removed_are_pointed_to_no_more(empty_sqlite_url: str, tmp_path: Path) -> None:
    with closing(open_corpus(empty_sqlite_url)) as database:
        take = taking(database, tmp_path)
        take(ROWS, VECTORS)
        file = str(database.access.engine.url.database)
        with closing(sqlite3.connect(file)) as lite, lite:  # foreign keys are off here, as for anybody
            lite.execute("DELETE FROM imports")
            lite.execute("UPDATE qa_pairs SET wave = 'two', imported_by = 7 WHERE pair_id LIKE '%001'")

        assert repaired(take) == Repaired(pairs=1)
        with closing(sqlite3.connect(file)) as lite:
            assert lite.execute("PRAGMA foreign_key_check").fetchall() == []
