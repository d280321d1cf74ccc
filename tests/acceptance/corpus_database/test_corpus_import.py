"""The corpus in a database: imported, imported again, changed, verified; SQLite and PostgreSQL alike."""

from __future__ import annotations

import resource
import shlex
import shutil
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from tests.kills import ENDLESS, is_locked
from tests.workspaces import Mill

if TYPE_CHECKING:
    from pathlib import Path

    from tests.imported_mill import Asked


def test_importing_again_changes_nothing_and_the_ledger_has_it_once(home: Mill, asked: Asked) -> None:
    first = home.json("corpus import")
    assert {name: first["counts"][name] for name in ("new", "current", "vectors")} == {
        "new": 23,
        "current": 23,
        "vectors": 23,
    }
    before = asked("SELECT * FROM qa_pairs ORDER BY pair_id")

    assert "nothing to change: 23 pairs" in home.run("corpus import")

    assert asked("SELECT * FROM qa_pairs ORDER BY pair_id") == before
    assert asked("SELECT count(*) FROM imports") == [(1,)]
    events = [each for each in home.json("history corpus")["events"] if each["type"] == "corpus.imported"]
    assert [each["event"]["counts"]["new"] for each in events] == [23]
    home.run("history --verify")
    assert home.run("corpus verify").count("23 pairs") == 3


def test_a_changed_corpus_brings_versions_and_retires(home: Mill, asked: Asked) -> None:
    home.run("corpus import")
    kept = home.json("corpus dedup")["manifest"]["counts"]["kept"]  # at 0.8 all pairs are alike

    counts = home.json("corpus import")["counts"]
    assert (counts["retired"], counts["unchanged"], counts["current"]) == (23 - kept, kept, kept)
    assert asked("SELECT count(*) FROM qa_pairs WHERE merged_into IS NOT NULL") == [(23 - kept,)]
    assert asked("SELECT count(*) FROM embeddings") == [(kept,)]
    home.run("corpus verify")

    home.run("corpus dedup --threshold 1")
    counts = home.json("corpus import")["counts"]
    assert (counts["revived"], counts["changed"], counts["vectors_new"]) == (23 - kept, 0, 23 - kept)
    assert asked("SELECT count(*) FROM qa_pairs WHERE version > 1 OR retired_by IS NOT NULL") == [(0,)]
    home.run("corpus verify")


def test_tables_of_somebody_else_are_left_alone(home: Mill, asked: Asked) -> None:
    asked("CREATE TABLE qa_pairs (somebody_elses text)")

    assert "has a table qa_pairs that is not the corpus's" in home.refused("corpus import")
    assert asked("SELECT * FROM qa_pairs") == []


def test_a_search_merges_meaning_and_words(home: Mill, asked: Asked) -> None:
    home.run("corpus import")
    [(pair, question)] = asked("SELECT pair_id, question FROM qa_pairs ORDER BY pair_id LIMIT 1")

    found = home.json(f'corpus search "{question}" -k 3')

    assert (found["ways"], found["note"], len(found["found"])) == (["vector", "text"], None, 3)
    assert found["found"][0]["pair"]["pair_id"] == pair
    assert found["found"][0]["by_text"] == 1
    assert [each["rank"] for each in found["found"]] == [1, 2, 3]
    nearest = min(found["found"], key=lambda each: each["by_vector"])
    assert f"(vector {nearest['by_vector']} at {nearest['similarity']:.2f}" in home.run(
        f'corpus search "{question}" -k 3'
    )
    said = home.run("corpus search xyzzyx -k 1").splitlines()
    assert said[0].startswith("by meaning alone: no pair has one of these words; the nearest follow")
    assert (
        home.run("corpus search xyzzyx --only text")
        == "nothing found: no pair has one of these words; try others\n"
    )
    home.environment["GEMINI_API_KEY"] = ""
    said = home.run(f'corpus search "{question}"').splitlines()
    assert said[0].startswith("by words alone: ")
    assert pair in said[1]
    assert "key" in home.refused(f'corpus search "{question}" --only vector')


def test_no_text_breaks_a_search(home: Mill) -> None:
    home.run("corpus import")

    for query in ("'", '"a" OR (b', "-x:* AND NOT ^", "% _ ; DROP TABLE qa_pairs --", "a" * 9_000, "\x1b[2J"):
        found = home.json(f"corpus search --only text {shlex.quote(f'is {query}')}")
        assert found["note"] is None
    assert "nothing to search for" in home.refused("corpus search ' '")


