"""`batchmill mcp`: the server that an agent's MCP client starts."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)


def mcp(
    context: typer.Context,
    *,
    port: Annotated[
        int | None,
        typer.Option(
            "--http",
            metavar="PORT",
            min=0,
            max=65535,
            help="Serve streamable HTTP on loopback (0: any free port) instead of stdio.",
        ),
    ] = None,
) -> None:
    """Offer Batchmill's tools to a coding agent by the Model Context Protocol, over stdio unless --http is given.

    Whatever spends money, deletes or decides wants a confirmation that quotes it, and is in the ledger under the
    client's name. Over HTTP every client shows the token of BATCHMILL_MCP_TOKEN. Ctrl-C or SIGTERM ends it.
    """
    import sys

    from cli.corpus_extra import require
    from cli.settings import find_root, load

    require("mcp", extra="mcp")
    folder, options = context.obj
    root = find_root(folder)
    load(root, options)  # a setting that cannot be read is told here, and not with every call

    from cli.mcp.server import Front

    front = Front(root, options)
    if port is None:
        from cli.mcp.stdio import serve

        serve(front)
        return
    from cli.mcp.http import serve as serve_http

    def ready(url: str) -> None:
        sys.stderr.write(f"batchmill mcp listens on {url}\n")
        sys.stderr.flush()

    serve_http(front, port, ready)
