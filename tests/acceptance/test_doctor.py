"""`batchmill doctor`: one line a check, whatever is missing, and nothing changed by looking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.checkups import asked, come_home, examined
from tests.workspaces import written

if TYPE_CHECKING:
    from tests.workspaces import Mill


def test_a_fresh_workspace_is_fine_and_looking_changes_nothing(mill: Mill) -> None:
    written(mill, a=11)
    files, events = mill.files(), mill.events()

    ended = asked(mill, "doctor")

    assert (ended.status, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert all(line.startswith("ok    ") for line in lines[:-2])
    assert f"{len(lines) - 2} checks: {len(lines) - 2} ok, 0 warnings, 0 failed" == lines[-1]
    assert (mill.files(), mill.events()) == (files, events)


def test_a_wave_that_came_home_is_fine(mill: Mill) -> None:
    found = examined(come_home(mill))

    assert {state for state, _ in found.values()} == {"ok"}
    for kind in ("extracts", "batch files", "results", "refined pairs"):
        assert found[kind][1].startswith("1, all as they were recorded")


def test_offline_asks_nobody(offline: Mill) -> None:
    found = examined(written(offline, a=11), "--offline")

    assert {"provider", "clock"} & set(found) == set()
    assert {state for state, _ in found.values()} == {"ok"}


def test_without_a_workspace_the_key_is_still_looked_at(offline: Mill) -> None:
    found = examined(offline)

    assert {check: state for check, (state, _) in found.items()} == {"workspace": "fail", "key": "ok"}
    assert "batchmill init" in found["workspace"][1]
    assert list(offline.root.iterdir()) == []


def test_settings_that_cannot_be_read_are_a_line(offline: Mill) -> None:
    offline.run("init")
    (offline.root / "batchmill.toml").write_text("[driving]\npoll_evry = 3\n", encoding="utf-8")

    found = examined(offline)

    assert found["settings"][0] == "fail"
    assert "driving.poll_evry" in found["settings"][1]


def test_the_lines_fit_a_terminal_without_unicode(mill: Mill) -> None:
    written(mill, a=11)
    mill.environment |= {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ended = mill.separately("doctor")

    assert ended.stdout.startswith("ok    workspace")
    assert "leftover parts" in ended.stdout
    assert "Traceback" not in ended.stderr
