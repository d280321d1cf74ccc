"""Files and batches over HTTP; each function answers one verb of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from adapters.emulator.catalogue import check_does
from adapters.emulator.clock import timestamp
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.gate import (
    api_version,
    base_url,
    json_body,
    json_reply,
    off_the_loop,
    page_size,
    page_token_asked,
)
from adapters.emulator.refusals import ApiError, invalid
from adapters.emulator.shapes import LARGEST_PAGE, file_shape, page_shape, page_token, read_page_token
from adapters.emulator.standing import inline
from adapters.emulator.validation import check_batch
from adapters.emulator.wire import field, objects, text_field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from starlette.requests import Request

    from adapters.emulator.emulator import Emulator
    from adapters.emulator.rows import FileRow, JobRow
    from adapters.emulator.wire import Message

_FILES_A_PAGE = 10
_BATCHES_A_PAGE = 50
_PIECE = 256 * 1024
_LARGEST_INLINE = 20 * 1024 * 1024
_JSONL = "application/jsonl"


async def get_file(emulator: Emulator, request: Request) -> Response:
    """Answer a file's description."""
    row = await _find_file(emulator, request.path_params["file_id"])
    return json_reply(file_shape(row, base_url(request)))


async def list_files(emulator: Emulator, request: Request) -> Response:
    """Answer one page of the uploaded files, newest first."""
    below, size = read_page_token(page_token_asked(request)), page_size(request, _FILES_A_PAGE, LARGEST_PAGE)
    rows = emulator.files.page(below=below, limit=size + 1)
    shapes = [file_shape(row, base_url(request)) for row in rows[:size]]
    return json_reply(page_shape("files", shapes, _next_token(rows, size)))


async def delete_file(emulator: Emulator, request: Request) -> Response:
    """Delete an uploaded file."""
    emulator.files.delete(request.path_params["file_id"])
    return json_reply({})


async def download_file(emulator: Emulator, request: Request) -> Response:
    """Answer a result file's bytes; uploaded files cannot be downloaded, as at the real service."""
    file_id = request.path_params["file_id"]
    row = await _find_file(emulator, file_id)
    if not file_id.startswith(RESULT_PREFIX):
        raise invalid("Only generated files can be downloaded; uploaded files cannot.")
    source = emulator.results.open(emulator.results.job_of(file_id))
    if row.size <= _PIECE:
        with source:
            return Response(source.read(), media_type=_JSONL)
    headers = {"content-length": str(row.size)}
    return StreamingResponse(_pieces(source), media_type=_JSONL, headers=headers)


async def create_batch(emulator: Emulator, request: Request) -> Response:
    """Make a job of an uploaded file or of inline requests; the model says whether for text or for vectors."""
    check_does(request.path_params["model"], api_version(request), request.url.path.rpartition(":")[2])
    batch = field(await json_body(request), "batch")
    check_batch(batch)
    source = field(batch, "inputConfig")
    model = f"models/{request.path_params['model']}"
    display_name = text_field(batch, "displayName")
    file_name = text_field(source, "fileName")
    if file_name:
        file_id = file_name.removeprefix("files/")
        size = emulator.files.get(file_id).size
        job = await off_the_loop(size, emulator.jobs.create_from_file, model, file_id, display_name)
    else:
        size = len(await request.body())
        if size > _LARGEST_INLINE:
            raise invalid("Request payload size exceeds the limit: 20971520 bytes.")
        inline = objects(field(field(source, "requests"), "requests"))
        job = await off_the_loop(size, emulator.jobs.create_inline, model, inline, display_name)
    return json_reply(emulator.operation(job))


async def get_batch(emulator: Emulator, request: Request) -> Response:
    """Answer a job's operation."""
    return json_reply(await _operation(emulator, emulator.jobs.get(request.path_params["job_id"])))


async def list_batches(emulator: Emulator, request: Request) -> Response:
    """Answer one page of the operations, newest first."""
    below, size = read_page_token(page_token_asked(request)), page_size(request, _BATCHES_A_PAGE, LARGEST_PAGE)
    rows = emulator.jobs.page(below=below, limit=size + 1)
    shapes = [await _operation(emulator, row) for row in rows[:size]]
    return json_reply(page_shape("operations", shapes, _next_token(rows, size)))


async def cancel_batch(emulator: Emulator, request: Request) -> Response:
    """Cancel a job."""
    emulator.jobs.cancel(request.path_params["job_id"])
    return json_reply({})


async def delete_batch(emulator: Emulator, request: Request) -> Response:
    """Forget a job."""
    emulator.jobs.delete(request.path_params["job_id"])
    return json_reply({})


async def stats(emulator: Emulator, _request: Request) -> Response:
    """Answer what was asked of the emulator so far."""
    return json_reply(await run_in_threadpool(emulator.stats))


async def clock(emulator: Emulator, request: Request) -> Response:
    """Put the emulator's clock forward by `advance` seconds and answer what it shows then."""
    advance = field(await json_body(request), "advance")
    if isinstance(advance, bool) or not isinstance(advance, int | float):
        raise invalid('Say by how many seconds: {"advance": 3600}.')
    emulator.advance(advance)
    return json_reply({"now": timestamp(emulator.now())})


async def unknown(_emulator: Emulator, request: Request) -> Response:
    """Refuse a path that the emulator does not have."""
    raise ApiError(404, "NOT_FOUND", f"The emulator does not serve {request.method} {request.url.path}.")


async def _find_file(emulator: Emulator, file_id: str) -> FileRow:
    """Return a file; the making of a result's content is paid for here, off the loop when it is long."""
    if not file_id.startswith(RESULT_PREFIX):
        return emulator.files.get(file_id)
    job = emulator.results.job_of(file_id)
    return await off_the_loop(emulator.results.work_left(job), emulator.results.described, job)


async def _operation(emulator: Emulator, job: JobRow) -> Message:
    size = emulator.results.work_left(job) if inline(job) or emulator.troubles.of_rows else 0
    return await off_the_loop(size, emulator.operation, job)


def _next_token(rows: list[FileRow] | list[JobRow], size: int) -> str | None:
    return page_token(rows[size - 1].position) if len(rows) > size else None


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while piece := source.read(_PIECE):
            yield piece
