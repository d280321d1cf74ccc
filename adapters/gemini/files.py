"""Reads the provider's files from its raw answers, whose hash is base64 of one of two things."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec

from adapters.gemini.operations import moment_of
from core.provider import FilePage, RemoteFile

LARGEST_PAGE = 100
"""The most files that the service puts on a page; its documentation says so."""

_GENERATED = "GENERATED"
_HEX = re.compile(rb"[0-9a-fA-F]{64}")
_DIGEST_SIZE = 32


def file_of(file: dict[str, Any]) -> RemoteFile:
    """Return a file from its JSON; raises KeyError without a name, ValueError for a size that is no number."""
    return RemoteFile(
        name=str(file["name"]),
        size=int(file.get("sizeBytes") or 0),
        expires_at=moment_of(file.get("expirationTime")),
        display_name=str(file.get("displayName") or ""),
        sha256=digest_of(file.get("sha256Hash")),
        created_at=moment_of(file.get("createTime")),
    )


def file_page_of(body: str) -> FilePage:
    """Return a page of the list of files without generated ones; anything but an object raises ValueError."""
    page = msgspec.json.decode(body)
    if not isinstance(page, dict):
        raise ValueError("a page of the list of files is a JSON object")  # noqa: TRY004 - it is the data that is wrong
    uploaded = (file for file in page.get("files", ()) if file.get("source") != _GENERATED)
    return FilePage(files=tuple(map(file_of, uploaded)), next_token=page.get("nextPageToken") or None)


def digest_of(text: object) -> str:
    """Return the hexadecimal digest that `text` is base64 of, as bytes or written out; "" for anything else."""
    if not isinstance(text, str):
        return ""
    try:
        said = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    if _HEX.fullmatch(said):
        return said.decode().lower()
    return said.hex() if len(said) == _DIGEST_SIZE else ""
