"""From staged files through the extract to batch files: whole, repeatable, and never from changed sources."""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from adapters.files.atomic import beside, sha256_of, write_whole
from adapters.files.batch_files import BatchFolder, BatchToWrite, Extract, WrittenBatch
from adapters.files.extract import read_extract, verify_extract, write_extract
from adapters.files.inbox import open_staged, verify_sources
from core.errors import BadInputError, RefusedError, StorageError
from core.exchange.prompts import default_prompt, prompt_sha256
from core.exchange.requests import Recipe
from core.pairs import ids
from core.planning.inventory import take_stock
from core.planning.make_plan import PlanTerms, make_plan
from core.planning.models import DEFAULT_MODEL, models_with
from core.wave.events import PlanSettings
from tests.framed import sent_in

if TYPE_CHECKING:
    from core.planning.plan import Plan

REAL = Path(__file__).parents[3] / "shared" / "data" / "wave2_staging"
MODEL = models_with()[DEFAULT_MODEL]
RECIPE = Recipe(default_prompt(), MODEL)


def stage(inbox: Path, **counts: int) -> None:
    inbox.mkdir(exist_ok=True)
    for indicator, count in counts.items():
        pairs = [
            {"question": f"{indicator} {n}?", "answer": f"ünicode\n{indicator} {n} " * 150, "topic": "t"}
            for n in range(count)
        ]
        document = {"session": 30, "indicator": indicator, "category": "dex", "qa_pairs": pairs}
        (inbox / f"{indicator}_qa_pairs.json").write_text(json.dumps(document), encoding="utf-8")


def plan_of(inbox: Path, low_count: str = "combine") -> Plan:
    stock = take_stock(open_staged([inbox], inbox).sources, inbox="inbox")
    terms = PlanTerms(2, 1, 205, MODEL, prompt_sha256(RECIPE.prompt), len(RECIPE.prompt))
    return make_plan(stock, PlanSettings("indicator", 100, low_count, 10, None), terms)


def write(tmp_path: Path, plan: Plan, inbox: Path, recipe: Recipe = RECIPE) -> list[WrittenBatch]:
    extract = write_extract(tmp_path / "wave2_extracted.json", plan, inbox)
    batches = [BatchToWrite(batch.number, batch.ranges) for batch in plan.batches]
    return BatchFolder(tmp_path / "submissions").write(Extract(extract.path, extract.sha256), batches, recipe)


def sent(file: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    return [pair for line in lines for pair in sent_in(line)]


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*.part")]


def test_the_extract_holds_every_pair_the_excluded_ones_last(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=120, fee=3, slippage=0)
    plan = plan_of(tmp_path / "inbox", "hold")
    written = write_extract(tmp_path / "wave2_extracted.json", plan, tmp_path / "inbox")
    document = json.loads(written.path.read_text(encoding="utf-8"))
    assert (document["wave"], len(document["pairs"])) == (2, 123)
    first, last = document["pairs"][0], document["pairs"][-1]
    assert (first["pair_id"], first["batch"], first["session"], first["indicator"]) == (
        "w2-s30-depth-001",
        205,
        30,
        "depth",
    )
    assert (first["category"], first["source"], first["excluded"]) == ("dex", "depth_qa_pairs.json", None)
    assert (last["pair_id"], last["batch"]) == ("w2-s30-fee-003", None)
    assert last["excluded"] == "low count: 3 pairs, fewer than 10; held back for a later wave"
    assert (written.sha256, written.size) == (sha256_of(written.path), written.path.stat().st_size)
    assert [pair.pair_id for pair in read_extract(written.path)] == [pair["pair_id"] for pair in document["pairs"]]


def test_batch_files_carry_the_planned_pairs_under_the_planned_requests(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=120, fee=3)
    plan = plan_of(tmp_path / "inbox")
    for planned, written in zip(plan.batches, write(tmp_path, plan, tmp_path / "inbox"), strict=True):
        assert written.file.path == tmp_path / "submissions" / f"batch_{planned.number}.jsonl"
        assert (written.file.sha256, written.file.size) == (
            sha256_of(written.file.path),
            written.file.path.stat().st_size,
        )
        assert [pair["pair_id"] for pair in sent(written.file.path)] == list(ids(planned.ranges))
        assert [pair for request in written.requests for pair in ids(request.ranges)] == list(ids(planned.ranges))
        assert len(written.requests) == planned.requests


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=120)
    first = write(tmp_path, plan_of(tmp_path / "inbox"), tmp_path / "inbox")
    before = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    assert write(tmp_path, plan_of(tmp_path / "inbox"), tmp_path / "inbox") == first
    after = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in after.items()} == {
        path: (stat.st_ino, stat.st_mtime_ns) for path, stat in before.items()
    }


def test_one_batch_of_a_wave_can_be_written_alone(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=20, fee=30)
    plan = plan_of(tmp_path / "inbox")
    extract = write_extract(tmp_path / "e.json", plan, tmp_path / "inbox")
    batch = BatchToWrite(206, plan.batches[1].ranges)
    written = BatchFolder(tmp_path / "s").write(Extract(extract.path, extract.sha256), [batch], RECIPE)
    assert [each.number for each in written] == [206]
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["batch_206.jsonl"]


