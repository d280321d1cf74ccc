"""The database of the corpus: one suite over SQLite and PostgreSQL."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.corpus.nearest import nearest
from adapters.sql.corpus.opening import open_corpus
from adapters.sql.migrate import upgrade
from core.errors import BadInputError, DatabaseError, RefusedError
from tests.imported import AXES, ROWS, SPACE, asked, changed

if TYPE_CHECKING:
    from adapters.sql.corpus.database import SqlCorpus
    from tests.imported import Take


def test_every_column_comes_back_as_it_was(database: SqlCorpus, take: Take) -> None:
    take(ROWS)

    for row in ROWS:
        stored = dict(database.rows([row.pair_id])[row.pair_id])
        stored.pop("row_sha256")
        wanted = msgspec.structs.asdict(row)
        wanted.pop("row")
        wanted["content_sha256"] = bytes.fromhex(row.content_sha256)
        assert {name: tuple(it) if isinstance(it, list) else it for name, it in stored.items()} == wanted


def test_vectors_come_back_bit_by_bit(database: SqlCorpus, take: Take) -> None:
    odd = [0.6, -0.8, 1e-30]
    counts = take(ROWS, {0: odd})

    content = bytes.fromhex(ROWS[0].content_sha256)
    assert database.vectors_of(SPACE, [content]) == {content: struct.pack("<3f", *odd)}
    assert (counts.vectors, counts.vectors_missing) == (1, 2)


def test_importing_twice_changes_nothing(database: SqlCorpus, take: Take) -> None:
    vectors = dict(enumerate(AXES))
    assert take(ROWS, vectors).new == 3
    before = database.last()

    assert take(ROWS, vectors).nothing
    assert database.last() == before


def test_rows_that_moved_in_the_files_are_the_same_pairs(take: Take) -> None:
    take(ROWS)

    assert take([msgspec.structs.replace(row, row=row.row + 7) for row in ROWS]).unchanged == 3


def test_a_changed_pair_is_a_new_version_and_the_former_one_stays(database: SqlCorpus, take: Take) -> None:
    take(ROWS, dict(enumerate(AXES)))
    new = changed(ROWS[0], "The ratio.")
    counts = take([new, *ROWS[1:]], dict(enumerate(AXES)))

    assert (counts.changed, counts.unchanged, counts.vectors_new) == (1, 2, 1)
    assert asked(database, "SELECT version, answer FROM qa_pairs WHERE version > 1") == [(2, "The ratio.")]
    assert asked(database, "SELECT version, answer, imported_by, replaced_by FROM qa_versions") == [
        (1, ROWS[0].answer, 1, 2)
    ]
    assert asked(database, "SELECT count(*) FROM embeddings") == [(3,)]
    assert database.by_text("nothing else", 5) == []


def test_a_pair_that_drops_out_is_retired_and_comes_back(database: SqlCorpus, take: Take) -> None:
    take(ROWS)
    gone, into = ROWS[2].pair_id, ROWS[1].pair_id
    assert take(ROWS, archived={gone: into}).retired == 1

    assert asked(database, "SELECT pair_id, merged_into FROM qa_pairs WHERE retired_by = 2") == [(gone, into)]
    assert database.rows([gone]) == {}
    assert database.by_text("gas", 5) == []
    counts = take(ROWS)
    assert (counts.revived, counts.unchanged) == (1, 2)
    assert database.by_text("gas", 5) == [gone]


def test_a_vector_that_was_made_anew_replaces_the_former_one(database: SqlCorpus, take: Take) -> None:
    take(ROWS, {0: AXES[0]})
    counts = take(ROWS, {0: AXES[1]})

    content = bytes.fromhex(ROWS[0].content_sha256)
    assert (counts.vectors_new, counts.new, counts.vectors) == (1, 0, 1)
    assert database.vectors_of(SPACE, [content])[content] == struct.pack("<3f", *AXES[1])


@pytest.mark.parametrize(
    "statement", ["DELETE FROM qa_pairs WHERE version = 1", "UPDATE qa_pairs SET version = 9"]
)
def test_rows_that_no_import_wrote_are_refused(database: SqlCorpus, take: Take, statement: str) -> None:
    take(ROWS)
    asked(database, statement)

    with pytest.raises(RefusedError, match=r"qa_pairs .*nothing was imported: `batchmill corpus verify` names"):
        take(ROWS[:1])
    assert asked(database, "SELECT count(*) FROM imports") == [(1,)]


def test_a_failure_in_the_middle_leaves_the_old_state_whole(database: SqlCorpus, take: Take) -> None:
    take(ROWS[:2])
    before = asked(database, "SELECT * FROM qa_pairs ORDER BY pair_id")

    with pytest.raises(BadInputError, match="has the pair w2-s30-tvl-003 twice; nothing was imported"):
        take([*ROWS, ROWS[2]])
    with pytest.raises(BadInputError, match="has the length 2 instead of 1; nothing was imported"):
        take(ROWS, {0: AXES[0], 2: [2.0, 0.0, 0.0]})

    assert asked(database, "SELECT * FROM qa_pairs ORDER BY pair_id") == before
    assert database.by_text("gas", 5) == []


def test_a_first_import_that_fails_leaves_no_table(database: SqlCorpus, take: Take) -> None:
    with pytest.raises(BadInputError):
        take([ROWS[0], ROWS[0]])

    with pytest.raises(DatabaseError, match="holds no corpus yet; run `batchmill corpus import`"):
        database.last()


def test_what_would_be_half_an_import_is_refused_by_the_tables(database: SqlCorpus, take: Take) -> None:
    take(ROWS, {0: AXES[0]})

    for statement in (
        "INSERT INTO qa_pairs SELECT * FROM qa_pairs",
        "UPDATE qa_pairs SET imported_by = 9",
        "UPDATE qa_pairs SET session = 9",
        "UPDATE qa_pairs SET version = 0",
        "UPDATE qa_pairs SET merged_into = 'w2-s30-tvl-001'",
        "UPDATE embeddings SET dimensions = 4",
        "DELETE FROM imports",
    ):
        with pytest.raises(DatabaseError):
            asked(database, statement)


def test_the_nearest_vectors_are_found_in_their_order(database: SqlCorpus, take: Take) -> None:
    take(ROWS, dict(enumerate(AXES)))

    asked_for = [0.36, 0.8, 0.48]
    found = database.by_vector(SPACE, asked_for, 3, nearest)
    assert [pair_id for pair_id, _ in found] == [ROWS[1].pair_id, ROWS[2].pair_id, ROWS[0].pair_id]
    assert [cosine for _, cosine in found] == pytest.approx([0.8, 0.48, 0.36])
    assert [pair_id for pair_id, _ in database.by_vector(SPACE, asked_for, 1, nearest)] == [ROWS[1].pair_id]


def test_words_are_found_in_any_form_and_the_best_pair_is_first(database: SqlCorpus, take: Take) -> None:
    take(ROWS)

    assert database.by_text("what moved impermanent losses", 3)[0] == ROWS[0].pair_id
    assert database.by_text("gas pools", 3)[:2] in (
        [ROWS[1].pair_id, ROWS[2].pair_id],
        [ROWS[2].pair_id, ROWS[1].pair_id],
    )
    assert database.by_text("xyzzy", 3) == []


def test_no_text_breaks_a_search(database: SqlCorpus, take: Take) -> None:
    take(ROWS)

    hostile = [
        "",
        "'",
        '"',
        '"a" OR (b',
        "-x:* AND NOT ^",
        "a\0b",
        "💧 {}[]\\",
        "NEAR(a b)",
        "* " * 500,
        "q" * 9_000,
    ]
    for query in [*hostile, *(f"gas {each}" for each in hostile)]:
        assert len(database.by_text(query, 3)) <= 3


def test_another_character_stands_for_nul_in_both_databases(database: SqlCorpus, take: Take) -> None:
    odd = msgspec.structs.replace(changed(ROWS[1], "Two\0tokens."), flags=("a\0b", "c"))
    counts = take([ROWS[0], odd], {0: AXES[0], 1: AXES[1]})

    assert (counts.new, counts.replaced, counts.vectors) == (2, 1, 2)
    stored = database.rows([odd.pair_id])[odd.pair_id]
    assert (stored["answer"], list(stored["flags"])) == ("Two\ufffdtokens.", ["a\ufffdb", "c"])
    assert stored["content_sha256"] == bytes.fromhex(odd.content_sha256)
    assert take([ROWS[0], odd], {0: AXES[0], 1: AXES[1]}, repair=True).nothing
    assert database.by_text("tokens", 5) == [odd.pair_id]
    assert database.by_vector(SPACE, AXES[1], 1, nearest) == [(odd.pair_id, 1.0)]


def test_the_corpus_may_live_beside_the_ledger(url: str, take: Take) -> None:
    upgrade(url)
    take(ROWS)
    upgrade(url)

    assert take(ROWS).nothing


def test_a_newer_corpus_is_left_alone(database: SqlCorpus, take: Take) -> None:
    take(ROWS)
    asked(database, "UPDATE corpus_version SET version_num = 'c9999'")

    for ask in (database.last, lambda: take(ROWS)):
        with pytest.raises(DatabaseError, match=r"was made by a newer batchmill .*; update batchmill"):
            ask()


@pytest.mark.parametrize(
    ("address", "said"), [("corpus.db", "is not the address of a database"), ("sqlite:///", "names no file")]
)
def test_an_address_that_is_none_names_its_setting(address: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=rf"corpus\.database {said}.*write sqlite:///corpus\.db or postgresql"):
        open_corpus(address)
