"""The words of texts in PostgreSQL (`qa_words`): analysed by content hash, what lacks, and what is not theirs."""

# ruff: noqa: S608 - made of constants

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from adapters.sql.corpus.importing import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

#: What the index over words is called.
INDEX = "qa_words_found"
#: Characters of a text that are analysed: a tsvector may have one megabyte.
_ANALYSED = 100_000
#: Texts that one question analyses.
_AT_ONCE = 500

_WORDS = f"to_tsvector('english', left(q.question || ' ' || q.answer, {_ANALYSED}))"
_FILL = f"""
INSERT INTO qa_words (content_sha256, words)
SELECT q.content_sha256, {_WORDS}
FROM qa_pairs q LEFT JOIN qa_words w USING (content_sha256)
WHERE q.retired_by IS NULL AND w.content_sha256 IS NULL
ON CONFLICT DO NOTHING
"""
_LACKING = """
SELECT count(DISTINCT q.content_sha256) FROM qa_pairs q LEFT JOIN qa_words w USING (content_sha256)
WHERE q.retired_by IS NULL AND w.content_sha256 IS NULL
"""
_NEEDLESS = """
FROM qa_words w WHERE NOT EXISTS (
    SELECT FROM qa_pairs q WHERE q.content_sha256 = w.content_sha256 AND q.retired_by IS NULL
)
"""
_MEND = f"""
UPDATE qa_words w SET words = {_WORDS} FROM qa_pairs q
WHERE q.content_sha256 = w.content_sha256 AND q.retired_by IS NULL AND w.words <> {_WORDS}
"""
_OTHERS = """
SELECT w.content_sha256
FROM unnest(CAST(:contents AS bytea[]), CAST(:texts AS text[])) AS asked (content_sha256, said)
JOIN qa_words w USING (content_sha256) WHERE w.words <> to_tsvector('english', asked.said)
"""


def fill(connection: Connection) -> int:
    """Analyse current texts that have no words yet; return how many."""
    return connection.execute(text(_FILL)).rowcount


def drop_needless(connection: Connection) -> None:
    """Drop the words of texts that no current pair has."""
    connection.execute(text(f"DELETE {_NEEDLESS}"))


def lacking(connection: Connection) -> int:
    """Return how many current texts have no words."""
    return count(connection, _LACKING)


def needless(connection: Connection) -> int:
    """Return how many texts have words that no current pair has."""
    return count(connection, f"SELECT count(*) {_NEEDLESS}")


def mend(connection: Connection) -> int:
    """Give current texts their words again where others stand there; return how many."""
    return connection.execute(text(_MEND)).rowcount


def others(connection: Connection, texts: Mapping[bytes, tuple[str, str]]) -> Iterator[bytes]:
    """Yield the content hashes of those texts whose words are not theirs."""
    asked_for = list(texts.items())
    for at in range(0, len(asked_for), _AT_ONCE):
        some = asked_for[at : at + _AT_ONCE]
        asked = {
            "contents": [content for content, _ in some],
            "texts": [f"{question} {answer}"[:_ANALYSED] for _, (question, answer) in some],
        }
        yield from (bytes(content) for content in connection.execute(text(_OTHERS), asked).scalars())
