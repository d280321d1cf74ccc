"""The JSON objects of the API as the emulator answers them: files, operations and pages of both."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from adapters.emulator.clock import timestamp
from adapters.emulator.embedding import embeds
from adapters.emulator.files import RESULT_PREFIX
from adapters.emulator.refiner import MARK
from adapters.emulator.refusals import invalid
from adapters.emulator.rows import NEWEST
from adapters.emulator.standing import inline, place, standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import msgspec

    from adapters.emulator.rows import FileRow, JobRow, Position
    from adapters.emulator.standing import Standing
    from adapters.emulator.wire import Message

LARGEST_PAGE = 100
_TYPE = "type.googleapis.com/google.ai.generativelanguage.v1main."


def file_shape(row: FileRow, base_url: str) -> Message:
    """Return a file; a result file has a download address and no hash."""
    uploaded = not row.id.startswith(RESULT_PREFIX)
    created = timestamp(row.created_ns)
    shape: Message = {"name": f"files/{row.id}"}
    if row.display_name:
        shape["displayName"] = row.display_name
    shape |= {"mimeType": row.mime_type, "sizeBytes": str(row.size), "createTime": created, "updateTime": created}
    shape["expirationTime"] = timestamp(row.expires_ns)
    if row.sha256:
        shape["sha256Hash"] = base64.b64encode(row.sha256.encode()).decode()
    shape["uri"] = f"{base_url}/v1beta/files/{row.id}"
    if not uploaded:
        shape["downloadUri"] = f"{base_url}/v1beta/files/{row.id}:download?alt=media"
    return shape | {"state": "ACTIVE", "source": "UPLOADED" if uploaded else "GENERATED"}


def operation_shape(job: JobRow, now_ns: int, inlined: Sequence[msgspec.Raw] = ()) -> Message:
    """Return a job as its operation; fields that are zero or false are left out, as the real service does."""
    stands = standing(job, now_ns)
    output = _output(job, inlined) if stands.rows else None
    in_metadata = output if place(job) != "response" else None
    operation: Message = {"name": f"batches/{job.id}", "metadata": _metadata(job, stands, in_metadata)}
    if stands.ended:
        operation["done"] = True
    if stands.error is not None:
        code, message = stands.error
        return operation | {"error": {"code": code, "message": message}}
    if output is not None and place(job) != "metadata":
        operation["response"] = {"@type": f"{_type(job)}Output", **output}
    return operation


def counts(job: JobRow, stands: Standing) -> tuple[int, int, int]:
    """Return how many rows succeeded, failed and are pending; a job that breaks off leaves the rest pending."""
    failed = (job.failed or 0) if stands.answered else 0
    return stands.answered - failed, failed, job.requests - stands.answered


def page_shape(field: str, shapes: list[Message], next_token: str | None) -> Message:
    """Return a page of a list: `{}` when it is empty."""
    page: Message = {field: shapes} if shapes else {}
    if next_token is not None:
        page["nextPageToken"] = next_token
    return page


def page_token(last: Position) -> str:
    """Return the token of the page that follows the row at this position."""
    return base64.urlsafe_b64encode("below {} {}".format(*last).encode()).decode()


def read_page_token(token: str) -> Position:
    """Return the position below which the page begins; raises ApiError (400) for a token that was never given."""
    if not token:
        return NEWEST
    try:
        _, created_ns, seq = base64.urlsafe_b64decode(token).decode().split(" ")
        return int(created_ns), int(seq)
    except (binascii.Error, ValueError):
        raise invalid("Page token is invalid.") from None


def _metadata(job: JobRow, stands: Standing, output: Message | None) -> Message:
    metadata: Message = {"@type": _type(job), "model": job.model}
    if job.display_name:
        metadata["displayName"] = job.display_name
    if job.input_file is not None:
        metadata["inputConfig"] = {"fileName": job.input_file}
    if output is not None:
        metadata["output"] = output
    metadata["createTime"] = timestamp(job.created_ns)
    updated = timestamp(stands.since_ns)
    if stands.ended:
        metadata["endTime"] = updated
    metadata["updateTime"] = updated
    stats = {"requestCount": str(job.requests)}
    for name, count in zip(("successful", "failed", "pending"), counts(job, stands), strict=True):
        if count:
            stats[f"{name}RequestCount"] = str(count)
    metadata["batchStats"] = stats
    return metadata | {"state": f"BATCH_STATE_{stands.state}", "name": f"batches/{job.id}", MARK: True}


def _type(job: JobRow) -> str:
    return f"{_TYPE}{'EmbedContentBatch' if embeds(job.model) else 'GenerateContentBatch'}"


def _output(job: JobRow, inlined: Sequence[msgspec.Raw]) -> Message:
    if inline(job):
        return {"inlinedResponses": {"inlinedResponses": list(inlined)}}
    return {"responsesFile": f"files/{RESULT_PREFIX}{job.id}"}
