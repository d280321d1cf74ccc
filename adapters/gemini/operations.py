"""Reads the provider's raw operations, since the library drops their counts, errors and half their output."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from core.one_line import one_line
from core.provider import Job, JobPage, JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

_decode = msgspec.json.decode


def job_of(operation: dict[str, Any]) -> Job:
    """Return a job from the JSON of its operation; raises KeyError when it has no name."""
    metadata = _dict(operation.get("metadata"))
    stats = _dict(metadata.get("batchStats"))
    error = _dict(operation.get("error"))
    file, inline = _output(operation)
    return Job(
        name=str(operation["name"]),
        display_name=str(metadata.get("displayName", "")),
        state=state_of(metadata.get("state")),
        model=str(metadata.get("model", "")).removeprefix("models/"),
        input_file=_dict(metadata.get("inputConfig")).get("fileName"),
        result_file=file,
        inline=inline,
        created_at=moment_of(metadata.get("createTime")),
        ended_at=moment_of(metadata.get("endTime")),
        requests=_count(stats, "requestCount"),
        succeeded=_count(stats, "successfulRequestCount"),
        failed=_count(stats, "failedRequestCount"),
        pending=_count(stats, "pendingRequestCount"),
        error=one_line(f"{error.get('code', '?')}: {error.get('message', 'no message')}") if error else None,
        error_code=_count(error, "code") or None,
    )


def page_of(body: str) -> JobPage:
    """Return a page of the job list; `{}` is an empty one, and anything but an object raises ValueError."""
    page = _decode(body)
    if not isinstance(page, dict):
        raise ValueError("a page of the job list is a JSON object")  # noqa: TRY004 - it is the data that is wrong
    return JobPage(
        jobs=tuple(job_of(operation) for operation in page.get("operations", ())),
        next_token=page.get("nextPageToken") or None,
    )


def inline_lines(operation: dict[str, Any]) -> Iterator[bytes]:
    """Yield inlined responses as result lines: the key moves from `metadata.key` to the top of the line."""
    for place in _places(operation):
        responses = place.get("inlinedResponses")
        rows = responses.get("inlinedResponses", ()) if isinstance(responses, dict) else responses
        if not rows:
            continue
        for row in rows:
            key = _dict(row.get("metadata")).get("key")
            line = {name: value for name, value in row.items() if name != "metadata"}
            yield msgspec.json.encode(line if key is None else {**line, "key": key}) + b"\n"
        return


def state_of(word: object) -> JobState:
    """Return the state for `BATCH_STATE_…` or `JOB_STATE_…`; any other word is UNKNOWN."""
    bare = str(word).removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_")
    return JobState(bare) if bare in JobState.__members__ else JobState.UNKNOWN


def moment_of(text: object) -> datetime | None:
    """Return an RFC 3339 time of up to nanoseconds as an aware UTC datetime, None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _output(operation: dict[str, Any]) -> tuple[str | None, bool]:
    """Return the result file's name and whether results stand inline, from either place where they may stand."""
    places = list(_places(operation))
    file = next((place["responsesFile"] for place in places if place.get("responsesFile")), None)
    return file, file is None and any(place.get("inlinedResponses") for place in places)


def _places(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield _dict(_dict(operation.get("metadata")).get("output"))
    yield _dict(operation.get("response"))


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(stats: dict[str, Any], name: str) -> int:
    """Return a count that the wire carries as a string and omits when it is zero."""
    try:
        return int(stats.get(name, 0))
    except (TypeError, ValueError):
        return 0
