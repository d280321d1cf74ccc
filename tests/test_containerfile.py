"""The Containerfile's steps cannot be run where there is no container engine; what they name can be looked at."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import NamedTuple

from typer.testing import CliRunner

from adapters.clock import SystemClock
from cli.app import app
from cli.settings import OTHER_VARIABLES, PREFIX, Settings
from cli.vitals import Vitals
from cli.watched import answer

ROOT = Path(__file__).parent.parent


class Step(NamedTuple):
    word: str
    rest: str


def steps() -> list[Step]:
    """Return the steps, with lines that go on joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Containerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Step(*line.split(" ", 1)) for line in lines]


def rests(word: str) -> list[str]:
    return [step.rest for step in steps() if step.word == word]


def words_of(step: str) -> list[str]:
    found = re.search(r"\[.*\]", step)
    assert found
    words: list[str] = json.loads(found[0])
    return words


def variables() -> dict[str, str]:
    return dict(word.split("=", 1) for rest in rests("ENV") for word in shlex.split(rest))


def test_all_that_is_copied_is_here_and_all_that_is_packaged_is_copied() -> None:
    copied = {word for rest in rests("COPY") if "--from" not in rest for word in rest.split()[:-1]}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    built = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = built["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*wheel["packages"], *wheel["force-include"], built["project"]["readme"], "LICENSE"} <= copied


def test_versions_are_those_of_the_constraints() -> None:
    (install,) = [rest for rest in rests("RUN") if "pip install" in rest]
    assert "PIP_CONSTRAINT=/src/constraints.txt" in install


def test_both_stages_are_of_one_base_without_a_registry() -> None:
    bases = {rest.split()[0] for rest in rests("FROM")}
    assert bases == {"python:3.11-slim"}
    assert "://" not in "".join(rests("RUN"))


def test_it_runs_without_root_and_holds_no_key() -> None:
    (user,) = rests("USER")
    assert user.split(":")[0] not in {"0", "root"}
    order = [step.word for step in steps()]
    assert order.index("USER") > max(place for place, word in enumerate(order) if word == "RUN")
    assert not any("KEY" in name for name in variables())


def test_what_it_sets_is_a_setting() -> None:
    for name in variables():
        if name.startswith(PREFIX) and name not in OTHER_VARIABLES:
            section, _, field = name.removeprefix(PREFIX).lower().partition("__")
            assert field in type(getattr(Settings(), section)).model_fields


def test_the_command_it_starts_is_understood() -> None:
    (entry,), (command,) = rests("ENTRYPOINT"), rests("CMD")
    assert words_of(entry) == ["batchmill"]
    assert CliRunner().invoke(app, [*words_of(command), "--help"]).exit_code == 0


def test_its_health_is_asked_for_where_the_daemon_answers() -> None:
    (check,) = rests("HEALTHCHECK")
    program = words_of(check)[-1]
    found = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w/]+)", program)
    assert found
    assert found[1] == variables()["BATCHMILL_WATCH__PORT"]
    page = answer(Vitals(SystemClock(), "sqlite:///nowhere.db", 300.0), found[2])
    assert page is not None
    assert page.status == 200
    compile(program, "HEALTHCHECK", "exec")
