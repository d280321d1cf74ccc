"""The API key is used and never written: in no file, no log, no error and no output, whatever goes wrong."""

from __future__ import annotations

import json
import signal

import psycopg
import pytest
from psycopg import sql

from tests.bad_lines import CREATE, BadLine, Refusal
from tests.workspaces import KEY, Ended, Mill, written

#: Errors of a provider that repeats the key, as careless servers do.
ECHOES = [
    Refusal(code, json.dumps({"error": {"code": code, "message": f"Key {KEY} is odd.", "status": "ODD"}}))
    for code in (400, 403, 404, 429, 500)
]


def places_of_the_key(mill: Mill, *said: Ended) -> list[str]:
    """Return every place the key stands in: files of the workspace by path, and what commands said."""
    found = [path.name for path in mill.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    return found + [text for ended in said for text in (ended.stdout, ended.stderr) if KEY in text]


def asked_about(mill: Mill) -> list[Ended]:
    lines = (
        "status",
        "timeline",
        "balance",
        "history 205",
        "history 205 --json",
        "status --json",
        "replay --until 99",
    )
    return [mill.call(line) for line in lines]


def test_a_wave_that_goes_well_leaves_no_trace_of_it(mill: Mill) -> None:
    written(mill, a=11)
    ended = mill.call("run --until-idle --json-log")
    assert mill.json("balance")["total"]["refined"] == 11
    assert places_of_the_key(mill, ended, *asked_about(mill)) == []


@pytest.mark.parametrize("echo", ECHOES, ids=lambda echo: str(echo.status))
def test_a_provider_that_repeats_it_in_its_errors_is_not_repeated(
    mill: Mill, line: BadLine, echo: Refusal
) -> None:
    written(mill, a=11)
    line.spoil(CREATE, echo)
    ended = mill.call("run --until-idle")
    assert "is odd" in ended.stderr
    assert "***" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert places_of_the_key(mill, ended, *asked_about(mill)) == []


def test_an_error_of_a_poll_or_download_does_not_repeat_it(mill: Mill, line: BadLine) -> None:
    written(mill, a=11)
    line.spoil("GET /v1beta/batches", ECHOES[-1], 2)
    line.spoil(":download", ECHOES[-1], 2)
    ended = mill.call("run --until-idle --json-log")
    assert ended.status == 0
    assert "is odd" in ended.stderr
    assert places_of_the_key(mill, ended, *asked_about(mill)) == []


@pytest.mark.postgres
def test_it_is_not_in_the_database_either(mill: Mill, line: BadLine, empty_postgres_url: str) -> None:
    mill.environment["BATCHMILL_DATABASE_URL"] = empty_postgres_url
    written(mill, a=11)
    line.spoil(CREATE, ECHOES[-2])
    mill.run("run --until-idle")
    with psycopg.connect(empty_postgres_url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        rows = [
            connection.execute(sql.SQL("TABLE {}").format(sql.Identifier(name))).fetchall() for (name,) in tables
        ]
    assert "is odd" in str(rows)
    assert KEY not in str(rows)


def test_an_address_where_nobody_is_is_said_without_it(offline: Mill) -> None:
    written(offline, a=11)
    with offline.started("run --until-idle") as running:
        running.wait_for("batch.submission_deferred")
        status, _ = running.end(signal.SIGTERM)
    assert status == 0
    assert "Traceback" not in running.said
    assert KEY not in running.said
    assert places_of_the_key(offline, *asked_about(offline)) == []


@pytest.mark.parametrize("url", ["nonsense", "http://[bad", "ftp://127.0.0.1", "http:///v1", f"{KEY}"])
def test_what_is_no_address_is_refused_without_it(offline: Mill, url: str) -> None:
    written(offline, a=11)
    offline.environment["BATCHMILL_PROVIDER__BASE_URL"] = url
    said = offline.refused("run --until-idle")
    assert "provider.base_url" in said
    assert KEY not in said


@pytest.mark.parametrize("table", ["provider", "model"])
def test_a_key_in_the_settings_is_refused_and_not_repeated(offline: Mill, table: str) -> None:
    offline.run("init")
    (offline.root / "batchmill.toml").write_text(f'[{table}]\napi_key = "{KEY}"\n', encoding="utf-8")
    said = offline.refused("status")
    assert f"{table}.api_key" in said
    assert KEY not in said


def test_without_a_key_nothing_is_sent(mill: Mill) -> None:
    written(mill, a=11)
    del mill.environment["GEMINI_API_KEY"]
    events = mill.events()
    for line in ("run --until-idle", "submit 205"):
        assert "GEMINI_API_KEY" in mill.refused(line)
    assert mill.events() == events
    mill.environment["GOOGLE_API_KEY"] = KEY
    mill.run("run --until-idle")
    assert mill.statuses() == {205: "downloaded"}


def test_commands_that_ask_no_provider_need_no_key(offline: Mill) -> None:
    del offline.environment["GEMINI_API_KEY"]
    written(offline, a=11)
    assert offline.statuses() == {205: "written"}
