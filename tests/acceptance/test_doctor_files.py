"""What `batchmill doctor` finds wrong with files and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.checkups import asked, come_home, examined, trouble

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Mill

RESULT = "results/batch_205_results.jsonl"
REFINED = "results/batch_205_refined.jsonl"
BATCH = "submissions/batch_205.jsonl"


@pytest.mark.parametrize(
    ("path", "kind", "advice"),
    [
        ("submissions/wave2_extracted.json", "extracts", "backup"),
        (BATCH, "batch files", "batchmill write"),
        (RESULT, "results", "backup"),
        (REFINED, "refined pairs", "replay --rebuild"),
    ],
)
def test_a_file_that_was_edited_or_lost_is_named(mill: Mill, path: str, kind: str, advice: str) -> None:
    come_home(mill)
    with (mill.root / path).open("ab") as file:
        file.write(b" ")

    edited = examined(mill, "--offline")
    (mill.root / path).unlink()
    lost = examined(mill, "--offline")

    assert edited[kind][0] == lost[kind][0] == "fail"
    assert f"1 of 1: {path} is not as it was recorded" in edited[kind][1]
    assert f"1 of 1: {path} is missing" in lost[kind][1]
    assert advice in lost[kind][1]
    assert trouble(mill, "--offline") == {kind: "fail"}


def test_a_file_in_the_place_of_a_folder_is_named_and_stops_nothing(mill: Mill) -> None:
    come_home(mill)
    (mill.root / "results").rename(mill.root / "elsewhere")
    (mill.root / "results").write_bytes(b"")

    found = trouble(mill, "--offline")

    assert found == {"folder results": "fail", "results": "fail", "refined pairs": "fail"}


def test_a_folder_that_is_missing_is_a_warning_and_not_made(mill: Mill) -> None:
    mill.run("init")
    (mill.root / "results").rmdir()

    assert trouble(mill, "--offline") == {"folder results": "warn"}
    assert not (mill.root / "results").exists()


def test_a_folder_that_leads_elsewhere_is_refused(mill: Mill, tmp_path: Path) -> None:
    mill.run("init")
    (mill.root / "results").rmdir()
    (mill.root / "results").symlink_to(tmp_path)

    assert trouble(mill, "--offline")["folder results"] == "fail"


def test_parts_of_dead_writes_are_named_with_what_removes_them(mill: Mill) -> None:
    come_home(mill)
    for folder in ("results", "submissions", "outbox/droid"):
        (mill.root / folder).mkdir(parents=True, exist_ok=True)
        # No process has this number: it is beyond what a kernel gives out.
        (mill.root / folder / f".batch_205.jsonl.{2**30}.c0ffee00.part").write_bytes(b"x" * 2048)

    lines = [line for line in asked(mill, "doctor --offline").stdout.splitlines() if "leftover parts" in line]

    assert [line.split()[0] for line in lines] == ["warn", "warn"]
    assert "results/.batch_205.jsonl" in lines[0]
    assert "(2.0 KiB); the next `batchmill run` removes it" in lines[0]
    assert "delete it by hand" in lines[1]
    assert "outbox/droid/.batch_205.jsonl" in lines[1]
    mill.run("run --until-idle")
    assert "results/" not in examined(mill, "--offline")["leftover parts"][1]
