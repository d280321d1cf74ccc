from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from tests.corpora import came_home
from tests.workspaces import Mill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFINED = "results/batch_205_refined.jsonl"
OTHER = "results/batch_206_refined.jsonl"


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mill]:
    with came_home(tmp_path_factory.mktemp("corpus")) as mill:
        yield mill


@pytest.fixture
def home(wave: Mill, tmp_path: Path) -> Mill:
    """Give a workspace of its own in which the wave came home."""
    shutil.copytree(wave.root, tmp_path / "mill")
    return Mill(tmp_path / "mill")


def test_the_corpus_holds_every_refined_pair_of_the_balance_and_says_where_it_comes_from(home: Mill) -> None:
    built = home.json("corpus build")

    rows = pq.read_table(home.root / built["folder"]).to_pylist()
    refined = [pair["pair_id"] for pair in home.json("balance --which refined")["pairs"]]
    assert (built["new"], built["manifest"]["rows"], len(rows)) == (True, 23, 23)
    assert sorted(row["pair_id"] for row in rows) == sorted(refined)
    assert [row["row"] for row in rows] == list(range(23))
    repaired = [row["pair_id"] for row in rows if row["round"] == 1]
    assert repaired == [f"w2-s30-a-00{n}" for n in (1, 2, 3, 4, 5, 6, 8)]
    assert {(row["wave"], row["batch"], row["indicator"], row["source"]) for row in rows} == {
        (2, 205, "a", "a_qa_pairs.json"),
        (2, 206, "b", "b_qa_pairs.json"),
    }
    (way,) = [row for row in rows if row["pair_id"] == "w2-s30-b-003"]
    shown = home.json("pair w2-s30-b-003")
    assert (way["question"], way["answer"]) == (shown["question"]["after"], shown["answer_text"]["after"])
    assert way["before"] == "submissions/wave2_extracted.json"


def test_the_count_closes_with_the_balance_in_what_is_printed(home: Mill) -> None:
    shown = home.run("corpus build")

    assert [line.split() for line in shown.splitlines() if line.startswith("   2")] == [
        ["2", "27", "23", "23", "3", "excluded,", "1", "given", "up"]
    ]


def test_building_again_changes_nothing_and_says_so(home: Mill) -> None:
    home.run("corpus build")
    before = home.files()

    assert "nothing to do" in home.run("corpus build")
    assert home.files() == before


def test_building_elsewhere_from_the_same_files_gives_the_same_bytes(home: Mill) -> None:
    home.run("corpus build")
    before = home.files()
    shutil.rmtree(home.root / "corpus")

    home.run("corpus build")

    assert home.files() == before


def test_a_part_that_was_damaged_is_built_again(home: Mill) -> None:
    home.run("corpus build")
    before = home.files()
    (part,) = home.root.glob("corpus/build-*/wave-0002/*.parquet")
    part.write_bytes(b"words")

    assert "nothing to do" not in home.run("corpus build")
    assert home.files() == before


def test_every_missing_or_altered_file_is_named_and_nothing_is_written(home: Mill) -> None:
    (home.root / REFINED).unlink()
    with (home.root / OTHER).open("ab") as file:
        file.write(b"\n")

    said = home.refused("corpus build")

    assert f"{REFINED} is missing; {OTHER} is not as it was recorded" in said
    assert not list(home.root.glob("corpus/*"))


def test_a_line_that_was_edited_is_found_and_the_corpus_stays_as_it_was(home: Mill) -> None:
    home.run("corpus build")
    before = (home.root / "corpus/build.json").read_bytes()
    shutil.rmtree(next(home.root.glob("corpus/build-*")))
    path = home.root / REFINED
    path.write_bytes(path.read_bytes().replace(b"refined_answer", b"refined_answes", 1))

    assert f"{REFINED} is not as it was recorded" in home.refused("corpus build")
    assert (home.root / "corpus/build.json").read_bytes() == before


