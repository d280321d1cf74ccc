from __future__ import annotations

import os
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from cli.compose import database_url
from cli.settings import FILE, Settings, find_root, load
from core.errors import BadInputError, NotFoundError
from core.screening.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BATCHMILL_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / FILE).write_text("", encoding="utf-8")
    return tmp_path


def write(root: Path, text: str) -> None:
    (root / FILE).write_text(text, encoding="utf-8")


def test_an_empty_file_gives_the_defaults(root: Path) -> None:
    settings = load(root, [])

    assert (settings.folders.inbox, settings.folders.submissions) == ("inbox", "submissions")
    assert (settings.driving.poll_every, settings.driving.looks_after) == (30.0, (2.0, 20.0, 60.0))
    assert settings.provider.base_url is None


def test_the_file_is_overruled_by_the_environment_and_that_by_the_options(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "[driving]\npoll_every = 1\nworkers = 1\nchunk = 1\n")
    monkeypatch.setenv("BATCHMILL_DRIVING__WORKERS", "2")
    monkeypatch.setenv("BATCHMILL_DRIVING__CHUNK", "2")

    driving = load(root, ["driving.chunk=3"]).driving

    assert (driving.poll_every, driving.workers, driving.chunk, driving.jobs_at_once) == (1.0, 2, 3, 100)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("driving.poll_every=2.5", 2.5),
        ("driving.looks_after=[1, 2]", (1.0, 2.0)),
        ("model.name=gemini-2.5-pro", "gemini-2.5-pro"),
        ('model.name="gemini-2.5-pro"', "gemini-2.5-pro"),
        ("provider.base_url=http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("planning.max_pairs_per_request=25", 25),
    ],
)
def test_an_option_is_read_as_a_value_of_the_file_or_else_as_text(root: Path, option: str, value: object) -> None:
    table, _, name = option.partition("=")[0].partition(".")

    assert getattr(getattr(load(root, [option]), table), name) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("polls = 1", "polls"),
        ("[driving]\npol_every = 1", "driving.pol_every"),
        ("[folders]\nimbox = 'x'", "folders.imbox"),
        ("api_key = 'x'", "api_key"),
        ("[provider]\napi_key = 'x'", "provider.api_key"),
    ],
)
def test_a_key_that_is_not_known_is_refused_by_name(root: Path, text: str, name: str) -> None:
    write(root, text)

    with pytest.raises(BadInputError, match=f"there is no setting {name};"):
        load(root, [])


def test_a_key_that_is_not_known_is_refused_in_variables_and_options_too(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInputError, match=r"there is no setting driving\.pol_every;"):
        load(root, ["driving.pol_every=1"])
    monkeypatch.setenv("BATCHMILL_DRIVING__POL_EVERY", "1")
    with pytest.raises(BadInputError, match=r"there is no setting driving\.pol_every;"):
        load(root, [])


def test_a_content_rule_is_set_by_its_name_in_file_variable_and_option(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "[screening]\nlanguage = 'de'\nopener = 'exclude'\ncloser = 'warn'")
    monkeypatch.setenv("BATCHMILL_SCREENING__TOO_SHORT", "off")

    screening = load(root, ["screening.cut-off=hold", "screening.closer=off"]).screening

    assert (screening.language, screening.shortest) == ("de", 80)
    assert screening.policies == {"opener": "exclude", "closer": "off", "too-short": "off", "cut-off": "hold"}


@pytest.mark.parametrize(
    "text",
    [
        "[driving]\npoll_every = 0",
        "[screening]\nshortest = -1",
        "[screening]\nopener = 'drop'",
        "[driving]\npoll_every = 'often'",
        "[driving]\npoll_every = nan",
        "[driving]\nworkers = 33",
        "[driving]\nlooks_after = []",
        "[planning]\nstrategy = 'luck'",
        "[planning]\nbatch_size = 0",
        "[provider]\ntimeout_seconds = -1",
        "driving = 1",
    ],
)
def test_a_bad_value_is_named_with_the_places_where_it_can_be_mended(root: Path, text: str) -> None:
    write(root, text)

    with pytest.raises(BadInputError) as refused:
        load(root, [])

    said = str(refused.value)
    assert f"mend it in {root / FILE}, in BATCHMILL_" in said
    assert "or in the option that sets it" in said
    assert "\n" not in said


@pytest.mark.parametrize("value", ["foo", "0", "[1]", "true", "1.5"])
def test_a_bad_number_of_requests_names_the_setting_and_what_it_may_be(root: Path, value: str) -> None:
    with pytest.raises(
        BadInputError,
        match=r"the setting planning\.requests is not right: must be auto, single or a number of requests",
    ):
        load(root, [f"planning.requests={value}"])


