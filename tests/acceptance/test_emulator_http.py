"""The emulator byte by byte, as curl would ask it."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from typing import Protocol

    from adapters.emulator.emulator import Emulator
    from core.ports import Clock

    class JumpingClock(Clock, Protocol):
        def jump(self, seconds: float) -> None: ...


MODEL = "gemini-2.5-flash"
PAIRS = [
    {"pair_id": "w2-s30-dex-001", "question": "what is dex volume", "answer": "Certainly! It is 8.59 billion."},
    {"pair_id": "w2-s30-dex-002", "question": "DEX volume 24h", "answer": "Points: - one 1 - two. - three 3"},
]
PROMPT = "Refine.\n\nQ&A PAIRS TO REFINE:\n\n" + json.dumps(PAIRS, indent=2)
LINE = json.dumps({"key": "r1", "request": {"contents": [{"parts": [{"text": PROMPT}]}]}}).encode()


class Reply(NamedTuple):
    status: int
    headers: Any
    body: Any


def ask(url: str, method: str = "GET", body: object = None, **headers: str) -> Reply:
    """Send one request as curl would; underscores in header names stand for dashes."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method)  # noqa: S310 - the test's own loopback address
    try:
        with urllib.request.urlopen(request) as reply:  # noqa: S310 - the same
            return Reply(reply.status, reply.headers, json.loads(reply.read()))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, json.loads(error.read()))


def started(emulator_url: str, size: int) -> str:
    reply = ask(
        f"{emulator_url}/upload/v1beta/files?key=any",
        "POST",
        {"file": {"displayName": "by hand", "sizeBytes": str(size)}},
        X_Goog_Upload_Protocol="resumable",
        X_Goog_Upload_Command="start",
        X_Goog_Upload_Header_Content_Length=str(size),
        X_Goog_Upload_Header_Content_Type="application/jsonl",
    )
    assert reply.status == 200
    assert reply.headers["x-goog-upload-status"] == "active"
    return str(reply.headers["x-goog-upload-url"])


def test_every_answer_is_marked_as_emulated(emulator_url: str, emulator_clock: JumpingClock) -> None:
    name = created(emulator_url)["name"]
    emulator_clock.jump(1)

    reply = ask(f"{emulator_url}/v1/{name}", x_goog_api_key="any")
    line = ask(f"{emulator_url}/v1/{reply.body['response']['responsesFile']}:download?alt=media&key=any").body

    assert reply.headers["x-batchmill-emulated"] == "true"
    assert reply.body["metadata"]["emulated"] is True
    assert line["response"]["modelVersion"] == "gemini-2.5-flash-emulated"
    fenced = line["response"]["candidates"][0]["content"]["parts"][0]["text"]
    pairs = json.loads(fenced.removeprefix("```json").removesuffix("```"))
    assert [pair["flags"] for pair in pairs] == [["emulated"], ["emulated"]]


def created(emulator_url: str, **batch: object) -> dict[str, Any]:
    """Upload one line, make a job of it and return its operation."""
    url = started(emulator_url, len(LINE))
    file = ask(url, "POST", LINE, X_Goog_Upload_Command="upload, finalize").body["file"]["name"]
    create = f"{emulator_url}/v1beta/models/{MODEL}:batchGenerateContent?key=any"
    reply = ask(create, "POST", {"batch": {"input_config": {"file_name": file}, **batch}})
    assert reply.status == 200
    return dict(reply.body)


@pytest.mark.parametrize("sizes", [[10, 1, 30, 9], [50], [0, 25, 25, 0]])
def test_an_upload_takes_chunks_of_any_size_and_says_how_far_it_is(emulator_url: str, sizes: list[int]) -> None:
    content = bytes(range(50))
    url = started(emulator_url, len(content))
    offset = 0
    for size in sizes:
        chunk = content[offset : offset + size]
        offsets = {"X_Goog_Upload_Offset": str(offset)}
        assert ask(url, "POST", chunk, X_Goog_Upload_Command="upload", **offsets).status == 200
        offset += size
        query = ask(url, "POST", b"", X_Goog_Upload_Command="query")
        assert query.headers["x-goog-upload-size-received"] == str(offset)
        assert query.headers["x-goog-upload-status"] == "active"

    first, again = (ask(url, "POST", b"", X_Goog_Upload_Command="finalize") for _ in range(2))

    assert first.headers["x-goog-upload-status"] == "final"
    assert first.body == again.body
    assert first.body["file"]["sizeBytes"] == "50"
    assert first.body["file"]["displayName"] == "by hand"