@pytest.mark.parametrize("change", ["append", "swap", "delete"])
def test_a_source_that_changed_after_planning_is_refused(tmp_path: Path, change: str) -> None:
    inbox = tmp_path / "inbox"
    stage(inbox, depth=20, fee=30)
    plan = plan_of(inbox)
    file = inbox / "fee_qa_pairs.json"
    verify_sources(2, inbox, plan.sources)
    if change == "append":
        file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    elif change == "swap":
        stage(inbox, fee=29)
    else:
        file.unlink()
    with pytest.raises(RefusedError, match=r"fee_qa_pairs\.json .*plan wave 2 again"):
        verify_sources(2, inbox, plan.sources)
    with pytest.raises(RefusedError, match=r"fee_qa_pairs\.json"):
        write_extract(tmp_path / "wave2_extracted.json", plan, inbox)
    assert not (tmp_path / "wave2_extracted.json").exists()
    assert leftovers(tmp_path) == []


def test_an_excluded_source_that_changed_is_refused_too(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=20, slippage=0)
    plan = plan_of(tmp_path / "inbox")
    stage(tmp_path / "inbox", slippage=1)
    with pytest.raises(RefusedError, match=r"slippage_qa_pairs\.json"):
        write_extract(tmp_path / "e.json", plan, tmp_path / "inbox")


def test_a_changed_extract_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=20)
    plan = plan_of(tmp_path / "inbox")
    extract = write_extract(tmp_path / "e.json", plan, tmp_path / "inbox")
    extract.path.write_bytes(extract.path.read_bytes().replace(b"depth 7", b"depth 8"))
    batches = [BatchToWrite(205, plan.batches[0].ranges)]
    with pytest.raises(RefusedError, match="was changed after it was planned"):
        BatchFolder(tmp_path / "s").write(Extract(extract.path, extract.sha256), batches, RECIPE)
    assert not (tmp_path / "s").exists()


def test_a_missing_extract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="cannot be read"):
        verify_extract(tmp_path / "e.json", "sha")


def test_a_batch_that_is_not_in_the_extract_is_refused(tmp_path: Path) -> None:
    stage(tmp_path / "inbox", depth=20, fee=30)
    plan = plan_of(tmp_path / "inbox")
    extract = write_extract(tmp_path / "e.json", plan, tmp_path / "inbox")
    known = Extract(extract.path, extract.sha256)
    with pytest.raises(RefusedError, match="no pair of batch 300"):
        BatchFolder(tmp_path / "s").write(known, [BatchToWrite(300, plan.batches[0].ranges)], RECIPE)
    with pytest.raises(RefusedError, match="does not hold the 30 pairs of batch 205"):
        BatchFolder(tmp_path / "s").write(known, [BatchToWrite(205, plan.batches[1].ranges)], RECIPE)


@pytest.mark.parametrize("template", ["batch_{number}_proper.jsonl", "batch_{number:03d}.jsonl", "{number}"])
def test_a_template_names_every_batch_its_own_file(tmp_path: Path, template: str) -> None:
    assert BatchFolder(tmp_path, template).path(205) == tmp_path / template.format(number=205)


@pytest.mark.parametrize(
    "template",
    [
        "batch.jsonl",
        "../batch_{number}",
        "a/{number}",
        "a\\{number}",
        "{number}{wave}",
        "{number!x}",
        "{number:q}",
        "{",
        ".{number}",
        "{number.real}",
        "",
    ],
)
def test_a_template_that_could_not_is_refused(tmp_path: Path, template: str) -> None:
    with pytest.raises(BadInputError, match="template"):
        BatchFolder(tmp_path, template)


def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_whole(tmp_path / "a.json", b"old").path

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"a\.json cannot be written: the disk is full"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written"):
        write_whole(tmp_path / "file" / "a.json", b"new")


def test_a_file_that_is_given_up_leaves_the_old_one(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "a.json", b"old").path
    with suppress(ZeroDivisionError), beside(path) as writer:
        writer.write(b"new")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert leftovers(tmp_path) == []


@pytest.mark.skipif(not REAL.is_dir(), reason="the nine real files of wave 2 are not here")
def test_the_nine_real_files_become_seven_batches_of_701_pairs(tmp_path: Path) -> None:
    plan = plan_of(REAL)
    written = write(tmp_path, plan, REAL)
    assert [(batch.number, len(sent(batch.file.path))) for batch in written] == [
        (205, 100),
        (206, 100),
        (207, 100),
        (208, 100),
        (209, 100),
        (210, 100),
        (211, 101),
    ]
    assert msgspec.json.encode(plan.batches[-1].title) == b'"supply_rate + borrow_rate"'
    assert len({pair["pair_id"] for batch in written for pair in sent(batch.file.path)}) == 701
