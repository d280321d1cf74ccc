"""All tools by name."""

from __future__ import annotations

from cli.mcp.tools import batches, corpus_steps, creating, fetching, files, judging, looking, preparing, sending

TOOLS = {
    tool.name: tool
    for room in (preparing, sending, looking, judging, batches, creating, fetching, files, corpus_steps)
    for tool in room.TOOLS
}
