"""What `batchmill doctor` finds wrong on the way to the provider: key, address, answer and clock."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from tests.bad_lines import LIST, BadLine, Refusal
from tests.checkups import asked, examined, trouble
from tests.workspaces import KEY, Mill, written

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def answering(date: str) -> Iterator[str]:
    """Serve an empty list of jobs whose answer has this Date, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def date_time_string(self, timestamp: float | None = None) -> str:
            del timestamp
            return date

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def emulator_settings(request: pytest.FixtureRequest) -> EmulatorSettings:
    """Let the emulator refuse every list with the code that a test is parametrized with."""
    code = getattr(request, "param", None)
    refusal = f'[[call]]\nverb = "batches.list"\nfault = "refused"\ncode = {code}\n' if code else ""
    return EmulatorSettings(
        port=0, pending_seconds=0.0, running_seconds=0.2, scenario=scenario_of(refusal, "the test's")
    )


def test_a_missing_key_is_a_line_and_the_others_are_made(mill: Mill) -> None:
    written(mill, a=11)
    del mill.environment["GEMINI_API_KEY"]

    assert trouble(mill) == {"key": "fail", "provider": "warn"}
    assert "key" in mill.refused("doctor")


def test_of_two_keys_the_one_that_wins_is_named_and_used(mill: Mill) -> None:
    written(mill, a=11)
    mill.environment["GOOGLE_API_KEY"] = "another"

    assert trouble(mill) == {"key": "warn"}
    assert "GEMINI_API_KEY is used" in examined(mill)["key"][1]
    assert asked(mill, "doctor").stderr == ""


def test_an_address_where_nobody_listens(offline: Mill) -> None:
    found = examined(written(offline, a=11))

    assert found["provider"][0] == "fail"
    assert "no connection" in found["provider"][1]
    assert "provider.base_url" in found["provider"][1]
    assert found["clock"][0] == "warn"


@pytest.mark.parametrize("status", [200, 404])
def test_an_address_where_somebody_else_listens(mill: Mill, line: BadLine, status: int) -> None:
    written(mill, a=11)
    line.spoil(LIST, Refusal(status, "<html>Welcome\x1b[2J</html>"))

    found = examined(mill)

    assert found["provider"][0] == "fail"
    assert "provider.base_url" in found["provider"][1]
    assert found["provider"][1].isprintable()


@pytest.mark.parametrize(
    ("emulator_settings", "state", "advice"),
    [
        (403, "fail", "set a key"),
        (429, "warn", "wait"),
        (500, "fail", "try again"),
        (400, "fail", "provider says"),
    ],
    indirect=["emulator_settings"],
)
def test_what_the_provider_answers_is_explained(mill: Mill, state: str, advice: str) -> None:
    found = examined(written(mill, a=11))

    assert found["provider"][0] == state
    assert advice in found["provider"][1]
    assert found["clock"][0] == "warn"
    assert {found[check][0] for check in found.keys() - {"provider", "clock"}} == {"ok"}


def test_a_key_that_the_provider_repeats_is_not_shown(mill: Mill, line: BadLine) -> None:
    written(mill, a=11)
    body = {"error": {"code": 403, "message": f"Key {KEY} is odd.", "status": "ODD"}}
    line.spoil(LIST, Refusal(403, json.dumps(body)))

    assert "403 ODD: Key *** is odd" in examined(mill)["provider"][1]


@pytest.mark.parametrize(
    ("ahead", "state", "said"),
    [(0, "ok", ""), (100, "warn", "ahead of the server's"), (-100, "warn", "behind"), (600, "fail", "NTP")],
)
def test_a_clock_that_is_wrong_is_seen_by_the_servers(offline: Mill, ahead: int, state: str, said: str) -> None:
    offline.run("init")
    served = datetime.now(UTC) - timedelta(seconds=ahead)
    with answering(format_datetime(served, usegmt=True)) as url:
        offline.environment["BATCHMILL_PROVIDER__BASE_URL"] = url
        found = examined(offline)

    assert found["provider"][0] == "ok"
    assert found["clock"][0] == state
    assert said in found["clock"][1]


@pytest.mark.parametrize("date", ["", "the day after", "Mon, 99 Nov 2026 00:00:00 GMT"])
def test_a_date_that_is_none_is_a_warning(offline: Mill, date: str) -> None:
    offline.run("init")
    with answering(date) as url:
        offline.environment["BATCHMILL_PROVIDER__BASE_URL"] = url

        assert trouble(offline) == {"clock": "warn"}
