"""What pairs refer to and the words that searching goes by: found to lack, and put right; in both databases."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from adapters.sql.corpus.opening import open_corpus
from core.corpus.database import References, Words
from core.corpus.stored import Repaired
from tests.imported import ROWS, SPACE, VECTORS, asked, put, repaired, taking

if TYPE_CHECKING:
    from pathlib import Path

    from adapters.sql.corpus.database import SqlCorpus
    from tests.imported import Take


def test_words_that_somebody_removed_or_altered_are_found_and_analysed_again(
    database: SqlCorpus, take: Take
) -> None:
    take(ROWS, VECTORS)
    texts = {bytes.fromhex(row.content_sha256): (row.question, row.answer) for row in ROWS}
    assert database.words(SPACE, texts) == Words()
    gas = bytes.fromhex(ROWS[2].content_sha256)
    if database.access.dialect.name == "sqlite":
        asked(database, "INSERT INTO qa_words (qa_words) VALUES ('delete-all')")
        found = Words(broken=True)
    else:
        put(database, "UPDATE qa_words SET words = 'pool' WHERE content_sha256 = :gas", gas=gas)
        asked(database, "DELETE FROM qa_words WHERE words @@ to_tsquery('english', 'impermanent')")
        found = Words(lacking=1, other=(gas,))
    assert database.by_text("gas", 5) == []
    assert database.words(SPACE, texts) == found

    assert repaired(take) == Repaired(texts=3 if found.broken else 2)
    assert database.words(SPACE, texts) == Words()
    assert database.by_text("gas", 5) == [ROWS[2].pair_id]
    assert database.by_text("impermanent", 5) == [ROWS[0].pair_id]


@pytest.mark.postgres
def test_words_alone_that_are_not_theirs_are_reason_enough_for_a_repair(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    with closing(open_corpus(empty_postgres_url)) as database:
        take = taking(database, tmp_path)
        take(ROWS, VECTORS)
        asked(database, "UPDATE qa_words SET words = 'pool'")

        assert repaired(take) == Repaired(texts=3)


@pytest.mark.postgres
def test_an_import_that_was_stopped_before_its_words_and_indexes_is_seen_and_made_up_for(
    empty_postgres_url: str, tmp_path: Path
) -> None:
    with closing(open_corpus(empty_postgres_url)) as database:
        take = taking(database, tmp_path)
        with mock.patch.object(database, "index"):
            take(ROWS, VECTORS)
        found = database.words(SPACE, {})
        assert (found.lacking, found.unindexed) == (3, ("words", "vectors"))

        assert take(ROWS, VECTORS).nothing
        assert database.words(SPACE, {}) == Words()


def test_sessions_and_indicators_that_somebody_removed_come_back(empty_sqlite_url: str, tmp_path: Path) -> None:
    with closing(open_corpus(empty_sqlite_url)) as database:
        take = taking(database, tmp_path)
        take(ROWS, VECTORS)
        with closing(sqlite3.connect(str(database.access.engine.url.database))) as lite, lite:
            lite.execute("DELETE FROM sessions")
            lite.execute("DELETE FROM indicators")
            lite.execute("INSERT INTO sessions VALUES (99)")
        assert database.references() == [
            References("sessions", ("30",), 1),
            References("indicators", ("tvl",), 0),
        ]

        assert repaired(take) == Repaired(references=2)
        assert database.references() == [References("sessions", (), 1), References("indicators", (), 0)]
