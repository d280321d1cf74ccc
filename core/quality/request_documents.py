"""The files that ask for pairs again: one in Markdown for people, one in JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.planning.naming import counted
from core.quality.markdown import inline

if TYPE_CHECKING:
    from core.quality.requests import RegenerationRequest

#: Where requests are laid out, within the workspace.
OUTBOX = "outbox/droid"

_WHY = {
    "high": "There is no usable pair at all.",
    "medium": "There are too few pairs to be of use.",
    "low": "There are few pairs.",
}


def request_documents(request: RegenerationRequest) -> dict[str, bytes]:
    """Return both documents by their path in the workspace; the same request gives the same bytes."""
    return {
        f"{OUTBOX}/{request.name}.md": request_markdown(request).encode(),
        f"{OUTBOX}/{request.name}.json": request_json(request),
    }


def request_json(request: RegenerationRequest) -> bytes:
    """Return the request as an indented JSON object, its fields in their order."""
    return msgspec.json.format(msgspec.json.encode(request), indent=2) + b"\n"


def request_markdown(request: RegenerationRequest) -> str:
    """Return the request as a page; names from staged files stand in it as text and nothing else."""
    session = "none" if request.session is None else str(request.session)
    rows = (
        ("Indicator", inline(request.indicator)),
        ("Category", inline(request.category or "") or "none"),
        ("Session", session),
        ("Have", counted(request.have, "pair")),
        ("Want", counted(request.want, "pair")),
        ("Priority", request.priority.value),
        ("Asked for by", f"wave {request.wave}, instead of {inline(request.path)}"),
    )
    table = "".join(f"| {name} | {said} |\n" for name, said in rows)
    return (
        f"# Pairs wanted: {inline(request.indicator)}\n\n"
        f"{_WHY[request.priority.value]}\n\n"
        f"| What | |\n|---|---|\n{table}\n"
        f"A new file with this indicator and at least {counted(request.want, 'pair')}, put into the inbox under "
        "any name, answers this request. Leave the old file as it is.\n"
    )
