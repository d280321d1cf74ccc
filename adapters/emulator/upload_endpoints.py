"""The resumable upload over HTTP: start, chunks of any size, query, finalize, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from adapters.emulator.gate import base_url, json_body, json_reply, off_the_loop
from adapters.emulator.refusals import invalid
from adapters.emulator.shapes import file_shape
from adapters.emulator.wire import field, text_field

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from adapters.emulator.emulator import Emulator
    from adapters.emulator.rows import UploadRow

GRANULARITY = 8 * 1024 * 1024
"""The chunk size that the service asks for, in bytes; the emulator takes any."""


async def start(emulator: Emulator, request: Request) -> Response:
    """Begin an upload and answer the address at which it goes on."""
    if request.headers.get("x-goog-upload-protocol") != "resumable" or _commands(request) != ["start"]:
        raise invalid(
            "Only resumable uploads are served: X-Goog-Upload-Protocol resumable, X-Goog-Upload-Command start."
        )
    described = field(await json_body(request), "file")
    mime_type = request.headers.get("x-goog-upload-header-content-type") or text_field(described, "mimeType")
    upload = emulator.uploads.start(
        name=text_field(described, "name"),
        display_name=text_field(described, "displayName"),
        mime_type=mime_type,
        declared=_number(request, "x-goog-upload-header-content-length"),
    )
    path = f"{request.url.path}?upload_id={upload.id}&upload_protocol=resumable"
    headers = {
        "X-Goog-Upload-URL": f"{base_url(request)}{path}",
        "X-Goog-Upload-Control-URL": f"{base_url(request)}{path}",
        "X-Goog-Upload-Status": "active",
        "X-Goog-Upload-Chunk-Granularity": str(GRANULARITY),
    }
    return json_reply({}, headers=headers)


async def go_on(emulator: Emulator, request: Request) -> Response:
    """Carry out the commands of one request to an upload's own address."""
    upload = emulator.uploads.get(request.query_params["upload_id"])
    commands = _commands(request)
    if not commands or not set(commands) <= {"upload", "finalize", "query", "cancel"}:
        raise invalid(f"X-Goog-Upload-Command {', '.join(commands)!r} is not known.")
    if "cancel" in commands:
        emulator.uploads.cancel(upload)
        return json_reply({}, headers={"X-Goog-Upload-Status": "cancelled"})
    if "upload" in commands and not upload.finished:
        await _append(emulator, upload, request)
    if "finalize" in commands:
        row = await off_the_loop(emulator.uploads.received(upload), emulator.uploads.finish, upload)
        shape = file_shape(row, base_url(request))
        return json_reply({"file": shape}, headers={"X-Goog-Upload-Status": "final"})
    return json_reply({}, headers=_progress(emulator, upload))


async def _append(emulator: Emulator, upload: UploadRow, request: Request) -> None:
    """Write the body at the end of what has arrived; a body that breaks off leaves what came of it."""
    received = emulator.uploads.received(upload)
    offset = _number(request, "x-goog-upload-offset")
    if offset is not None and offset != received:
        message = f"The upload continues at byte {received}, the chunk begins at {offset}."
        raise invalid(message, _progress(emulator, upload))
    with emulator.blobs.appender(f"uploads/{upload.id}") as sink:
        try:
            async for piece in request.stream():
                received += len(piece)
                if upload.declared is not None and received > upload.declared:
                    raise invalid(f"The upload is longer than the {upload.declared} bytes that were announced.")
                sink.write(piece)
        except ClientDisconnect:
            raise invalid("The chunk broke off; query the upload and go on from there.") from None


def _progress(emulator: Emulator, upload: UploadRow) -> dict[str, str]:
    return {
        "X-Goog-Upload-Status": "final" if upload.finished else "active",
        "X-Goog-Upload-Size-Received": str(emulator.uploads.received(upload)),
        "X-Goog-Upload-Chunk-Granularity": str(GRANULARITY),
    }


def _commands(request: Request) -> list[str]:
    header = request.headers.get("x-goog-upload-command", "")
    return [word.strip().lower() for word in header.split(",") if word.strip()]


def _number(request: Request, header: str) -> int | None:
    value = request.headers.get(header)
    if value is None:
        return None
    if not value.isdecimal():
        raise invalid(f"The header {header} is {value!r}; a whole number is needed.")
    return int(value)