def test_an_extract_that_was_altered_is_named(home: Mill) -> None:
    path = home.root / "submissions/wave2_extracted.json"
    path.write_bytes(path.read_bytes().replace(b'"session":30', b'"session":31', 1))

    assert "submissions/wave2_extracted.json is not as it was recorded" in home.refused("corpus build")


def test_a_wave_that_was_not_accepted_is_taken_only_when_it_is_named(home: Mill) -> None:
    home.put("c.json", {"indicator": "c", "qa_pairs": [{"question": "What is c?", "answer": "It is c. " * 20}]})
    home.run("plan --wave 3 inbox/c.json --accept-findings")

    assert [wave["wave"] for wave in home.json("corpus build")["manifest"]["waves"]] == [2]
    assert "none of these waves has a refined pair" in home.refused("corpus build --wave 3")
    assert "no wave 4" in home.refused("corpus build --wave 4")


def test_a_workspace_without_refined_pairs_says_what_to_do(offline: Mill) -> None:
    offline.run("init")

    assert "`batchmill waves`" in offline.refused("corpus build")


def test_without_the_extra_it_says_what_to_install(home: Mill) -> None:
    program = (
        "import sys; sys.modules['pyarrow'] = None; sys.argv = ['batchmill', 'corpus', 'build']; import cli.app"
    )

    said = home.refused("corpus build", home.python(f"{program}; cli.app.main()"))

    assert "pip install 'batchmill[corpus]'" in said
    ended = home.python(program.replace("'corpus', 'build'", "'balance'") + "; cli.app.main()")
    assert (ended.status, ended.stderr) == (0, "")


def test_what_a_model_says_as_a_judge_is_no_part_of_the_corpus(tmp_path: Path) -> None:
    with came_home(tmp_path, scenario="") as mill:
        mill.run("judge --wave 2 --all --yes")
        mill.run("run --until-idle")

        built = mill.json("corpus build")

    assert [row["label"] for row in mill.json("status")["batches"] if row["kind"] == "judge"] == ["j1"]
    rows = pq.read_table(mill.root / built["folder"]).to_pylist()
    assert {row["batch"] for row in rows} == {205, 206}
    assert len(rows) == 24


def test_a_rejected_wave_is_left_out_unless_it_is_named(home: Mill) -> None:
    home.run("reject --wave 2 --reason 'it reads badly'")

    assert "no wave with refined pairs was accepted yet" in home.refused("corpus build")
    assert [wave["wave"] for wave in home.json("corpus build --wave 2")["manifest"]["waves"]] == [2]


def _faults(findings: list[dict[str, Any]]) -> set[str]:
    return {one["finding"]["check"] for one in findings if one["finding"]["severity"] == "fault"}


def test_each_pair_has_the_verdict_of_the_last_assessment(home: Mill) -> None:
    before = pq.read_table(home.root / home.json("corpus build")["folder"]).to_pylist()
    home.run("assess --wave 2")
    built = home.json("corpus build")

    assert {row["verdict"] for row in before} == {None}
    path = next(home.root.glob("**/wave_2_quality.jsonl"))
    found = {
        each["pair_id"]: _faults(each["findings"])
        for each in map(json.loads, path.read_text("utf-8").splitlines())
    }
    for row in pq.read_table(home.root / built["folder"]).to_pylist():
        checks = found[row["pair_id"]]
        assert (row["verdict"], set(row["verdict_reasons"])) == ("faulty" if checks else "sound", checks)


def test_an_assessment_that_was_altered_is_named(home: Mill) -> None:
    home.run("assess --wave 2")
    path = next(home.root.glob("**/wave_2_quality.jsonl"))
    path.write_bytes(path.read_bytes().replace(b'"gain"', b'"gaim"', 1))

    assert f"{path.relative_to(home.root)} is not as it was recorded" in home.refused("corpus build")