def test_an_import_that_is_killed_leaves_the_old_state_whole(corpus: Mill, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill", corpus.environment["BATCHMILL_PROVIDER__BASE_URL"])
    mill.run("corpus import")
    mill.run("corpus dedup")
    with closing(sqlite3.connect(mill.root / "corpus.db", timeout=0, isolation_level=None)) as lite:
        before = lite.execute("SELECT * FROM qa_pairs").fetchall()
        lite.execute(f"CREATE TRIGGER endless BEFORE DELETE ON embeddings BEGIN {ENDLESS}; END")
        with mill.started("corpus import") as importing:
            importing.wait_until(lambda: is_locked(lite))
            importing.end(signal.SIGKILL)
        assert lite.execute("SELECT * FROM qa_pairs").fetchall() == before
        lite.execute("DROP TRIGGER endless")

    assert mill.json("corpus import")["counts"]["retired"] == 22
    mill.run("corpus verify")


def test_a_full_disk_leaves_nothing_half_imported(corpus: Mill, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill", corpus.environment["BATCHMILL_PROVIDER__BASE_URL"])

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    # Every file that is read or written before is smaller; the database is not.
    said = mill.refused("corpus import", mill.separately("corpus import", preexec_fn=small))
    assert "full" in said
    assert mill.json("corpus import")["counts"]["new"] == 23


def test_what_cannot_be_imported_is_said(corpus: Mill, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill")
    assert "holds no corpus yet; run `batchmill corpus import`" in mill.refused("corpus verify")
    assert "holds no corpus yet" in mill.refused("corpus search gas")
    assert not (mill.root / "corpus.db").exists()
    mill.environment["BATCHMILL_CORPUS__DATABASE"] = "postgresql://droid:hunter2@127.0.0.1:1/corpus"
    said = mill.refused("corpus import")
    assert said.startswith("PostgreSQL 127.0.0.1:1/corpus cannot be reached")
    assert "hunter2" not in said
    del mill.environment["BATCHMILL_CORPUS__DATABASE"]

    vectors = next(mill.root.glob("corpus/vectors/*/*.parquet"))
    (vectors.parent.with_name("gemini-embedding-001-128")).mkdir()
    shutil.copy(vectors, vectors.parent.with_name("gemini-embedding-001-128") / vectors.name)
    said = mill.refused("--set embedding.dimensions=128 corpus import")
    assert "does not hold vectors of 128 dimensions" in said
    for address in ("sqlite:///", "sqlite:///:memory:"):
        mill.environment["BATCHMILL_CORPUS__DATABASE"] = address
        assert "corpus.database names no file" in mill.refused("corpus import")
    mill.environment["BATCHMILL_CORPUS__DATABASE"] = "sqlite:///batchmill.toml"
    said = mill.refused("corpus import")
    assert "is not an SQLite database; name another file in corpus.database, such as sqlite:///corpus.db" in said
    del mill.environment["BATCHMILL_CORPUS__DATABASE"]
    part = next(mill.root.glob("corpus/build-*/*/part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    assert f"{part} was changed since the corpus was built" in mill.refused("corpus import")
    shutil.copy(next(corpus.root.glob("corpus/build-*/*/part-*.parquet")), part)
    (mill.root / "corpus/dedup.json").unlink()
    assert "run `batchmill corpus dedup` first" in mill.refused("corpus import")
    assert "holds no corpus yet" in mill.refused("corpus search --only text gas")


def test_vectors_that_were_altered_are_put_back_from_what_came_home_and_not_paid_for_again(
    corpus: Mill, tmp_path: Path
) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill")
    [vectors] = mill.root.glob("corpus/vectors/*/*.parquet")
    before = vectors.read_bytes()
    pq.write_table(pq.read_table(vectors).slice(0, 3), vectors)

    said = mill.json("corpus embed --yes")
    assert (said["written"], said["embedded"] or 0) == (False, 0)
    assert vectors.read_bytes() == before


def test_bytes_that_are_no_text_are_searched_for_like_any_other(corpus: Mill, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill")
    mill.run("corpus import")

    assert mill.call("corpus search --only text 'gas \udcff'").status == 0


def test_the_tables_account_for_a_step_of_the_corpus_at_once(corpus: Mill, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill")
    mill.run("corpus dedup --threshold 0.7")

    assert mill.call("replay --check").status == 0
