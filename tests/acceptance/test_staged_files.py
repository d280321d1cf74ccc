"""Staged files on disk become an inventory: every shape, every problem, and no way out of the inbox."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.files.inbox import open_staged
from core.errors import NotFoundError
from core.planning.inventory import Inventory, take_stock

if TYPE_CHECKING:
    from tests.workspaces import Mill

REAL = Path(__file__).parents[3] / "shared" / "data" / "wave2_staging"


def pair(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"question": f"What is it, {number}?", "answer": f"It is {number}.", **changes}


def put(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return path


def inventory(*paths: Path, inbox: Path | None = None) -> Inventory:
    staged = open_staged(paths, inbox or paths[0].parent / "inbox")
    return take_stock(staged.sources, inbox=str(staged.inbox), low_count_below=2).inventory


def problems(found: Inventory) -> list[tuple[str, str, int | None, int | None, int | None]]:
    return [(each.path, each.code, each.line, each.column, each.pair) for each in found.findings()]


def test_an_object_with_pairs_is_read_with_what_it_says(tmp_path: Path) -> None:
    content = {
        "total_pairs": 2,
        "session": "30",
        "indicator": "slippage",
        "category": "dex",
        "success_rate": "2%",
        "queries_executed": 100,
        "notes": {"deep": [1, 2]},
        "qa_pairs": [pair(1), pair(2)],
    }
    path = put(tmp_path, "s_qa_pairs.json", content)
    source = inventory(tmp_path).sources[0]
    assert (source.session, source.indicator, source.category, source.claimed, source.found) == (
        30,
        "slippage",
        "dex",
        2,
        2,
    )
    assert (source.sha256, source.size) == (sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    assert (source.success_rate, source.queries_executed, source.findings) == ("2%", 100, ())


def test_a_bare_array_and_a_pair_a_line_are_read_too(tmp_path: Path) -> None:
    put(tmp_path, "array.json", [pair(1), pair(2)])
    put(tmp_path, "lines.jsonl", "\n".join(json.dumps(pair(n)) for n in range(3)).encode() + b"\n")
    found = inventory(tmp_path)
    assert [(each.indicator, each.found, each.findings) for each in found.sources] == [
        ("array", 2, ()),
        ("lines", 3, ()),
    ]


def test_the_data_beside_question_and_answer_is_kept(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a.json",
        [pair(1, topic="t", session="31", indicator="i", category="c", created_date="d", pair_number=7)],
    )
    (kept,) = open_staged([tmp_path], tmp_path).sources[0].pairs()
    assert (kept.topic, kept.session, kept.indicator, kept.category) == ("t", 31, "i", "c")
    assert (kept.created_date, kept.pair_number, kept.ordinal) == ("d", 7, 1)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"answer": "a"}, "question-missing"),
        ({"question": " \n", "answer": "a"}, "question-missing"),
        ({"question": 5, "answer": "a"}, "question-not-text"),
        ({"question": "q"}, "answer-missing"),
        ({"question": "q", "answer": ""}, "answer-missing"),
        ({"question": "q", "answer": ["a"]}, "answer-not-text"),
        ({"question": "q", "answer": "\ud83d"}, "answer-not-text"),
        ("text", "not-a-pair"),
        ({"question": "q", "answer": "a", "topic": 5}, "odd-field"),
        ({"question": "q", "answer": "a", "session": "thirty"}, "odd-field"),
    ],
)
def test_a_bad_pair_is_named_with_its_number_and_place(tmp_path: Path, bad: object, code: str) -> None:
    put(tmp_path, "a.json", b"[\n" + json.dumps(pair(1)).encode() + b",\n  " + json.dumps(bad).encode() + b"]")
    found = inventory(tmp_path)
    assert problems(found) == [("a.json", code, 3, 3, 2)]
    assert found.found == 2


def test_bad_lines_of_a_file_of_lines_have_their_line_number(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", b'{"question": "q"}\n{"question": "q", "answer": "a"}\n\n{"answer": "a"}\n')
    assert problems(inventory(tmp_path)) == [
        ("a.jsonl", "answer-missing", 1, 1, 1),
        ("a.jsonl", "question-missing", 4, 1, 3),
    ]


def test_broken_files_stop_nothing_and_have_their_place(tmp_path: Path) -> None:
    put(tmp_path, "bad.json", b'{"qa_pairs": [\n {"question": "q" "answer": "a"}]}')
    put(tmp_path, "deep.json", b'{"a": ' + b"[" * 100_000)
    put(tmp_path, "empty.json", b"")
    put(tmp_path, "fine.json", [pair(1), pair(2)])
    put(tmp_path, "latin.json", b'[{"question": "caf\xe9"}]')
    found = inventory(tmp_path)
    assert problems(found) == [
        ("bad.json", "bad-json", 2, 19, None),
        ("deep.json", "bad-json", 1, 7, None),
        ("empty.json", "no-content", 1, 1, None),
        ("latin.json", "not-utf8", 1, 19, None),
    ]
    assert (found.found, found.errors) == (2, 4)


def test_many_problems_of_one_kind_are_counted_after_the_first_twenty(tmp_path: Path) -> None:
    put(tmp_path, "a.json", [{"question": "q"}] * 50)
    findings = inventory(tmp_path).findings()
    assert len(findings) == 21
    assert findings[-1].sentence == "has 30 more problems of the kind answer-missing"


@pytest.mark.parametrize("claim", ["many", 1.5, True, [1]])
def test_a_claim_or_session_that_is_no_number_is_an_error(tmp_path: Path, claim: object) -> None:
    put(tmp_path, "a.json", {"total_pairs": claim, "qa_pairs": [pair(1), pair(2)]})
    found = inventory(tmp_path)
    assert [(each.code, each.severity) for each in found.findings()] == [("odd-field", "error")]


def test_a_link_that_leaves_the_inbox_is_named_and_not_read(tmp_path: Path) -> None:
    secret = put(tmp_path, "outside/secret.json", [pair(1), pair(2)])
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.json").symlink_to(secret)
    found = inventory(inbox, inbox=inbox)
    assert [(each.code, each.severity) for each in found.findings()] == [("leaves-inbox", "error")]
    assert found.sources[0].sha256 == ""
    assert found.found == 0


def test_a_link_within_the_inbox_is_followed(tmp_path: Path) -> None:
    real = put(tmp_path, "real.json", [pair(1), pair(2)])
    (tmp_path / "link.json").symlink_to(real)
    assert [each.found for each in inventory(tmp_path).sources] == [2, 2]


@pytest.mark.parametrize("way", ["{inbox}/../outside/a.json", "{outside}/a.json"])
def test_a_path_beside_the_inbox_is_refused(tmp_path: Path, way: str) -> None:
    put(tmp_path, "outside/a.json", [pair(1), pair(2)])
    (tmp_path / "inbox").mkdir()
    path = Path(way.format(inbox=tmp_path / "inbox", outside=tmp_path / "outside"))
    found = inventory(path, inbox=tmp_path / "inbox")
    assert [each.code for each in found.findings()] == ["leaves-inbox"]


def test_a_folder_named_elsewhere_is_the_inbox(tmp_path: Path) -> None:
    put(tmp_path, "elsewhere/deep/a.json", [pair(1), pair(2)])
    staged = open_staged([tmp_path / "elsewhere"], tmp_path / "inbox")
    assert (staged.inbox, [each.path for each in staged.sources]) == (tmp_path / "elsewhere", ["deep/a.json"])


def test_a_folder_within_the_inbox_keeps_the_inbox(tmp_path: Path) -> None:
    put(tmp_path, "inbox/deep/a.json", [pair(1), pair(2)])
    staged = open_staged([tmp_path / "inbox" / "deep"], tmp_path / "inbox")
    assert (staged.inbox, [each.path for each in staged.sources]) == (tmp_path / "inbox", ["deep/a.json"])


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "lost.json").symlink_to(tmp_path / "nowhere.json")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    (tmp_path / "folder").symlink_to(tmp_path)
    codes = {each.path: each.code for each in inventory(tmp_path).findings()}
    assert codes == {
        "pipe.json": "not-a-file",
        "lost.json": "unreadable",
        "loop.json": "unreadable",
        "folder": "folder-link",
    }


def test_a_link_to_a_folder_is_shown_and_planned_by_no_wave(offline: Mill) -> None:
    offline.run("init")
    offline.stage(a=11)
    (offline.root / "inbox" / "loop").symlink_to(".")
    assert "put the folder itself there" in offline.run("inventory")
    offline.run("plan --wave 2 --first-number 205")
    offline.run("write --wave 2")
    assert offline.statuses() == {205: "written"}


def test_each_file_is_read_once_however_often_it_is_named(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", [pair(1), pair(2)])
    assert len(open_staged([tmp_path, path, tmp_path / "." / "a.json"], tmp_path).sources) == 1


def test_hidden_and_other_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".a.json", "notes.txt", ".hidden/b.json"):
        put(tmp_path, name, [pair(1)])
    with pytest.raises(NotFoundError, match="holds no staged file"):
        open_staged([tmp_path], tmp_path)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nothing\.json does not exist"):
        open_staged([tmp_path / "nothing.json"], tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the nine real files of wave 2 are not here")
def test_the_nine_real_files_hold_701_pairs_and_118_repeated_questions() -> None:
    found = inventory(REAL)
    assert (len(found.sources), found.found, found.claimed, found.repeated) == (9, 701, 701, 118)
    assert problems(found) == [
        ("borrow_rate_qa_pairs.json", "low-count", None, None, None),
        ("slippage_qa_pairs.json", "empty", None, None, None),
    ]
    repeated = {each.indicator: each.repeated for each in found.sources if each.repeated}
    assert repeated == {"dex_to_cex_volume_ratio": 1, "dex_volume_24h": 18, "supply_rate": 99}
