"""What a person gets wrong: each ends with one sentence that names it, status 1, and nothing half-done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from pathlib import Path

PAIR = {"question": "q?", "answer": "a"}


@pytest.fixture
def made(offline: Mill) -> Mill:
    offline.run("init")
    return offline


def refused_and_unchanged(mill: Mill, line: str) -> str:
    """Return the refusal of a command that must leave files and ledger as they were."""
    files, events = mill.files(), mill.events()
    said = mill.refused(line)
    assert (mill.files(), mill.events()) == (files, events)
    return said


@pytest.mark.parametrize("line", ["status", "inventory", "plan --wave 2", "run --until-idle", "replay --check"])
def test_there_is_no_workspace(offline: Mill, line: str) -> None:
    said = offline.refused(line)
    assert "there is no batchmill.toml in" in said
    assert "`batchmill init`" in said
    assert list(offline.root.iterdir()) == []


def test_the_workspace_that_was_named_is_none(made: Mill) -> None:
    assert f"{made.root}/inbox" in made.refused("-w inbox status")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[folders\n", "line 1"),
        ("nope = 1\n", "nope"),
        ("[provider]\ntimeout_seconds = 'long'\n", "provider.timeout_seconds"),
        ("[driving]\npoll_evry = 3\n", "driving.poll_evry"),
        ("[folders]\ninbox = '../elsewhere'\n", "folders.inbox"),
        ("[folders]\nfile_template = 'batch.jsonl'\n", "folders.file_template"),
        ("[planning]\nlow_count = 'burn'\n", "planning.low_count"),
        (b"\xff\xfe", "utf-8"),
    ],
)
def test_the_settings_file_is_wrong(made: Mill, text: str | bytes, named: str) -> None:
    (made.root / "batchmill.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    said = refused_and_unchanged(made, "plan --wave 2")
    assert "batchmill.toml" in said
    assert named in said


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BATCHMILL_DRIVING__POLL_EVERY", "soon"),
        ("BATCHMILL_DRIVING__WORKERS", "0"),
        ("BATCHMILL_DRIVING", "soon"),
        ("BATCHMILL_FOLDERS__RESULTS", "/etc"),
        ("BATCHMILL_DRIVING__POLL_EVRY", "3"),
    ],
)
def test_a_variable_is_wrong(made: Mill, variable: str, value: str) -> None:
    made.environment[variable] = value
    said = refused_and_unchanged(made, "status")
    assert variable in said or variable.removeprefix("BATCHMILL_").lower() in said


@pytest.mark.parametrize("option", ["poll_every", "=3", "nope=3", "driving.poll_every=soon", "driving.nope=1"])
def test_an_option_is_wrong(made: Mill, option: str) -> None:
    assert option.partition("=")[0] in refused_and_unchanged(made, f"--set '{option}' status")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b'{"qa_pairs": [\n {"question": "q" "answer": "a"}]}', "a.json:2:19"),
        ("a.json", b'[{"question": "caf\xe9", "answer": "a"}]', "a.json:1:19"),
        ("a.json", b"", "a.json:1:1"),
        ("a.json", [PAIR, {"question": "q"}], "a.json:1:"),
        ("a.jsonl", b'{"question": "q", "answer": "a"}\n{"question": "q", "answer": ""}\n', "a.jsonl:2:1"),
        ("a.json", {"total_pairs": 3, "qa_pairs": [PAIR]}, "a.json"),
        ("a.json", {"pairs": [PAIR]}, "a.json"),
    ],
)
def test_a_staged_file_is_wrong(made: Mill, name: str, content: Any, said: str) -> None:  # noqa: ANN401 - any JSON
    made.put(name, content)
    made.put("good.json", [PAIR, PAIR])
    ended = made.call("inventory")
    assert ended.status == 0
    assert f"error: {said}" in ended.stdout
    assert "good.json" in ended.stdout
    assert said in refused_and_unchanged(made, "plan --wave 2")
    assert "good.json" in str(made.json("inventory")["sources"])


def test_two_sources_share_session_and_indicator(made: Mill) -> None:
    for name in ("a.json", "b.json"):
        made.put(name, {"session": 30, "indicator": "fee", "qa_pairs": [PAIR]})
    said = refused_and_unchanged(made, "plan --wave 2")
    assert "a.json" in said
    assert "b.json" in said


@pytest.mark.parametrize("line", ["inventory", "plan --wave 2"])
def test_the_inbox_is_empty(made: Mill, line: str) -> None:
    assert "holds no staged file" in refused_and_unchanged(made, line)


def test_a_path_does_not_exist(made: Mill) -> None:
    assert "lost.json does not exist" in refused_and_unchanged(made, "plan --wave 2 inbox/lost.json")


@pytest.mark.parametrize("way", ["../secret.json", "inbox/../../secret.json", "inbox/link.json"])
def test_a_path_leaves_the_inbox(made: Mill, tmp_path: Path, way: str) -> None:
    (tmp_path / "secret.json").write_text('[{"question": "hush", "answer": "hush"}]', encoding="utf-8")
    (made.root / "inbox/link.json").symlink_to(tmp_path / "secret.json")
    shown = made.run(f"inventory {way}")
    assert "leads out of the inbox" in shown
    assert "hush" not in shown
    assert "leads out of the inbox" in refused_and_unchanged(made, f"plan --wave 2 {way}")


def test_a_wave_without_a_plan_cannot_be_written(made: Mill) -> None:
    assert "`batchmill plan --wave 2`" in refused_and_unchanged(made, "write --wave 2")


def test_the_prompt_is_gone(made: Mill) -> None:
    made.stage(a=11)
    (made.root / "prompts/refinement.md").unlink()
    assert "refinement.md is missing" in refused_and_unchanged(made, "plan --wave 2")


def test_the_model_is_not_in_the_table(made: Mill) -> None:
    made.stage(a=11)
    assert "gemini-0" in refused_and_unchanged(made, "--set model.name=gemini-0 plan --wave 2")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("status 99", "no batch 99"),
        ("history 99", "batch-99"),
        ("history wave-9", "wave-9"),
        ("history later", "'later'"),
        ("history 205 --at yesterday", "'yesterday'"),
        ("history 99 --verify", "batch-99"),
        ("replay --until later", "'later'"),
        ("submit 206 205", "backwards"),
        ("retry 205", "nothing to retry"),
        ("retry 99", "no batch 99"),
    ],
)
def test_a_question_has_no_answer(made: Mill, line: str, said: str) -> None:
    written(made, a=11)
    assert said in refused_and_unchanged(made, line)


@pytest.mark.parametrize(
    "line",
    [
        "--nope",
        "history",
        "replay",
        "replay --check --rebuild",
        "plan --nope",
        "nope",
        "plan",
        "plan --wave x",
        "plan --wave 0",
        "submit",
        "submit x",
        "emulator --port 99999",
        "plan --wave 2 --strategy x",
        "",
    ],
)
def test_the_usage_is_wrong(offline: Mill, line: str) -> None:
    ended = offline.call(line)
    assert ended.status == 2
    assert "Usage: batchmill" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(offline.root.iterdir()) == []


def test_a_workspace_behind_a_circle_of_links_is_one_sentence(offline: Mill) -> None:
    (offline.root / "ring").symlink_to("ring")

    assert "lead round in a circle" in offline.refused("--workspace ring status")


def test_a_reader_that_leaves_early_is_no_trouble(made: Mill) -> None:
    ended = made.shell("{batchmill} --help | head -1; {batchmill} status | true; {batchmill} lifecycle | head -1")
    assert ended.stderr == ""


def test_a_terminal_without_unicode_still_gets_its_answer(made: Mill) -> None:
    written(made, a=11)
    made.environment |= {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    for line in ("status", "timeline", "balance", "history 205"):
        assert made.separately(line).status == 0


@pytest.mark.parametrize("line", ["status {}", "submit {}", "submit 1 {}", "plan --wave {}", "write --wave {}"])
def test_a_number_beyond_all_batches_is_a_wrong_usage(made: Mill, line: str) -> None:
    ended = made.call(line.format(10**30))
    assert (ended.status, "Traceback" in ended.stderr) == (2, False)


def test_a_position_beyond_the_ledger_shows_the_world_as_it_is(made: Mill) -> None:
    written(made, a=11)
    assert made.json(f"replay --until {10**30}")["position"] == len(made.events())
