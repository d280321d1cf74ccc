"""Steps that follow a corpus: only from what the ledger vouches for, and mended by doing them again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.corpora import came_home
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLLOWING = (
    "corpus dedup --threshold 1",
    "corpus export --format jsonl",
    "corpus embed --dry-run",
    "corpus import",
    "corpus dedup --which archived",
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with came_home(tmp_path_factory.mktemp("standing")) as mill:
        shutil.copy(mill.root / "batchmill.db", mill.root / "older.db")
        mill.run("corpus build")
        mill.run("corpus dedup --threshold 1")
        yield mill


@pytest.fixture
def home(corpus: Mill, tmp_path: Path) -> Mill:
    shutil.copytree(corpus.root, tmp_path / "mill")
    return Mill(tmp_path / "mill")


def test_nothing_follows_from_a_corpus_one_of_whose_waves_was_rejected(home: Mill) -> None:
    home.run("reject --wave 2 --reason 'it reads badly'")
    before = home.files()

    for line in FOLLOWING:
        refusal = home.refused(line)
        assert (
            "wave 2, which the corpus was built from, was rejected since; run `batchmill corpus build`" in refusal
        )
    assert home.files() == before
    assert not (home.root / "corpus.db").exists()


def test_a_rejected_wave_that_is_named_again_is_on_record_and_may_be_used(home: Mill) -> None:
    home.run("reject --wave 2 --reason 'it reads badly'")

    assert home.json("corpus build --wave 2")["new"] is False
    home.run("corpus build --wave 2")

    home.run("corpus export --format jsonl")
    types = [event["type"] for event in home.json("history corpus")["events"]]
    assert types == ["corpus.built", "corpus.deduplicated", "corpus.built", "corpus.exported"]


def test_a_corpus_of_a_wave_that_was_accepted_again_goes_on(home: Mill) -> None:
    home.run("reject --wave 2 --reason 'it reads badly'")
    home.run("accept --wave 2 --reason 'read again, it is well'")

    home.run("corpus export --format jsonl")


def test_a_corpus_that_the_ledger_does_not_know_is_named_and_recorded_by_building_again(home: Mill) -> None:
    for name in ("batchmill.db-wal", "batchmill.db-shm"):
        (home.root / name).unlink(missing_ok=True)
    shutil.copy(home.root / "older.db", home.root / "batchmill.db")

    for line in FOLLOWING:
        refusal = home.refused(line)
        assert "corpus/build.json is not what the ledger has of the last `corpus build`" in refusal
        assert "run `batchmill corpus build` again" in refusal
    assert home.json("corpus build")["new"] is False
    assert "corpus/dedup.json is not what the ledger has" in home.refused("corpus export --format jsonl")
    assert home.json("corpus dedup --threshold 1")["new"] is False
    home.run("corpus export --format jsonl")


@pytest.mark.parametrize("content", ["", '{"fingerprint": 7}'], ids=["empty", "another shape"])
def test_a_damaged_manifest_is_mended_by_its_step(home: Mill, content: str) -> None:
    whole = home.files()
    for step, again in (("build", "corpus build"), ("dedup", "corpus dedup --threshold 1")):
        (home.root / f"corpus/{step}.json").write_text(content, encoding="utf-8")

        refusal = home.refused("corpus export --format jsonl")
        assert f"corpus/{step}.json is damaged" in refusal
        assert f"run `batchmill corpus {step}` again" in refusal
        home.run(again)

    assert {path: sha for path, sha in home.files().items() if path.startswith("corpus/")} == {
        path: sha for path, sha in whole.items() if path.startswith("corpus/")
    }
    home.run("corpus export --format jsonl")
    (home.root / "corpus/export-jsonl.json").write_text(content, encoding="utf-8")
    assert home.json("corpus export --format jsonl")["new"] is True


def test_a_manifest_with_another_number_in_it_is_no_manifest(home: Mill) -> None:
    path = home.root / "corpus/build.json"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"rows": 23', b'"rows": 24', 1))

    assert "corpus/build.json is not what the ledger has" in home.refused("corpus dedup --threshold 1")
    assert home.json("corpus build")["new"] is True

    assert path.read_bytes() == whole
    assert home.json("corpus dedup --threshold 1")["new"] is False
