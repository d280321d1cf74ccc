"""A corpus's database that is not as its files say: named, put right, looked at by the doctor; in both."""

# ruff: noqa: S608 - made of constants

from __future__ import annotations

import shutil
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.sql.database import open_database
from core.corpus.events import CorpusBuilt
from core.corpus.stored import Repaired
from core.ledger.recorded import NewEvent
from core.ledger.streams import CORPUS
from tests.checkups import examined
from tests.ledgers import CONTEXT, SetClock
from tests.workspaces import Mill

if TYPE_CHECKING:
    from pathlib import Path

    from tests.imported_mill import Asked


def test_what_somebody_did_to_the_database_is_named(home: Mill, asked: Asked) -> None:
    home.run("corpus import")
    [(pair,)] = asked("SELECT min(pair_id) FROM qa_pairs")
    asked("UPDATE qa_pairs SET answer = 'Nobody knows.' WHERE pair_id = (SELECT min(pair_id) FROM qa_pairs)")
    verified = home.call("corpus verify")
    assert "in 2 ways" in home.refused("corpus verify", verified)
    assert f"pair {pair} has another text in the database" in verified.stdout
    assert f"pair {pair} has another answer in the database" in verified.stdout
    asked("DELETE FROM qa_pairs WHERE pair_id = (SELECT min(pair_id) FROM qa_pairs)")

    assert f"pair {pair} is missing in the database" in home.call("corpus verify").stdout
    assert "holds 22 rows in qa_pairs where imports wrote 23; nothing was imported" in home.refused(
        "corpus import"
    )
    assert asked("SELECT count(*) FROM qa_pairs") == [(22,)]


def test_what_somebody_did_to_the_database_is_put_right_and_on_record(home: Mill, asked: Asked) -> None:
    home.run("corpus import")
    [(gone,), (altered,)] = asked("SELECT pair_id FROM qa_pairs ORDER BY pair_id LIMIT 2")
    asked(f"DELETE FROM qa_pairs WHERE pair_id = '{gone}'")
    asked(f"UPDATE qa_pairs SET answer = 'Nobody knows.' WHERE pair_id = '{altered}'")
    assert "`batchmill corpus import --repair` puts right" in home.refused("corpus verify")
    assert "`batchmill corpus import --repair` puts it right" in home.refused("corpus import")

    said = home.run("corpus import --repair")

    assert "imported: 1 new, 1 changed, 21 unchanged; 0 new vectors" in said
    assert "put right: 1 altered pair (what was found is a former version now), 0 altered vectors" in said
    assert asked("SELECT pair_id, answer FROM qa_versions") == [(altered, "Nobody knows.")]
    home.run("corpus verify")
    assert "nothing to put right: 23 pairs" in home.run("corpus import --repair")
    [*_, last] = [each for each in home.json("history corpus")["events"] if each["type"] == "corpus.imported"]
    assert last["event"]["counts"]["repaired"] == dict.fromkeys(Repaired.__struct_fields__, 0) | {"pairs": 1}
    home.run("history --verify")


def test_words_that_somebody_removed_are_named_and_put_right(home: Mill, asked: Asked) -> None:
    home.run("corpus import")
    if "BATCHMILL_CORPUS__DATABASE" in home.environment:
        asked("DELETE FROM qa_words")
        named = "qa_words lacks the words of 23 texts; the next import makes up for that"
    else:
        asked("INSERT INTO qa_words (qa_words) VALUES ('delete-all')")
        named = "the full text in qa_words is not what qa_pairs holds"
    verified = home.call("corpus verify")
    assert named in verified.stdout
    assert "in 1 way;" in home.refused("corpus verify", verified)

    assert "put right: 0 references to sessions and indicators, the words of 23 texts" in home.run(
        "corpus import --repair"
    )
    home.run("corpus verify")


def test_a_pair_with_the_character_nul_comes_in_with_all_others_and_is_named(home: Mill) -> None:
    pair = hold_nul(home)

    said = home.run("corpus import")

    assert "imported: 23 new" in said
    assert "U+FFFD stands for the character NUL, which PostgreSQL cannot hold, in 1 pair:" in said
    assert f"  {pair} (answer, use_cases)" in said
    home.run("corpus verify")
    home.run("corpus import --repair")
    [*_, last] = [each for each in home.json("history corpus")["events"] if each["type"] == "corpus.imported"]
    assert last["event"]["counts"]["replaced"] == 1
    home.run("history --verify")


@pytest.mark.parametrize("table", ["qa_words", "embeddings", "qa_versions"])
def test_a_table_that_is_gone_is_named_by_every_command_and_the_way_out_works(
    home: Mill, asked: Asked, table: str
) -> None:
    home.run("corpus import")
    asked(f"DROP TABLE {table}")

    for line in (
        "corpus import",
        "corpus import --repair",
        "corpus verify",
        "corpus search liquidity --only text",
    ):
        assert f"lacks the table {table}, which imports made" in home.refused(line)
    assert f"lacks the table {table}" in examined(home, "--offline")["corpus database"][1]
    home.run("--set corpus.database=sqlite:///anew.db corpus import")


