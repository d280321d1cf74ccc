"""Every tool there is, by its name."""

from __future__ import annotations

from cli.mcp.tools import (
    batches,
    corpus_search,
    corpus_steps,
    creating,
    fetching,
    files,
    judging,
    looking,
    preparing,
    sending,
)

ROOMS = (preparing, sending, looking, judging, batches, creating, fetching, files, corpus_steps, corpus_search)
TOOLS = {tool.name: tool for room in ROOMS for tool in room.TOOLS}
