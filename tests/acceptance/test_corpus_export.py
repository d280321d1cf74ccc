from __future__ import annotations

import errno
import json
import shutil
from typing import TYPE_CHECKING, Any
from unittest import mock

import pyarrow.parquet as pq
import pytest

from tests.corpora import came_home
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    """Give a corpus of 23 pairs, seen as duplicates only where they are exactly alike, so that all stay."""
    with came_home(tmp_path_factory.mktemp("export")) as mill:
        mill.run("corpus build")
        mill.run("corpus dedup --threshold 1")
        yield mill


@pytest.fixture
def home(corpus: Mill, tmp_path: Path) -> Mill:
    shutil.copytree(corpus.root, tmp_path / "mill")
    return Mill(tmp_path / "mill")


def folder(mill: Mill, form: str) -> Path:
    return next(mill.root.glob(f"corpus/export-{form}-*"))


def exported(mill: Mill, form: str, options: str = "") -> dict[str, list[dict[str, Any]]]:
    """Export and return the records of each split."""
    manifest = mill.json(f"corpus export --format {form} {options}")["manifest"]
    found: dict[str, list[dict[str, Any]]] = {"train": [], "validation": []}
    for part in manifest["parts"]:
        path = folder(mill, form) / part["path"]
        split = path.name.partition(".")[0].partition("-")[0]
        if path.suffix == ".parquet":
            found[split] += pq.read_table(path).to_pylist()
        elif path.suffix == ".jsonl":
            found[split] += map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert {split: len(records) for split, records in found.items()} == {
        split: manifest[split] for split in ("train", "validation")
    }
    return found


def test_jsonl_and_parquet_hold_every_column_of_every_pair(home: Mill) -> None:
    corpus = pq.read_table(next(home.root.glob("corpus/build-*"))).to_pylist()

    for form in ("jsonl", "parquet", "hf"):
        found = exported(home, form, "--validation 0.4")
        together = sorted(found["train"] + found["validation"], key=lambda row: row["row"])
        assert together == corpus
        assert found["train"]
        assert found["validation"]


def test_every_form_has_the_same_pairs_in_the_same_splits(home: Mill) -> None:
    questions = {
        form: {split: [row["question"] for row in rows] for split, rows in exported(home, form).items()}
        for form in ("jsonl", "parquet", "hf")
    }
    chat = {
        split: [row["messages"][0]["content"] for row in rows] for split, rows in exported(home, "chat").items()
    }
    alpaca = {split: [row["instruction"] for row in rows] for split, rows in exported(home, "alpaca").items()}

    assert questions["jsonl"] == questions["parquet"] == questions["hf"] == chat == alpaca


def test_duplicates_are_left_out_or_go_along_without_being_parted(home: Mill) -> None:
    home.run("corpus dedup")  # at 0.8 all the pairs of this wave are one cluster

    kept = exported(home, "jsonl", "--validation 0.5")
    everything = exported(home, "jsonl", "--validation 0.5 --archived")

    assert len(kept["train"] + kept["validation"]) == 1
    assert sorted(map(len, everything.values())) == [0, 23]


def test_a_card_stands_beside_the_data(home: Mill) -> None:
    home.run("corpus export --format hf --license CC-BY-4.0")

    card = (folder(home, "hf") / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    assert "path: data/train-*.parquet" in card
    assert "23 pairs" in card
    assert "**23 emulated answers**" in card


def test_exporting_again_changes_nothing_and_other_terms_replace_it(home: Mill) -> None:
    home.run("corpus export --format chat")
    before = home.files()

    assert "nothing to do" in home.run("corpus export --format chat")
    assert home.files() == before
    home.run("corpus export --format chat --system 'Be brief.'")
    assert len(list(home.root.glob("corpus/export-chat-*"))) == 1
    assert home.run("corpus export --format chat").count("nothing to do") == 0
    assert home.files() == before


def test_what_cannot_be_done_is_said(home: Mill) -> None:
    assert "must be an SPDX id" in home.refused("corpus export --format hf --license 'mine: all'")
    assert home.call("corpus export --format csv").status == 2
    assert home.call("corpus export --format hf --system 'Be brief.'").status == 2
    shutil.rmtree(next(home.root.glob("corpus/dedup-*")))
    assert "run `batchmill corpus dedup` again" in home.refused("corpus export --format hf")
    (home.root / "corpus/dedup.json").unlink()
    assert "run `batchmill corpus dedup` first" in home.refused("corpus export --format hf")
    assert not list(home.root.glob("corpus/export*"))


def test_a_full_disk_leaves_the_former_export_as_it_was(home: Mill) -> None:
    home.run("corpus export --format jsonl")
    before = home.files()

    with mock.patch("adapters.corpus.exporting.record", side_effect=OSError(errno.ENOSPC, "No space left")):
        said = home.refused("corpus export --format jsonl --seed 2")

    assert "cannot be written: the disk is full; make room" in said
    assert home.files() == before


def test_each_step_is_on_record_once_with_what_it_was_made_from(home: Mill) -> None:
    home.run("corpus export --format chat")
    home.run("corpus export --format chat")
    home.run("corpus dedup --threshold 1")
    events = home.json("history corpus")["events"]
    assert [event["type"] for event in events] == ["corpus.built", "corpus.deduplicated", "corpus.exported"]
    built, found, exported = (event["event"] for event in events)
    assert built["rows"] == 23
    assert found["build"] == exported["build"] == built["fingerprint"]
    assert exported["dedup"] == found["fingerprint"]
    assert "no faults" in home.run("history --verify")


def test_a_step_that_was_killed_before_it_was_recorded_is_recorded_when_it_is_asked_for_again(home: Mill) -> None:
    with mock.patch("cli.corpus_recording.NewEvent", side_effect=KeyboardInterrupt):
        home.call("corpus export --format alpaca")
    assert [path.name for path in home.root.glob("corpus/export-alpaca.json")]
    assert "corpus.exported" not in home.run("history corpus")
    home.run("corpus export --format alpaca")
    assert "corpus.exported" in home.run("history corpus")