def test_the_variable_that_is_named_is_the_one_that_would_help(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, "[driving]\npoll_every = 0")
    with pytest.raises(BadInputError, match="in BATCHMILL_DRIVING__POLL_EVERY"):
        load(root, [])

    monkeypatch.setenv("BATCHMILL_DRIVING__POLL_EVERY", "5")

    assert load(root, []).driving.poll_every == 5.0


@pytest.mark.parametrize("folder", ["/tmp/x", "../x", "x/../../y", "..", "", " "])  # noqa: S108 - refused, not used
@pytest.mark.parametrize("name", ["inbox", "submissions", "results"])
def test_a_folder_that_leads_outside_is_refused(root: Path, name: str, folder: str) -> None:
    write(root, f"[folders]\n{name} = '{folder}'")

    with pytest.raises(
        BadInputError, match=rf"folders\.{name} is not right: must be a folder inside the workspace"
    ):
        load(root, [])


def test_backslashes_and_a_last_slash_are_read_as_people_mean_them(root: Path) -> None:
    write(root, "[folders]\nsubmissions = 'out\\batches/'")

    assert load(root, []).folders.submissions == "out/batches"


@pytest.mark.parametrize(
    "template", ["batch.jsonl", "batch_{numer}.jsonl", "{number", "x/{number}.jsonl", "{number}.txt", "{}.jsonl"]
)
def test_a_file_template_that_would_not_name_every_batch_is_refused(root: Path, template: str) -> None:
    write(root, f"[folders]\nfile_template = '{template}'")

    with pytest.raises(BadInputError, match=r"folders\.file_template is not right: must be a .*file name"):
        load(root, [])


@pytest.mark.parametrize("option", ["driving.poll_every", "=1", " =1", ""])
def test_an_option_without_a_name_and_a_value_is_refused(root: Path, option: str) -> None:
    with pytest.raises(BadInputError, match="write it as name=value"):
        load(root, [option])


def test_a_file_that_is_not_toml_is_refused_by_its_path(root: Path) -> None:
    write(root, "[driving\n")

    with pytest.raises(BadInputError, match=f"{FILE} is not valid TOML"):
        load(root, [])


def test_a_variable_that_cannot_be_read_is_refused_by_name(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHMILL_DRIVING", "{poll_every: 1")

    with pytest.raises(BadInputError, match=r"a BATCHMILL_ variable cannot be read .*driving"):
        load(root, [])


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("sqlite:///batchmill.db", "sqlite:///{root}/batchmill.db"),
        ("sqlite:///data/ledger.db", "sqlite:///{root}/data/ledger.db"),
        ("sqlite:////var/ledger.db", "sqlite:////var/ledger.db"),
        ("postgresql://user@host/name", "postgresql://user@host/name"),
    ],
)
def test_a_relative_sqlite_file_lies_in_the_workspace(root: Path, url: str, where: str) -> None:
    assert database_url(root, load(root, [f"database_url={url}"])) == where.format(root=root)


def test_the_workspace_is_the_nearest_folder_upwards(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = root / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert find_root(None) == root
    assert find_root(root) == root


def test_a_workspace_that_is_named_is_not_looked_for_upwards(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = root / "a"
    below.mkdir()

    with pytest.raises(NotFoundError, match=r"there is no batchmill\.toml in .*/a; make a workspace"):
        find_root(below)
    monkeypatch.setenv("BATCHMILL_WORKSPACE", str(root))
    monkeypatch.chdir("/")
    assert find_root(None) == root


def test_the_template_names_every_setting_with_its_default(root: Path) -> None:
    template = resources.files("cli.templates").joinpath(FILE).read_text(encoding="utf-8")
    told = tomllib.loads(re.sub(r"^# (?=[\w-]+ = |\[)", "", template, flags=re.MULTILINE))
    write(root, template)

    assert load(root, []).model_dump() == Settings().model_dump()
    assert load(root, []).screening.policies == {}
    without_default = {"base_url", "max_pairs_per_request", "usd_per_wave", "usd_in_all", "port"}
    for name, default in load(root, []).model_dump(mode="json").items():
        if name in {"models", "targets"}:
            assert set(told[name]) == {"models": {"gemini-2.5-flash"}, "targets": {"tvl"}}[name]
        elif name == "screening":
            assert told[name] == default | {rule.name: rule.severity.value for rule in RULES}
        elif isinstance(default, dict):
            assert set(told[name]) == set(default)
            assert {key: told[name][key] for key in default if key not in without_default} == {
                key: value for key, value in default.items() if key not in without_default
            }
        else:
            assert told[name] == default
