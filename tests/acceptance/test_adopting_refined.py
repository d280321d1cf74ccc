"""Refined pairs of an older wave that already lie on disk are taken over, with the checks of a download."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from adapters.emulator.settings import EmulatorSettings
from tests import older_wave
from tests.older_wave import size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.workspaces import Mill


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    """Let jobs that run go on running."""
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=3_000)


@pytest.fixture
def adopted(offline: Mill, adopted_wave: Path) -> Mill:
    """Give a workspace that has taken over the older wave, and no provider."""
    shutil.copytree(adopted_wave, offline.root, dirs_exist_ok=True)
    return offline


def refined(number: int, first: int = 0, last: int | None = None) -> list[dict[str, Any]]:
    """Return answers to pairs of a batch, as the older process would have kept them."""
    return [
        {
            "pair_id": pair["pair_id"],
            "refined_question": f"What should one know about {pair['question']}?",
            "refined_answer": f"In short: {pair['answer']}",
            "quality_scores": {"overall": 88},
        }
        for pair in older_wave.pairs()[number][first:last]
    ]


def lines(path: Path, answers: Sequence[object]) -> Path:
    path.write_text("".join(f"{json.dumps(answer)}\n" for answer in answers), encoding="utf-8")
    return path


def balance(mill: Mill) -> tuple[int, int]:
    """Return how many pairs are refined and how many missing."""
    found = mill.json("balance")["total"]
    assert sum(found[place] for place in found if place != "staged") == found["staged"]
    return found["refined"], found["missing"]


def row(mill: Mill, number: int) -> dict[str, Any]:
    [found] = mill.json(f"status {number}")["batches"]
    return dict(found)


def sound(mill: Mill) -> bool:
    checked = mill.json("replay --check")
    return (mill.json("history --verify")["faults"], checked["differences"], checked["files"]) == ([], [], [])


def test_a_file_of_refined_pairs_brings_its_batch_home(adopted: Mill, tmp_path: Path) -> None:
    [told] = adopted.json(f"adopt refined {lines(tmp_path / 'refined.jsonl', refined(5))}")

    assert (told["found"], told["taken"], told["batches"], told["findings"]) == (size(5), size(5), [5], [])
    assert (row(adopted, 5)["status"], row(adopted, 5)["known"]) == ("downloaded", "adopted")
    assert balance(adopted) == (size(5), 0)
    way = adopted.json("pair w1-adopted-b005-002")
    assert (way["place"], way["passages"][0]["original"]) == ("refined", "295_1")
    assert way["answer_text"]["after"].startswith("In short: ")
    assert sound(adopted)


@pytest.mark.parametrize("indent", [None, 2])
def test_so_does_one_json_document_whatever_its_shape(adopted: Mill, tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "all.json"
    path.write_text(json.dumps({"refined_pairs": refined(5) + refined(6)}, indent=indent))

    [told] = adopted.json(f"adopt refined {path}")

    assert (told["taken"], told["batches"]) == (size(5) + size(6), [5, 6])
    assert balance(adopted) == (size(5) + size(6), 0)
    assert sound(adopted)


def test_so_do_a_providers_result_lines(adopted: Mill, tmp_path: Path) -> None:
    text = f"```json\n{json.dumps(refined(22), indent=2)}\n```"
    candidate = {"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}
    path = lines(tmp_path / "batch_022_results.jsonl", [{"response": {"candidates": [candidate]}}])

    [told] = adopted.json(f"adopt refined {path}")

    assert (told["taken"], told["batches"]) == (size(22), [22])
    assert sound(adopted)


def test_what_comes_in_two_parts_is_put_together(adopted: Mill, tmp_path: Path) -> None:
    first = lines(tmp_path / "one.jsonl", refined(5, 0, 4))
    second = lines(tmp_path / "two.jsonl", refined(5))

    adopted.run(f"adopt refined {first}")
    assert balance(adopted) == (4, size(5) - 4)
    part = row(adopted, 5)["refined_path"]
    [told] = adopted.json(f"adopt refined {second}")

    assert (told["taken"], told["passed_over"]) == (size(5) - 4, 4)
    assert balance(adopted) == (size(5), 0)
    whole = row(adopted, 5)["refined_path"]
    ids = [json.loads(line)["pair_id"] for line in (adopted.root / whole).read_bytes().splitlines()]
    assert ids == [f"w1-adopted-b005-{place:03d}" for place in range(1, size(5) + 1)]
    assert part != whole
    assert (adopted.root / part).is_file(), "what stood is not written over"
    assert sound(adopted)


def test_taking_it_over_twice_changes_nothing(adopted: Mill, tmp_path: Path) -> None:
    path = lines(tmp_path / "refined.jsonl", refined(5))
    adopted.run(f"adopt refined {path}")
    events, files = adopted.events(), adopted.files()

    [told] = adopted.json(f"adopt refined {path}")

    assert (told["taken"], told["passed_over"]) == (0, size(5))
    assert (adopted.events(), adopted.files()) == (events, files)


def test_an_id_of_several_batches_is_attributed_only_where_the_batch_is_named(
    adopted: Mill, tmp_path: Path
) -> None:
    path = lines(tmp_path / "refined.jsonl", refined(23))

    [told] = adopted.json(f"adopt refined {path}")
    assert told["taken"] == size(23) - 13, "the ids beyond those of batches 22 and 24 are batch 23's alone"
    assert "id-ambiguous" in {finding["code"] for finding in told["findings"]}

    [told] = adopted.json(f"adopt refined {path} --batch 23")
    assert (told["taken"], told["findings"]) == (13, [])
    assert balance(adopted) == (size(23), 0)
    assert sound(adopted)


def test_what_cannot_be_used_is_a_finding_and_its_pair_stays_missing(adopted: Mill, tmp_path: Path) -> None:
    good = refined(5)
    broken: list[object] = [{**good[0], "refined_answer": ""}, {"refined_question": "Whose?"}, *good[1:4]]
    path = lines(tmp_path / "refined.jsonl", broken)
    path.write_text(path.read_text() + json.dumps(good[4])[:80])

    [told] = adopted.json(f"adopt refined {path}")

    assert told["taken"] == 3
    assert {finding["code"] for finding in told["findings"]} >= {"malformed", "id-missing"}
    assert balance(adopted) == (3, size(5) - 3)
    assert sound(adopted)


def test_refined_pairs_of_a_batch_whose_job_is_lost_are_taken_all_the_same(taken: Mill, tmp_path: Path) -> None:
    taken.run("reconcile")
    before = balance(taken)
    assert row(taken, 12)["status"] == "failed"

    taken.run(f"adopt refined {lines(tmp_path / 'refined.jsonl', refined(12, 0, 9))}")

    assert row(taken, 12)["status"] == "downloaded"
    assert balance(taken) == (before[0] + 9, before[1] - 9)
    shown = taken.json("replan --wave 1 --only incomplete --dry-run")
    assert [(each["batch"], len(each["pair_ids"])) for each in shown["portions"]] == [(12, size(12) - 9)]
    assert sound(taken)


def test_a_batch_whose_pairs_repairs_carry_takes_none_over(taken: Mill, tmp_path: Path) -> None:
    taken.run("reconcile")
    taken.run("replan --wave 1 --only lost")
    events = taken.events()

    [told] = taken.json(f"adopt refined {lines(tmp_path / 'refined.jsonl', refined(12))}")

    assert (told["taken"], told["passed_over"]) == (0, size(12))
    assert taken.events() == events


def test_a_batch_under_way_takes_none_over(taken: Mill, tmp_path: Path) -> None:
    taken.run("reconcile")
    assert row(taken, 9)["status"] in {"submitted", "processing"}

    [told] = taken.json(f"adopt refined {lines(tmp_path / 'refined.jsonl', refined(9))}")

    assert told["taken"] == 0


def test_a_file_that_is_none_and_a_batch_that_there_is_not_are_named(adopted: Mill, tmp_path: Path) -> None:
    assert str(tmp_path) in adopted.refused(f"adopt refined {tmp_path}")
    path = lines(tmp_path / "refined.jsonl", refined(5))
    assert "the ledger has no batch 99" in adopted.refused(f"adopt refined {path} --batch 99")
    assert "no refined pair" in adopted.run(f"adopt refined {lines(tmp_path / 'empty.jsonl', [])}")
    assert balance(adopted) == (0, 0)


def test_refined_pairs_that_were_taken_over_are_in_the_corpus(adopted: Mill, tmp_path: Path) -> None:
    adopted.run(f"adopt refined {lines(tmp_path / 'refined.jsonl', refined(5))}")
    adopted.run("accept --wave 1 --reason 'what came home is fine'")

    built = adopted.json("corpus build")

    rows = pq.read_table(adopted.root / built["folder"]).to_pylist()
    assert (len(rows), {row["batch"] for row in rows}) == (size(5), {5})
    assert rows[1]["pair_id"] == "w1-adopted-b005-002"
    assert rows[1]["answer"].startswith("In short: ")
