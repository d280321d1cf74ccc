"""Serves one client over standard input and output; the log goes to standard error."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import anyio
from mcp.server.stdio import stdio_server

if TYPE_CHECKING:
    from cli.mcp.server import Front

#: Seconds that calls get to end: less than the five in which a daemon's stop is promised.
GRACE_SECONDS = 4.5
_LOOK_EVERY = 0.02


def serve(front: Front) -> None:
    """Serve until the client closes standard input, or a signal asks to stop; calls under way are told to end."""
    anyio.run(_serve, front)
    if front.busy:
        # A call hangs in a thread that the interpreter would wait for. What it spent has its intent on record.
        sys.stderr.flush()
        os._exit(0)


async def _serve(front: Front) -> None:
    server = front.server()
    async with anyio.create_task_group() as group, stdio_server() as (incoming, outgoing):
        group.start_soon(_stop_on_signal, front)
        await server.run(incoming, outgoing, server.create_initialization_options())
        front.halt()
        await ended(front)
        group.cancel_scope.cancel()


async def ended(front: Front) -> None:
    """Wait until no call is under way, for GRACE_SECONDS at most."""
    until = time.monotonic() + GRACE_SECONDS
    while front.busy and time.monotonic() < until:  # noqa: ASYNC110 - calls end in other threads
        await anyio.sleep(_LOOK_EVERY)


async def _stop_on_signal(front: Front) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            front.halt()
            await ended(front)
            # A thread waits for the client's next line, and cannot be woken: nothing polite would end it.
            sys.stderr.flush()
            os._exit(0)
