"""The form of batch files, and how that of one wave differs from another's: what a wrong format shows first."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from core.pairs import count
from core.wave.events import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.batch.state import Batch

#: A pair whose mean size is so many times that of the last wave's, or less than its inverse, is worth a line.
MUCH_LARGER = 1.5

_SCHEMAS = ("responseJsonSchema", "responseSchema")


def form_of(batches: Sequence[Batch], lines: Iterable[bytes]) -> Form:
    """Return the form of these written batches, of whose files `lines` are request lines, one a file or more.

    Raises ValueError for a line that is no JSON object.
    """
    documents = [msgspec.json.decode(line, type=dict[str, Any]) for line in lines]
    requests = [document.get("request") or {} for document in documents]
    configs = [request.get("generationConfig") or {} for request in requests]
    sizes = [count(request.ranges) for batch in batches for request in batch.requests]
    pairs = [batch.pairs for batch in batches]
    return Form(
        keys=tuple(sorted({path for document in documents for path in _paths(document)})),
        schema_sha256=_digest(
            next((config[name] for config in configs for name in _SCHEMAS if name in config), None)
        ),
        instruction_sha256=_digest(requests[0].get("systemInstruction") if requests else None),
        prompt_sha256=batches[0].prompt_sha256,
        model=batches[0].model,
        settings=tuple(sorted({setting for config in configs for setting in _settings(config)})),
        pairs_a_request=(min(sizes, default=0), max(sizes, default=0)),
        pairs_a_batch=(min(pairs), max(pairs)),
        bytes_a_pair=sum(batch.file_size for batch in batches) // max(1, sum(pairs)),
    )


def differences(new: Form, old: Form) -> tuple[str, ...]:
    """Return in words how a wave's form differs from an earlier one's, but for what follows from other pairs."""
    return tuple(_differences(new, old))


def _differences(new: Form, old: Form) -> Iterator[str]:
    for path in sorted(set(new.keys) - set(old.keys)):
        yield f"{path} is new in a request"
    for path in sorted(set(old.keys) - set(new.keys)):
        yield f"{path} is no longer in a request"
    for what, now, before in (
        ("the response schema", new.schema_sha256, old.schema_sha256),
        ("the system instruction", new.instruction_sha256, old.instruction_sha256),
        ("the prompt", new.prompt_sha256, old.prompt_sha256),
    ):
        if now != before:
            yield f"{what} is {_version(now)}, and was {_version(before)}"
    if new.model != old.model:
        yield f"the model is {new.model}, and was {old.model}"
    for setting in sorted(set(new.settings) ^ set(old.settings)):
        yield f"generation setting {setting} is {'new' if setting in new.settings else 'gone'}"
    for what, sizes, others in (
        ("pairs a request", new.pairs_a_request, old.pairs_a_request),
        ("pairs a batch", new.pairs_a_batch, old.pairs_a_batch),
    ):
        if sizes[1] > others[1] or sizes[1] * 2 < others[1]:
            yield f"{what}: {_range(sizes)} now, {_range(others)} before"
    if not old.bytes_a_pair / MUCH_LARGER <= new.bytes_a_pair <= old.bytes_a_pair * MUCH_LARGER:
        yield f"bytes a pair: {new.bytes_a_pair:,} now, {old.bytes_a_pair:,} before"


def _paths(value: object, above: str = "", depth: int = 0) -> Iterator[str]:
    """Yield the path of every name in a document; what stands in a schema is told apart by its hash alone."""
    if isinstance(value, dict) and depth < 12:  # noqa: PLR2004 - deeper than any request
        for name, inner in value.items():
            path = f"{above}.{name}" if above else name
            yield path
            if name not in _SCHEMAS:
                yield from _paths(inner, path, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, f"{above}[]", depth + 1)


def _settings(config: dict[str, Any]) -> Iterator[str]:
    for name, value in config.items():
        if name not in _SCHEMAS:
            yield f"{name} {msgspec.json.encode(value, order='sorted').decode()}"


def _digest(value: object) -> str:
    return sha256(msgspec.json.encode(value, order="sorted")).hexdigest() if value is not None else ""


def _version(digest: str) -> str:
    return f"version {digest[:8]}" if digest else "absent"


def _range(sizes: tuple[int, int]) -> str:
    return str(sizes[0]) if sizes[0] == sizes[1] else f"{sizes[0]} to {sizes[1]}"
