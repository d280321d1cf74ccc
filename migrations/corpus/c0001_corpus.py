"""The corpus as it began: imports, sessions, indicators, pairs with their former versions, vectors."""

from __future__ import annotations

from alembic import op

revision = "c0001"
down_revision = None
branch_labels = ("corpus",)

#: What differs between the two databases, by the words that stand for it below.
_POSTGRESQL = {
    "name": 'text COLLATE "C"',
    "texts": "text[] NOT NULL",
    "digest": "bytea",
    "number": "double precision",
    "serial": "",
    "length": "octet_length",
    "fits": "vector_dims(vector) = dimensions",
    "vector": "vector",
}
_SQLITE = {
    "name": "text",
    "texts": "text NOT NULL CHECK (json_valid({column}))",
    "digest": "blob",
    "number": "double",
    "serial": "id integer PRIMARY KEY,",
    "length": "length",
    "fits": "length(vector) = 4 * dimensions",
    "vector": "blob",
}
_PAIR = """
    pair_id {name} NOT NULL,
    wave bigint NOT NULL,
    batch bigint NOT NULL,
    round bigint NOT NULL,
    attempt bigint NOT NULL,
    key text NOT NULL,
    source text,
    source_key text NOT NULL,
    session bigint REFERENCES sessions,
    indicator {name} REFERENCES indicators,
    category text,
    topic text,
    created_date text,
    question text NOT NULL,
    answer text NOT NULL,
    overall {number},
    technical_accuracy {number},
    completeness {number},
    rag_readiness {number},
    primary_tags {primary_tags},
    secondary_tags {secondary_tags},
    difficulty_level text,
    use_cases {use_cases},
    enhancements_made {enhancements_made},
    flags {flags},
    is_duplicate boolean,
    similar_to {similar_to},
    merge_recommendation text,
    model text NOT NULL,
    prompt text NOT NULL,
    emulated boolean NOT NULL,
    before text,
    refined_path text NOT NULL,
    verdict text,
    verdict_reasons {verdict_reasons},
    content_sha256 {digest} NOT NULL CHECK ({length}(content_sha256) = 32),
    row_sha256 {digest} NOT NULL CHECK ({length}(row_sha256) = 32),
    version bigint NOT NULL CHECK (version >= 1),
    imported_by bigint NOT NULL REFERENCES imports
"""
_LISTS = (
    "primary_tags",
    "secondary_tags",
    "use_cases",
    "enhancements_made",
    "flags",
    "similar_to",
    "verdict_reasons",
)
_TABLES = (
    """
CREATE TABLE imports (
    number bigint PRIMARY KEY,
    build text NOT NULL,
    dedup text NOT NULL,
    space text,
    counts text NOT NULL,
    pairs bigint NOT NULL,
    former bigint NOT NULL,
    vectors bigint NOT NULL,
    pairs_hash text NOT NULL,
    at text NOT NULL
)
""",
    "CREATE TABLE sessions (session bigint PRIMARY KEY)",
    "CREATE TABLE indicators (indicator {name} PRIMARY KEY)",
    "CREATE TABLE qa_pairs ({serial}"
    + _PAIR
    + """,
    retired_by bigint REFERENCES imports,
    merged_into {name},
    UNIQUE (pair_id),
    CHECK (merged_into IS NULL OR retired_by IS NOT NULL)
)
""",
    "CREATE INDEX qa_pairs_content ON qa_pairs (content_sha256)",
    "CREATE TABLE qa_versions ("
    + _PAIR
    + """,
    replaced_by bigint NOT NULL REFERENCES imports,
    PRIMARY KEY (pair_id, version)
)
""",
    """
CREATE TABLE embeddings (
    content_sha256 {digest} NOT NULL CHECK ({length}(content_sha256) = 32),
    vector_sha256 {digest} NOT NULL CHECK ({length}(vector_sha256) = 32),
    vector {vector} NOT NULL,
    space text NOT NULL,
    dimensions integer NOT NULL CHECK (dimensions > 0),
    PRIMARY KEY (space, content_sha256),
    CHECK ({fits})
)
""",
)
#: The words of texts, by content as vectors are: what is there is never out of date.
_WORDS = """
CREATE TABLE qa_words (
    content_sha256 bytea PRIMARY KEY CHECK (octet_length(content_sha256) = 32),
    words tsvector NOT NULL
)
"""
#: Full text in SQLite keeps no texts of its own, so it is told of each change.
_FULL_TEXT = (
    (
        "CREATE VIRTUAL TABLE qa_words USING fts5("
        "question, answer, content='qa_pairs', content_rowid='id', tokenize='porter unicode61')"
    ),
    """
CREATE TRIGGER qa_words_put AFTER INSERT ON qa_pairs BEGIN
    INSERT INTO qa_words (rowid, question, answer) VALUES (new.id, new.question, new.answer);
END
""",
    """
CREATE TRIGGER qa_words_take AFTER DELETE ON qa_pairs BEGIN
    INSERT INTO qa_words (qa_words, rowid, question, answer)
    VALUES ('delete', old.id, old.question, old.answer);
END
""",
    """
CREATE TRIGGER qa_words_change AFTER UPDATE OF question, answer ON qa_pairs BEGIN
    INSERT INTO qa_words (qa_words, rowid, question, answer)
    VALUES ('delete', old.id, old.question, old.answer);
    INSERT INTO qa_words (rowid, question, answer) VALUES (new.id, new.question, new.answer);
END
""",
)


def upgrade() -> None:
    """Make every table."""
    postgres = op.get_bind().dialect.name == "postgresql"
    words = _POSTGRESQL if postgres else _SQLITE
    lists = {name: words["texts"].format(column=name) for name in _LISTS}
    for statement in _TABLES:
        op.execute(statement.format(**words, **lists))
    if postgres:
        op.execute(_WORDS)
    for statement in () if postgres else _FULL_TEXT:
        op.execute(statement)


def downgrade() -> None:
    """Take the tables away: all that is in them can be imported again but for former versions."""
    for table in ("qa_words", "embeddings", "qa_versions", "qa_pairs", "indicators", "sessions", "imports"):
        op.execute(f"DROP TABLE {table}")
