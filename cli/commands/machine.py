"""`batchmill emulator` and `batchmill lifecycle`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(emulator)
    app.command()(lifecycle)


def emulator(
    *,
    port: Annotated[int, typer.Option(help="Port on loopback; 0 takes any free one.", min=0, max=65535)] = 8086,
    folder: Annotated[
        Path | None, typer.Option(help="Where its files and jobs are kept (default: in memory, lost at the end).")
    ] = None,
    pending: Annotated[float, typer.Option(metavar="SECONDS", help="How long a job waits.")] = 2.0,
    running: Annotated[float, typer.Option(metavar="SECONDS", help="How long it then runs.")] = 8.0,
    speed: Annotated[float, typer.Option(metavar="FACTOR", help="Seconds of its clock in a real second.")] = 1.0,
) -> None:
    """Run a provider on loopback that speaks the Gemini Batch API; Ctrl-C ends it.

    Its model is a deterministic refiner, and everything it produces is marked as emulated. Any key is accepted.
    """
    from adapters.emulator.server import serve
    from adapters.emulator.settings import EmulatorSettings
    from cli.render.text import say

    settings = EmulatorSettings(
        port=port, folder=folder, pending_seconds=pending, running_seconds=running, speed=speed
    )

    def ready(url: str) -> None:
        say(f"The emulator listens on {url}")
        say(f"Use it with: export BATCHMILL_PROVIDER__BASE_URL={url} GEMINI_API_KEY=emulated")

    serve(settings, ready)


def lifecycle(
    *, as_json: Annotated[bool, typer.Option("--json", help="The table of transitions as JSON.")] = False
) -> None:
    """Print the lifecycle of a batch as a mermaid state diagram."""
    from cli.render.text import emit_json, say
    from core.batch.lifecycle import TABLE, diagram

    if as_json:
        emit_json(
            [
                {"trigger": trigger.value, "from": [status.value for status in sources], "to": dest.value}
                for trigger, sources, dest in TABLE
            ]
        )
    else:
        say(diagram().rstrip())
