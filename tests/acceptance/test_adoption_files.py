"""Files of an older process on a disk: missing, hostile, huge, or somewhere else than they should be."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from adapters.files.adopted_batches import AdoptedBatchFile, read_facts
from adapters.files.adopted_jobs import read_job_list
from adapters.files.adopted_refined import AdoptedRefinedFile
from adapters.files.adopted_tracking import read_tracking
from core.adoption.attribution import Attribution
from core.adoption.forms import FileForm
from core.adoption.pair_ids import adopt_ids
from core.adoption.tracking import ClaimedBatch
from core.errors import BadInputError
from core.exchange.lines import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAIRS = json.dumps([{"pair_id": "1_0", "question": "Q?", "answer": "A."}])
REQUEST = json.dumps({"request": {"contents": [{"parts": [{"text": f"Q&A PAIRS TO REFINE:\n{PAIRS}"}]}]}})
REFINED = {"pair_id": "1_0", "refined_question": "Q?", "refined_answer": "A."}
READERS: list[Callable[[Path], object]] = [
    read_tracking,
    read_job_list,
    lambda path: list(AdoptedRefinedFile(path, Attribution([])).answers()),
]


def claimed(path: str = "sent\\b1.jsonl") -> ClaimedBatch:
    return ClaimedBatch(1, path, path.replace("\\", "/"), 1, None, None, None, "batches[0]")


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_cannot_be_read_is_named(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "absent.json", tmp_path, tmp_path / "pipe", tmp_path / "a\0b"):
        with pytest.raises(BadInputError, match=r"absent|test_|pipe|a"):
            read(path)


@pytest.mark.parametrize(
    "content", [b"", b"no", b"{", b"7", b"{}", b'{"batches": 7}', b"\xff\xfe{", b"[" * 100_000]
)
def test_what_is_no_tracking_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "batch_tracking.json"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"batch_tracking\.json"):
        read_tracking(path)


@pytest.mark.parametrize("place", ["sent/b1.jsonl", "b1.jsonl"])
def test_a_claimed_file_is_found_below_the_folder_or_in_it(place: str, tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    (tmp_path / place).write_text(REQUEST)
    facts = read_facts(claimed(), tmp_path)
    assert (facts.pairs, facts.size, facts.sha256) == (1, len(REQUEST), sha256(REQUEST.encode()).hexdigest())


def test_the_folder_may_be_the_one_that_the_claimed_path_begins_with(tmp_path: Path) -> None:
    (tmp_path / "sent" / "deep").mkdir(parents=True)
    (tmp_path / "sent" / "deep" / "b1.jsonl").write_text(REQUEST)
    assert read_facts(claimed("sent\\deep\\b1.jsonl"), tmp_path / "sent").pairs == 1


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").write_text(REQUEST)
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "b1.jsonl").symlink_to(tmp_path / "secret.jsonl")
    facts = read_facts(claimed(), folder)
    assert (facts.at_hand, [finding.code for finding in facts.findings]) == (False, ["leads-out"])


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    facts = read_facts(claimed(), tmp_path / "nowhere")
    assert (facts.at_hand, [finding.code for finding in facts.findings]) == (False, ["file-missing"])


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\n\n\n"])
def test_marks_and_line_ends_change_nothing(ends: bytes, tmp_path: Path) -> None:
    (tmp_path / "b1.jsonl").write_bytes(b"\xef\xbb\xbf" + REQUEST.encode() + ends)
    facts = read_facts(claimed(), tmp_path)
    assert (facts.form, facts.pairs, facts.findings) == (FileForm.ONE_REQUEST, 1, ())


def test_a_line_beyond_the_bound_is_passed_over_and_its_bytes_are_still_hashed(tmp_path: Path) -> None:
    content = b"x" * 100_000 + b"\n" + REQUEST.encode()
    (tmp_path / "b1.jsonl").write_bytes(content)
    file = AdoptedBatchFile(claimed(), tmp_path, longest=1_000)
    assert [request.line for request in file.requests()] == [2]
    assert (file.facts.size, file.facts.sha256) == (len(content), sha256(content).hexdigest())
    assert [finding.code for finding in file.facts.findings] == ["line-too-long"]
    assert not file.facts.whole


def test_a_line_of_a_gigabyte_takes_no_gigabyte(tmp_path: Path) -> None:
    with (tmp_path / "b1.jsonl").open("wb") as stream:
        stream.truncate(1 << 30)
    facts = read_facts(claimed(), tmp_path)
    assert facts.size == 1 << 30
    assert "line-too-long" in [finding.code for finding in facts.findings]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "content",
    [b"\0" * 50, b"\xff" * 50, b"\xff\xfea", b"[" * 200_000, b'{"a":' * 50_000, b'"\\ud800"', b"9" * 9_000],
)
def test_nothing_in_a_file_makes_a_reader_fail_in_any_other_way(
    read: Callable[[Path], object], content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    try:
        read(path)
    except BadInputError as error:
        assert str(path) in str(error)  # noqa: PT017 - it may be raised, and need not


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("shape", [REFINED, [REFINED], {"refined_pairs": [REFINED]}])
def test_refined_pairs_are_read_from_lines_and_from_documents(
    shape: object, indent: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "refined.json"
    path.write_text(json.dumps(shape, indent=indent))
    file = AdoptedRefinedFile(path, Attribution([adopt_ids(1, 1, ("1_0",), 0)]))
    (answer,) = file.answers()
    assert (answer.ledger_id, answer.answer, answer.source) == ("w1-adopted-b001-001", REFINED, str(path))
    assert answer.line >= 1
    assert file.findings == ()


def test_a_file_without_refined_pairs_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "refined.json"
    path.write_text("")
    file = AdoptedRefinedFile(path, Attribution([]))
    assert list(file.answers()) == []
    assert [finding.code for finding in file.findings] == ["nothing-found"]


def test_refined_pairs_on_one_line_of_any_length_are_read(tmp_path: Path) -> None:
    path = tmp_path / "refined.json"
    path.write_text(json.dumps([{**REFINED, "refined_answer": "A" * LONGEST_LINE}]))
    file = AdoptedRefinedFile(path, Attribution([adopt_ids(1, 1, ("1_0",), 0)]))
    assert [len(str(answer.answer["refined_answer"])) for answer in file.answers()] == [LONGEST_LINE]
