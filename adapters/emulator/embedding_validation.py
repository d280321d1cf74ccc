"""What the API checks of a request for a vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.emulator.embedding import FULL, embeds
from adapters.emulator.validation import MalformedError, check_content, check_fields
from adapters.emulator.wire import field

if TYPE_CHECKING:
    from adapters.emulator.validation import Check
    from adapters.emulator.wire import Message

SHORTEST = 128
"""The shortest vector that may be asked for."""

_REQUEST = frozenset({"model", "content", "taskType", "title", "outputDimensionality", "embedContentConfig"})
_TASKS = frozenset(
    {
        "TASK_TYPE_UNSPECIFIED",
        "RETRIEVAL_QUERY",
        "RETRIEVAL_DOCUMENT",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY",
    }
)


def check_of(model: str) -> Check | None:
    """Return what checks a request of this model's jobs, None for that of generateContent."""
    return check_embedding if embeds(model) else None


def check_embedding(request: object) -> None:
    """Check an EmbedContentRequest; raises what `adapters.emulator.validation` turns into a 400."""
    if not isinstance(request, dict):
        raise MalformedError("request is not specified")
    check_fields(request, _REQUEST)
    content = field(request, "content")
    if content is None:
        raise MalformedError("content is not specified")
    check_content(content)
    _check_settings(request)


def _check_settings(request: Message) -> None:
    task = field(request, "taskType")
    if task is not None and task not in _TASKS:
        raise MalformedError(f"task_type has no value {task!r}")
    title = field(request, "title")
    if title is not None and not isinstance(title, str):
        raise MalformedError("title must be text")
    if title and task != "RETRIEVAL_DOCUMENT":
        raise MalformedError("title is only for the task type RETRIEVAL_DOCUMENT")
    length = field(request, "outputDimensionality")
    if length is not None and (type(length) is not int or not SHORTEST <= length <= FULL):
        raise MalformedError(f"output_dimensionality must be from {SHORTEST} to {FULL}, both included")