def test_pairs_of_a_wave_that_was_rejected_since_are_said_to_be_among_those_found(home: Mill) -> None:
    home.run("corpus import")
    assert "was rejected since" not in home.run("corpus search liquidity --only text")
    home.run("reject --wave 2 --reason 'it reads badly'")

    said = home.run("corpus search liquidity --only text")

    assert "pairs of wave 2, which was rejected since, are still among them" in said
    state, text = examined(home, "--offline")["corpus database"]
    assert state == "warn"
    assert "pairs of wave 2, which was rejected since" in text


def hold_nul(mill: Mill) -> str:
    """Let the first pair of the corpus hold NUL in two columns, as if it had been built so; return its id."""
    [part] = mill.root.glob("corpus/build-*/*/part-00000.parquet")
    rows = pq.read_table(part)
    columns = rows.to_pydict()
    columns["answer"][0] += "\0"
    columns["use_cases"][0] = ["a\0b"]
    before = part.read_bytes()
    pq.write_table(pa.table(columns, schema=rows.schema), part)
    manifest = mill.root / "corpus/build.json"
    said = manifest.read_text(encoding="utf-8").replace(
        sha256(before).hexdigest(), sha256(part.read_bytes()).hexdigest()
    )
    manifest.write_text(said.replace(f'"bytes":{len(before)}', f'"bytes":{part.stat().st_size}'), encoding="utf-8")
    vouch(mill, sha256(manifest.read_bytes()).hexdigest())
    return str(columns["pair_id"][0])


def vouch(mill: Mill, manifest_sha256: str) -> None:
    """Record that the corpus was built so."""
    with open_database(f"sqlite:///{mill.root}/batchmill.db", SetClock()) as database:
        steps = list(database.store.read_stream(CORPUS))
        built = next(each.event for each in steps if isinstance(each.event, CorpusBuilt))
        event = msgspec.structs.replace(built, manifest_sha256=manifest_sha256)
        database.store.append([NewEvent(CORPUS, steps[-1].version + 1, event, CONTEXT)])


def test_vectors_of_another_length_than_the_settings_name_are_said_not_to_be_compared(home: Mill) -> None:
    home.run("corpus import")
    spaces = home.json("corpus verify")["space"], "gemini-embedding-001-128"

    verified = home.call("--set embedding.dimensions=128 corpus verify")

    assert f"vectors           0, in the database 0 of {spaces[1]}" in verified.stdout
    assert f"embeddings holds 23 vectors of {spaces[0]} too, which the settings do not name" in verified.stdout
    assert (
        f"the vectors that were imported are of {spaces[0]}, and the settings name {spaces[1]}" in verified.stdout
    )
    assert "in 1 way;" in home.refused("--set embedding.dimensions=128 corpus verify", verified)


def test_the_doctor_looks_at_the_database_by_its_counts(home: Mill, asked: Asked) -> None:
    assert examined(home, "--offline")["corpus database"] == ("ok", "nothing was imported yet; ")
    home.run("corpus import")
    state, said = examined(home, "--offline")["corpus database"]
    assert (state, "schema c0001, import 1 of " in said, ": 23 pairs, 23 with a vector" in said) == (
        "ok",
        True,
        True,
    )

    asked("UPDATE qa_pairs SET retired_by = 1 WHERE pair_id = (SELECT min(pair_id) FROM qa_pairs)")
    state, said = examined(home, "--offline")["corpus database"]
    assert (state, "holds 22 current pairs, and the ledger has 23" in said) == ("warn", True)
    asked("DELETE FROM qa_pairs WHERE retired_by = 1")
    state, said = examined(home, "--offline")["corpus database"]
    assert (state, "holds 22 rows, and imports wrote 23; `batchmill corpus verify`" in said) == ("warn", True)
    asked("UPDATE corpus_version SET version_num = 'c9999'")
    state, said = examined(home, "--offline")["corpus database"]
    assert (state, "was made by a newer batchmill (corpus c9999); update batchmill" in said) == ("warn", True)


def test_the_doctor_knows_a_database_that_is_not_the_one_of_the_ledger(corpus: Mill, tmp_path: Path) -> None:
    shutil.copytree(corpus.root, tmp_path / "mill")
    mill = Mill(tmp_path / "mill")
    mill.run("corpus import")
    older = (mill.root / "corpus.db").read_bytes()
    mill.run("corpus dedup")
    mill.run("corpus import")
    for file in mill.root.glob("corpus.db*"):
        file.unlink()
    assert "corpus.db holds no import, and the ledger has its import 2" in str(examined(mill, "--offline"))
    (mill.root / "corpus.db").write_bytes(older)
    assert "corpus.db is at import 1, and the ledger has its import 2" in str(examined(mill, "--offline"))
    mill.environment["BATCHMILL_CORPUS__DATABASE"] = "postgresql://droid:hunter2@127.0.0.1:1/corpus"
    state, said = examined(mill, "--offline")["corpus database"]
    assert (state, "cannot be reached" in said, "hunter2" in said) == ("warn", True, False)
    mill.environment["BATCHMILL_CORPUS__DATABASE"] = f"sqlite:///{tmp_path}/mill/../mill/corpus.db"
    assert "import 1 in " in examined(mill, "--offline")["corpus database"][1]