def test_an_upload_goes_on_at_the_host_that_the_client_named(emulator_url: str) -> None:
    reply = ask(
        f"{emulator_url}/upload/v1/files",
        "POST",
        {},
        x_goog_api_key="any",
        Host="gemini.test:1234",
        X_Goog_Upload_Protocol="resumable",
        X_Goog_Upload_Command="start",
    )

    assert reply.headers["x-goog-upload-url"].startswith("http://gemini.test:1234/upload/v1/files?upload_id=")


def test_a_chunk_at_the_wrong_offset_is_refused_and_the_right_one_is_named(emulator_url: str) -> None:
    url = started(emulator_url, 50)
    ask(url, "POST", b"x" * 20, X_Goog_Upload_Command="upload", X_Goog_Upload_Offset="0")

    reply = ask(url, "POST", b"x" * 20, X_Goog_Upload_Command="upload", X_Goog_Upload_Offset="30")

    assert (reply.status, reply.headers["x-goog-upload-size-received"]) == (400, "20")


def test_an_upload_that_is_short_of_its_announced_size_makes_no_file(emulator_url: str) -> None:
    url = started(emulator_url, 50)

    reply = ask(url, "POST", b"x", X_Goog_Upload_Command="upload, finalize", X_Goog_Upload_Offset="0")

    assert (reply.status, reply.body["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert ask(f"{emulator_url}/v1/files?key=any").body == {}


def test_a_request_without_a_key_is_refused(emulator_url: str) -> None:
    reply = ask(f"{emulator_url}/v1beta/batches")

    assert (reply.status, reply.body["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert ask(f"{emulator_url}/v1beta/batches?key=any").body == {}


def test_an_operation_has_the_real_shape_at_every_stage(emulator_url: str, emulator_clock: JumpingClock) -> None:
    pending = created(emulator_url, display_name="J1")
    emulator_clock.jump(0.1)
    running = ask(f"{emulator_url}/v1beta/{pending['name']}?key=any").body
    emulator_clock.jump(1)
    done = ask(f"{emulator_url}/v1beta/{pending['name']}?key=any").body

    for unfinished in (pending, running):
        assert set(unfinished) == {"name", "metadata"}
        assert unfinished["metadata"]["batchStats"] == {"requestCount": "1", "pendingRequestCount": "1"}
    assert done["done"] is True
    assert done["metadata"]["state"] == "BATCH_STATE_SUCCEEDED"
    assert done["metadata"]["batchStats"] == {"requestCount": "1", "successfulRequestCount": "1"}
    assert done["metadata"]["output"]["responsesFile"] == done["response"]["responsesFile"]
    assert done["metadata"]["inputConfig"] == pending["metadata"]["inputConfig"]
    assert done["metadata"]["displayName"] == "J1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", done["metadata"]["endTime"])


def test_curl_downloads_results_by_the_documented_path_and_no_uploads(
    emulator_url: str, emulator_clock: JumpingClock
) -> None:
    operation = created(emulator_url)
    emulator_clock.jump(1)
    done = ask(f"{emulator_url}/v1beta/{operation['name']}?key=any").body
    result, uploaded = done["response"]["responsesFile"], done["metadata"]["inputConfig"]["fileName"]

    assert ask(f"{emulator_url}/download/v1beta/{result}:download?alt=media&key=any").body["key"] == "r1"
    assert ask(f"{emulator_url}/v1/{uploaded}:download?alt=media&key=any").status == 400


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_documented_addresses_cancel_and_delete_whatever_the_method(emulator_url: str, method: str) -> None:
    url = f"{emulator_url}/v1beta/{created(emulator_url)['name']}"

    assert ask(f"{url}:cancel?key=any", method).body == {}
    assert ask(f"{url}?key=any").body["metadata"]["state"] == "BATCH_STATE_CANCELLED"
    assert ask(f"{url}:delete?key=any", method).body == {}
    assert ask(f"{url}:delete?key=any", method).status == 404
    assert ask(f"{url}?key=any").status == 404


@pytest.mark.parametrize("body", [None, b"", b"{}"])
def test_a_delete_may_have_a_body(emulator_url: str, body: bytes | None) -> None:
    url = f"{emulator_url}/v1/{created(emulator_url)['name']}?key=any"

    assert ask(url, "DELETE", body).body == {}
    assert ask(url).body["error"] == {
        "code": 404,
        "message": "Requested entity was not found.",
        "status": "NOT_FOUND",
    }


def test_a_page_has_as_many_jobs_as_asked_for_up_to_a_hundred_and_the_newest_first(
    emulator: Emulator, emulator_url: str
) -> None:
    request = {"request": {"contents": [{"parts": [{"text": "Hello."}]}]}}
    names = [f"batches/{emulator.jobs.create_inline('models/m', [request], '').id}" for _ in range(120)]

    def page(query: str) -> list[str]:
        operations = ask(f"{emulator_url}/v1beta/batches?key=any{query}").body["operations"]
        return [operation["name"] for operation in operations]

    assert page("") == names[:-51:-1]
    assert page("&pageSize=0") == page("&page_size=50") == page("")
    assert page("&pageSize=7") == names[:-8:-1]
    assert page("&pageSize=1000") == names[:-101:-1]
    assert ask(f"{emulator_url}/v1beta/batches?key=any&pageSize=-1").status == 400


def test_an_answer_at_once_is_refused_for_what_a_request_does_not_have(emulator_url: str) -> None:
    url = f"{emulator_url}/v1beta/models/{MODEL}:generateContent?key=any"
    contents = [{"parts": [{"text": PROMPT}]}]

    good = ask(url, "POST", {"contents": contents, "generation_config": {"max_output_tokens": 5}})
    bad = ask(url, "POST", {"contents": contents, "thinking_config": {}})
    empty = ask(url, "POST", {})

    assert good.body["candidates"][0]["finishReason"] == "MAX_TOKENS"
    assert (bad.status, bad.body["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert 'Unknown name "thinking_config": Cannot find field.' in bad.body["error"]["message"]
    assert "contents is not specified" in empty.body["error"]["message"]


def test_the_statistics_count_the_bytes_of_bodies(emulator_url: str) -> None:
    created(emulator_url)

    counted = ask(f"{emulator_url}/emulator/stats").body

    assert counted["received"]["upload.continue"] == len(LINE)
    assert counted["sent"]["batches.create"] > 200


def test_the_statistics_count_calls_by_verb_and_jobs_by_display_name(emulator_url: str) -> None:
    for display_name in ("a", "b", "b"):
        created(emulator_url, displayName=display_name)

    counted = ask(f"{emulator_url}/emulator/stats").body

    assert counted["jobs"] == {"a": 1, "b": 2}
    assert counted["calls"] == {
        "batches.create": 3,
        "emulator.stats": 1,
        "upload.continue": 3,
        "upload.start": 3,
    }


def test_a_page_token_that_was_never_given_is_refused(emulator_url: str) -> None:
    assert ask(f"{emulator_url}/v1/batches?pageToken=zzz&key=any").status == 400


def test_a_path_that_does_not_exist_is_named_in_the_refusal(emulator_url: str) -> None:
    reply = ask(f"{emulator_url}/v2/batches?key=any")

    assert (reply.status, reply.body["error"]["status"]) == (404, "NOT_FOUND")
    assert "GET /v2/batches" in reply.body["error"]["message"]
