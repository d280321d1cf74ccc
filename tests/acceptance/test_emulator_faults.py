"""A scenario's trouble with calls, as it looks on the wire."""

from __future__ import annotations

import http.client
import json
import socket
import time
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from adapters.emulator.emulator import Emulator
from adapters.emulator.scenario import scenario_of
from adapters.emulator.server import serving
from adapters.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST: dict[str, Any] = {"request": {"contents": [{"parts": [{"text": "Hello."}]}]}, "metadata": {"key": "k1"}}
CREATE = "/v1beta/models/m:batchGenerateContent?key=any"
LIST = "/v1beta/batches?key=any"
PATIENCE = 10.0


class Line:
    """An emulator with a scenario, and one connection to it."""

    def __init__(self, emulator: Emulator, url: str) -> None:
        self.emulator = emulator
        self.address = urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)

    def ask(self, path: str, method: str = "GET", body: object = None, **headers: str) -> tuple[int, Any, bytes]:
        """Send one request over the same connection as before; returns status, headers and body."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, data, named)
        reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def create(self, display_name: str = "j") -> tuple[int, Any, bytes]:
        inline = {"requests": {"requests": [REQUEST]}}
        return self.ask(CREATE, "POST", {"batch": {"displayName": display_name, "inputConfig": inline}})

    def upload(self, content: bytes) -> str:
        """Upload a file in two calls and return its name."""
        start = {"X_Goog_Upload_Protocol": "resumable", "X_Goog_Upload_Command": "start"}
        _, headers, _ = self.ask("/upload/v1/files?key=any", "POST", b"{}", **start)
        url = urlsplit(headers["x-goog-upload-url"])
        command = {"X_Goog_Upload_Command": "upload, finalize", "X_Goog_Upload_Offset": "0"}
        _, _, body = self.ask(f"{url.path}?{url.query}", "POST", content, **command)
        name: str = json.loads(body)["file"]["name"]
        return name

    @property
    def created(self) -> int:
        number: int = self.emulator.stats()["created"]
        return number


@contextmanager
def troubled(scenario: str, **more: Any) -> Iterator[Line]:  # noqa: ANN401 - settings of several kinds
    settings = EmulatorSettings(
        port=0, pending_seconds=0, running_seconds=0, scenario=scenario_of(scenario, "test"), **more
    )
    with closing(Emulator(settings)) as emulator, serving(emulator, settings) as url:
        line = Line(emulator, url)
        with closing(line.connection):
            yield line


def rule(verb: str, *fields: str) -> str:
    return "\n".join(["[[call]]", f'verb = "{verb}"', *fields])


@pytest.mark.parametrize("after", ["false", "true"])
@pytest.mark.parametrize("code", [500, 503])
def test_an_error_can_come_before_and_after_the_effect(code: int, after: str) -> None:
    with troubled(
        rule("batches.create", 'fault = "refused"', f"code = {code}", f"after_effect = {after}")
    ) as line:
        status, headers, body = line.create()

        assert (status, json.loads(body)["error"]["code"]) == (code, code)
        assert headers["x-batchmill-emulated"] == "true"
        assert line.created == (after == "true")


def test_a_429_has_the_body_really_seen_and_retry_information_only_on_demand() -> None:
    refused = rule("batches.create", 'fault = "refused"', "code = 429", 'on = "1"')
    wishing = rule("batches.create", 'fault = "refused"', "code = 429", "retry_info = 34", "retry_after = 30")
    with troubled(f"{refused}\n{wishing}") as line:
        (_, bare_headers, bare), (status, headers, body) = line.create(), line.create()

    kinds = [
        [detail["@type"].rpartition(".")[2] for detail in json.loads(text)["error"]["details"]]
        for text in (bare, body)
    ]
    assert kinds == [["Help"], ["Help", "RetryInfo"]]
    assert json.loads(body)["error"]["details"][1]["retryDelay"] == "34s"
    assert (status, headers["retry-after"], bare_headers["retry-after"]) == (429, "30", None)


@pytest.mark.parametrize("after", ["false", "true"])
def test_a_lost_answer_is_a_connection_closed_in_silence(after: str) -> None:
    with troubled(rule("batches.create", 'fault = "lost"', 'on = "1"', f"after_effect = {after}")) as line:
        with pytest.raises(http.client.RemoteDisconnected):
            line.create()
        made = line.created

        assert made == (after == "true")
        assert line.create()[0] == 200
        assert line.emulator.stats()["faults"] == {"call.lost": 1}


@pytest.mark.parametrize("after", ["false", "true"])
def test_a_reset_is_told_to_the_client(after: str) -> None:
    with troubled(rule("batches.create", 'fault = "reset"', 'on = "1"', f"after_effect = {after}")) as line:
        with pytest.raises(ConnectionResetError):
            line.create()

        assert line.created == (after == "true")


def test_a_call_that_hangs_never_answers() -> None:
    with troubled(rule("batches.list", 'fault = "hang"', 'on = "1"')) as line:
        line.connection.timeout = 0.3
        with pytest.raises(TimeoutError):
            line.ask(LIST)
        line.connection.close()
        line.connection.timeout = PATIENCE

        assert line.ask(LIST)[2] == b"{}"


def test_a_slow_call_has_its_effect_at_once_and_its_answer_late() -> None:
    with troubled(rule("batches.create", 'fault = "slow"', "seconds = 0.3")) as line:
        began = time.monotonic()

        assert line.create()[0] == 200
        assert time.monotonic() - began >= 0.3


def test_a_200_can_be_empty_or_a_page_for_people() -> None:
    with troubled(
        rule("batches.list", 'fault = "empty"', 'on = "1"')
        + "\n"
        + rule("batches.list", 'fault = "html"', 'on = "2"')
    ) as line:
        empty, page, after = (line.ask(LIST) for _ in range(3))

    assert (empty[0], empty[2]) == (200, b"")
    assert (page[0], page[1]["content-type"]) == (200, "text/html; charset=utf-8")
    assert page[2].startswith(b"<!DOCTYPE html>")
    assert after[2] == b"{}"


def result_path(line: Line) -> str:
    row = json.dumps({"key": "r1", "request": REQUEST["request"]}).encode() + b"\n"
    batch = {"inputConfig": {"fileName": line.upload(row * 3000)}}
    _, _, body = line.ask(CREATE, "POST", {"batch": batch})
    return f"/v1beta/{json.loads(body)['response']['responsesFile']}:download?alt=media&key=any"


def test_a_download_cut_short_of_its_length_is_seen_by_the_client() -> None:
    with troubled(rule("files.download", 'fault = "truncated"', 'on = "1"')) as line:
        path = result_path(line)
        with pytest.raises(http.client.IncompleteRead) as broken:
            line.ask(path)
        line.connection.close()

        whole = line.ask(path)[2]
        assert broken.value.partial == whole[: len(whole) // 2]
        assert len(whole) > 512 * 1024


def test_a_download_cut_without_a_length_looks_whole() -> None:
    with troubled(
        rule("files.download", 'fault = "truncated"', "length = false", "keep = 0.25", 'on = "1"')
    ) as line:
        path = result_path(line)
        status, headers, cut = line.ask(path)
        whole = line.ask(path)[2]

    assert (status, headers["content-length"]) == (200, None)
    assert cut == whole[: len(whole) // 4]


def test_an_upload_can_lose_an_answer_and_go_on() -> None:
    with troubled(rule("upload.continue", 'fault = "lost"', 'on = "1"', "after_effect = true")) as line:
        start = {"X_Goog_Upload_Protocol": "resumable", "X_Goog_Upload_Command": "start"}
        _, headers, _ = line.ask("/upload/v1/files?key=any", "POST", {"file": {"display_name": "f"}}, **start)
        url = urlsplit(headers["x-goog-upload-url"])
        path = f"{url.path}?{url.query}"
        with pytest.raises(http.client.RemoteDisconnected):
            line.ask(path, "POST", b"12345", X_Goog_Upload_Command="upload", X_Goog_Upload_Offset="0")

        _, headers, _ = line.ask(path, "POST", b"", X_Goog_Upload_Command="query")
        assert headers["x-goog-upload-size-received"] == "5"


def test_rules_can_follow_a_display_name_on_every_call_that_has_one() -> None:
    scenario = '[[call]]\nfault = "refused"\ncode = 503\ndisplay_name = "bad"'
    with troubled(scenario) as line:
        good = json.loads(line.create("good")[2])["name"]

        assert line.create("bad")[0] == 503
        assert line.ask(f"/v1/{good}?key=any")[0] == 200
        assert line.ask(LIST)[0] == 200


def test_a_scenario_leaves_the_emulators_own_calls_alone() -> None:
    with troubled('[[call]]\nfault = "lost"') as line:
        assert line.ask("/emulator/stats")[0] == 200


def test_a_body_on_delete_is_read_and_the_connection_goes_on() -> None:
    with troubled("") as line:
        name = json.loads(line.create()[2])["name"]
        before = line.connection.sock

        assert line.ask(f"/v1beta/{name}?key=any", "DELETE", {})[2] == b"{}"
        assert line.ask(LIST)[2] == b"{}"
        assert line.connection.sock is before


def test_an_unknown_field_is_refused_at_create_in_the_services_words() -> None:
    inline = {"requests": {"requests": [{"request": {**REQUEST["request"], "config": {}}}]}}
    with troubled("") as line:
        answers = [
            line.ask(CREATE, "POST", {"batch": batch}) for batch in ({"src": "files/x"}, {"input_config": inline})
        ]
        assert line.created == 0

    assert [status for status, _, _ in answers] == [400, 400]
    unknown_names = [json.loads(body)["error"]["message"].partition("Unknown name ")[2] for _, _, body in answers]
    assert unknown_names == [
        "\"src\" at 'batch': Cannot find field.",
        "\"config\" at 'batch.input_config.requests.requests[0].request': Cannot find field.",
    ]


def test_the_id_of_a_result_is_too_long_to_be_deleted() -> None:
    with troubled("") as line:
        path = result_path(line).partition(":download")[0]
        status, _, body = line.ask(f"{path}?key=any", "DELETE")

        assert status == 400
        assert "cannot be more than 40 characters." in json.loads(body)["error"]["message"]
        assert line.ask(f"{path}?key=any")[0] == 200


def test_a_clock_can_be_driven_over_http_where_that_was_asked_for() -> None:
    with troubled("", drivable_clock=True) as line:
        file = line.upload(b"x")
        status, _, body = line.ask("/emulator/clock", "POST", {"advance": 3600 * 47.9})
        assert (status, set(json.loads(body))) == (200, {"now"})
        assert line.ask(f"/v1/{file}?key=any")[0] == 200

        line.ask("/emulator/clock", "POST", {"advance": 3600})

        assert line.ask(f"/v1/{file}?key=any")[0] == 403
        assert line.ask("/v1/files?key=any")[2] == b"{}"


@pytest.mark.parametrize(
    "body", [{}, {"advance": "1"}, {"advance": True}, {"advance": -1}, {"advance": 1e12}, [1]]
)
def test_a_clock_goes_forward_only(body: object) -> None:
    with troubled("", drivable_clock=True) as line:
        assert line.ask("/emulator/clock", "POST", body)[0] == 400


def test_a_clock_is_not_driven_by_accident() -> None:
    with troubled("") as line:
        status, _, body = line.ask("/emulator/clock", "POST", {"advance": 1})

    assert (status, json.loads(body)["error"]["status"]) == (400, "FAILED_PRECONDITION")


def test_a_call_that_hangs_is_let_go_when_the_emulator_ends(caplog: pytest.LogCaptureFixture) -> None:
    with ExitStack() as stack:
        with troubled(rule("batches.list", 'fault = "hang"')) as line:
            host, _, port = line.address.partition(":")
            waiting = stack.enter_context(socket.create_connection((host, int(port)), timeout=PATIENCE))
            waiting.sendall(b"GET /v1/batches?key=any HTTP/1.1\r\nHost: x\r\n\r\n")
            while not line.emulator.stats()["faults"]:
                time.sleep(0.01)
        assert waiting.recv(1) == b""
    assert "Traceback" not in caplog.text
