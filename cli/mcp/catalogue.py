"""All tools by name."""

from __future__ import annotations

from cli.mcp.tools import batches, corpus, creating, files, judging, looking, preparing, sending

TOOLS = {
    tool.name: tool
    for room in (preparing, sending, looking, judging, corpus, batches, creating, files)
    for tool in room.TOOLS
}
