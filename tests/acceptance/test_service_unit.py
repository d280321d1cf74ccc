"""`service`: a unit file that systemd takes, whatever the workspace is called, and nobody's work lost."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from cli.service.unit import render, unit_name
from core.errors import BadInputError
from tests.workspaces import KEY, Mill

WELL_NAMED, ODD = "mill", 'a %n $HOME "q" \\ mill'


@pytest.fixture(params=[WELL_NAMED, ODD])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Mill:
    """Give a workspace, on a machine where no systemd can be reached."""
    mill = Mill(tmp_path / request.param)
    mill.run("init")
    mill.environment |= {"XDG_CONFIG_HOME": str(tmp_path / "config"), "PATH": str(tmp_path)}
    return mill


def unit_of(mill: Mill) -> Path:
    (unit,) = (mill.root.parent / "config/systemd/user").glob("batchmill-*.service")
    return unit


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_finds_nothing_wrong_with_the_unit(served: Mill, tmp_path: Path) -> None:
    served.run("--set watch.port=9464 service install")
    verified = subprocess.run(  # noqa: S603 - systemd's own
        [str(shutil.which("systemd-analyze")), "--user", "verify", str(unit_of(served))],
        env={"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_it_is_written_and_told_how_to_start_where_no_systemd_answers(served: Mill) -> None:
    without_key = served.call("service install --now")
    assert "holds no key yet" in without_key.stdout
    assert "is not running yet" in served.refused("", without_key)
    unit = unit_of(served)
    environment = served.root.parent / "config/batchmill" / f"{unit.stem}.env"
    secret = f"GOOGLE_API_KEY={KEY}\n"
    with environment.open("a", encoding="utf-8") as file:
        file.write(secret)
    started = served.call("service install --now")
    assert "is not running yet" in served.refused("", started)
    said = started.stdout
    assert environment.read_text(encoding="utf-8").endswith(secret)
    assert "there is no systemctl on this machine" in said
    assert f"systemctl --user enable --now {unit.name}" in said
    assert unit.read_text(encoding="utf-8") == served.run("service show")
    assert stat.S_IMODE(environment.stat().st_mode) == 0o600
    assert KEY not in unit.read_text(encoding="utf-8") + said


def test_a_unit_that_somebody_changed_is_replaced_by_force_alone(served: Mill) -> None:
    served.run("service install")
    unit = unit_of(served)
    served.run("service install")
    changed = unit.read_text(encoding="utf-8").replace("RestartSec=10s", "RestartSec=1s")
    unit.write_text(changed, encoding="utf-8")
    assert f"{unit} is there already and says something else" in served.refused("service install")
    assert unit.read_text(encoding="utf-8") == changed
    served.run("service install --force")
    assert "RestartSec=10s" in unit.read_text(encoding="utf-8")


def test_a_key_that_others_may_read_is_not_used(served: Mill) -> None:
    served.run("service install")
    (environment,) = (served.root.parent / "config/batchmill").iterdir()
    environment.chmod(0o644)
    assert "may be read by others; run `chmod 600" in served.refused("service install")


def test_uninstalling_leaves_the_key_and_what_it_did_not_make(served: Mill) -> None:
    assert "nothing is installed for" in served.refused("service uninstall")
    served.run("service install")
    unit = unit_of(served)
    assert "was left: it may hold a key" in served.run("service uninstall")
    assert not unit.exists()
    unit.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    assert "was not made by `batchmill service install`" in served.refused("service uninstall")
    assert unit.exists()


def test_workspaces_of_one_name_have_units_and_keys_of_their_own(served: Mill) -> None:
    served.run("service install")
    unit = unit_of(served)
    other = served.root.parent / "elsewhere" / served.root.name
    named = shlex.quote(str(other))
    served.run(f"init {named}")

    assert "nothing is installed for" in served.refused(f"-w {named} service uninstall")
    served.run(f"-w {named} service install")
    assert len(list(unit.parent.iterdir())) == len(list((unit.parents[2] / "batchmill").iterdir())) == 2
    served.run(f"-w {named} service uninstall")
    assert list(unit.parent.iterdir()) == [unit]


def test_a_unit_that_was_turned_to_another_folder_is_removed_by_force_alone(served: Mill) -> None:
    served.run("service install")
    unit = unit_of(served)
    unit.write_text(unit.read_text(encoding="utf-8").replace('"-w" "', '"-w" "/srv'), encoding="utf-8")
    assert "somebody changed it" in served.refused("service uninstall")
    served.run("service uninstall --force")
    assert not unit.exists()


def test_settings_that_only_the_shell_gives_are_named_without_their_values(served: Mill) -> None:
    served.environment["BATCHMILL_DATABASE_URL"] = "postgresql://droid:hunter2@mill/ledger"
    said = served.run("service install")
    assert "BATCHMILL_DATABASE_URL" in said
    assert "will not be the service's: put what it needs into" in said
    assert "hunter2" not in said + unit_of(served).read_text(encoding="utf-8")


def test_what_systemd_says_is_told(served: Mill) -> None:
    failing = served.root.parent / "systemctl"
    failing.write_text("#!/bin/sh\ncase $3 in enable) echo Unit is masked.; exit 1;; esac\n", encoding="utf-8")
    failing.chmod(0o755)
    said = served.refused("service install")
    assert "`systemctl --user enable batchmill-" in said
    assert "failed (Unit is masked.)" in said


@pytest.mark.parametrize("name", ["two\nlines", "a\ttab"])
def test_a_name_that_no_unit_file_can_hold_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match="characters that a unit file cannot hold"):
        render(Path("/opt/bin/batchmill"), Path("/srv") / name, [], Path("/etc/key.env"))


def test_a_workspace_in_the_temporary_folder_is_seen_by_its_service() -> None:
    program, key = Path("/opt/bin/batchmill"), Path("/etc/key.env")
    assert "PrivateTmp=yes" in render(program, Path("/srv/mill"), [], key)
    assert "PrivateTmp=no" in render(program, Path("/tmp/mill"), [], key)  # noqa: S108 - no file


@pytest.mark.parametrize(("one", "other"), [("Mühle", "Möhle"), ("мельница", "磨坊"), ("Mill A", "mill-a")])
def test_folders_whose_names_look_alike_have_units_of_their_own(one: str, other: str) -> None:
    names = [unit_name(Path("/srv") / name) for name in (one, other)]
    assert names[0] != names[1]
    assert all(re.fullmatch(r"batchmill-[a-z0-9_-]+\.service", name) for name in names)


def test_a_long_folder_name_still_makes_a_name_that_systemd_takes() -> None:
    assert len(unit_name(Path("/srv") / ("m" * 255))) < 100
