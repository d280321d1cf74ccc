from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

import pytest

from adapters.gemini.files import digest_of, file_of, file_page_of
from core.provider import FilePage

DIGEST = hashlib.sha256(b"lines")


def base64_of(said: bytes) -> str:
    return base64.b64encode(said).decode()


@pytest.mark.parametrize(
    "said",
    [
        base64_of(DIGEST.digest()),
        base64_of(DIGEST.hexdigest().encode()),
        base64_of(DIGEST.hexdigest().upper().encode()),
    ],
)
def test_a_digest_is_read_from_its_bytes_and_from_its_hexadecimal(said: str) -> None:
    assert digest_of(said) == DIGEST.hexdigest()


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        "",
        "?",
        "é",
        DIGEST.hexdigest(),
        base64_of(b"short"),
        base64_of(DIGEST.digest() + b"\n"),
        base64_of(b"g" * 64),
    ],
)
def test_what_is_no_digest_is_read_as_unknown(said: object) -> None:
    assert digest_of(said) == ""


def test_a_file_is_read_whole() -> None:
    file = file_of(
        {
            "name": "files/one",
            "displayName": "batch_205",
            "sizeBytes": "12",
            "createTime": "2026-01-06T11:09:11.943530657Z",
            "expirationTime": "2026-01-08T11:09:11.943530657Z",
            "sha256Hash": base64_of(DIGEST.digest()),
        }
    )

    assert (file.name, file.display_name, file.size) == ("files/one", "batch_205", 12)
    assert file.sha256 == DIGEST.hexdigest()
    assert file.created_at == datetime(2026, 1, 6, 11, 9, 11, 943_530, tzinfo=UTC)
    assert file.expires_at == datetime(2026, 1, 8, 11, 9, 11, 943_530, tzinfo=UTC)


def test_a_file_that_tells_nothing_but_its_name_is_one_all_the_same() -> None:
    file = file_of({"name": "files/one"})

    assert (file.size, file.display_name, file.sha256, file.created_at, file.expires_at) == (0, "", "", None, None)


def test_a_page_leaves_out_what_the_service_made_itself() -> None:
    files = [{"name": "files/one", "source": "UPLOADED"}, {"name": "files/made", "source": "GENERATED"}]

    page = file_page_of(json.dumps({"files": [*files, {"name": "files/two"}]}))

    assert [file.name for file in page.files] == ["files/one", "files/two"]


def test_an_empty_page_may_be_followed_by_another() -> None:
    assert file_page_of('{"nextPageToken": "next"}') == FilePage((), "next")
    assert file_page_of("{}") == FilePage((), None)


@pytest.mark.parametrize("body", ["[]", "7", '"files"'])
def test_a_page_of_another_form_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="JSON object"):
        file_page_of(body)


def test_a_file_without_a_name_is_refused() -> None:
    with pytest.raises(KeyError):
        file_page_of('{"files": [{"displayName": "batch_205"}]}')
