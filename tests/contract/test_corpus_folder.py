"""The corpus on a real disk: whole or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow.parquet as pq
import pytest

from adapters.corpus import parts
from adapters.corpus.folder import CorpusFolder
from adapters.corpus.parts import read_columns, write_parts
from core.corpus.manifest import Part
from core.errors import BadInputError, RefusedError, StorageError
from tests.corpora import rows_of

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "a" * 64, "b" * 64


class Said(msgspec.Struct):
    word: str


def commit(home: CorpusFolder, fingerprint: str, word: str) -> str:
    with home.begin("build", fingerprint) as step:
        (step.path / "wave-0002").mkdir()
        (step.path / "wave-0002/part.txt").write_text(word, encoding="utf-8")
        step.commit(Said(word))
    return step.name


def half_way(home: CorpusFolder, fingerprint: str) -> None:
    with home.begin("build", fingerprint) as step:
        (step.path / "half").write_text("half", encoding="utf-8")
        raise ZeroDivisionError


def names(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name != ".lock")


def test_a_step_counts_from_the_moment_its_manifest_stands(tmp_path: Path) -> None:
    home = CorpusFolder(tmp_path / "corpus")
    assert home.manifest("build", Said) is None

    name = commit(home, ONE, "first")

    assert home.manifest("build", Said) == Said("first")
    assert names(home.root) == [name, "build.json"]
    assert (home.root / name / "wave-0002/part.txt").read_text(encoding="utf-8") == "first"


def test_a_step_that_goes_wrong_leaves_the_former_one_as_it_was(tmp_path: Path) -> None:
    home = CorpusFolder(tmp_path)
    name = commit(home, ONE, "first")

    with pytest.raises(ZeroDivisionError):
        half_way(home, TWO)

    assert home.manifest("build", Said) == Said("first")
    assert names(home.root) == [name, "build.json"]


def test_what_a_killed_step_left_is_removed_by_the_next(tmp_path: Path) -> None:
    home = CorpusFolder(tmp_path)
    (tmp_path / ".build-aaaaaaaaaaaa.part").mkdir()
    (tmp_path / f"build-{ONE[:12]}").mkdir()  # renamed, and killed before it counted

    name = commit(home, ONE, "whole")

    assert names(tmp_path) == [name, "build.json"]
    assert home.manifest("build", Said) == Said("whole")


def test_the_step_it_replaces_is_removed_and_no_other_folder(tmp_path: Path) -> None:
    home = CorpusFolder(tmp_path)
    commit(home, ONE, "first")
    (tmp_path / "build-of-mine").mkdir()

    name = commit(home, TWO, "second")

    assert names(tmp_path) == [name, "build-of-mine", "build.json"]


def test_two_steps_do_not_write_at_once(tmp_path: Path) -> None:
    home = CorpusFolder(tmp_path)

    with home.locked(), pytest.raises(RefusedError, match="another `batchmill corpus` command"):
        commit(CorpusFolder(tmp_path), ONE, "second")


@pytest.mark.parametrize(
    ("step", "command"), [("build", "corpus build"), ("export-jsonl", "corpus export --format jsonl")]
)
def test_a_manifest_that_is_damaged_is_named_with_the_command_that_writes_it_anew(
    tmp_path: Path, step: str, command: str
) -> None:
    (tmp_path / f"{step}.json").write_text('{"word": 7}', encoding="utf-8")
    home = CorpusFolder(tmp_path)

    with pytest.raises(BadInputError, match=rf"{step}\.json is damaged .*; run `batchmill {command}` again"):
        home.manifest(step, Said)
    assert home.former(step, Said) is None


def test_a_manifest_that_the_disk_does_not_give_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    (tmp_path / "build.json").mkdir()

    with pytest.raises(StorageError, match=r"build\.json cannot be read"):
        CorpusFolder(tmp_path).former("build", Said)


def test_parts_are_of_bounded_size_and_read_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS_A_PART", 5)
    monkeypatch.setattr(parts, "ROWS_A_GROUP", 2)
    rows = rows_of([(f"Question {n}?", f"Answer {n} \x00 «é»") for n in range(12)], flags=["outdated"])

    written = list(write_parts(tmp_path, "wave-0002", rows))

    assert [(part.path, part.rows) for part in written] == [
        ("wave-0002/part-00000.parquet", 5),
        ("wave-0002/part-00001.parquet", 5),
        ("wave-0002/part-00002.parquet", 2),
    ]
    groups = list(read_columns([tmp_path / part.path for part in written], ["row", "answer", "flags"]))
    assert [row for group in groups for row in group["row"]] == list(range(12))
    assert max(len(group["row"]) for group in groups) == 2
    assert groups[0]["answer"] == [row.answer for row in rows[:2]]
    assert groups[0]["flags"] == [["outdated"], ["outdated"]]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = rows_of([("What is TVL?", "All that is locked.")] * 3)

    first, second = (list(write_parts(tmp_path / name, "wave-0002", rows)) for name in ("one", "two"))

    assert first == second
    metadata = pq.read_metadata(tmp_path / "one" / first[0].path)
    assert metadata.row_group(0).column(0).compression == "ZSTD"


def test_a_part_that_is_missing_or_altered_is_named(tmp_path: Path) -> None:
    home = CorpusFolder(tmp_path)
    with home.begin("build", ONE) as step:
        written = tuple(write_parts(step.path, "wave-0002", rows_of([("a", "b")])))
        step.commit(Said("whole"))
    path = tmp_path / step.name / written[0].path

    assert home.differing(step.name, written) is None
    path.write_bytes(path.read_bytes() + b"\n")
    assert home.differing(step.name, written) == f"{path} was changed"
    assert home.differing(step.name, written, "noon") == f"{path} was changed since noon"
    assert "cannot be read" in (home.differing(step.name, [Part("gone.parquet", 1, 1, ONE)]) or "")


def test_a_disk_that_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "wave-0002").write_text("in the way", encoding="utf-8")

    with pytest.raises(StorageError, match="cannot be written"):
        list(write_parts(tmp_path, "wave-0002", rows_of([("a", "b")])))


def test_a_file_that_is_no_parquet_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_text("words", encoding="utf-8")

    with pytest.raises(StorageError, match="cannot be read"):
        list(read_columns([tmp_path / "a.parquet"], ["row"]))
