"""`batchmill emulator` and `batchmill lifecycle`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(emulator)
    app.command()(lifecycle)


def emulator(  # noqa: PLR0913 - every option of the command
    *,
    port: Annotated[int, typer.Option(help="Port on loopback; 0 takes any free one.", min=0, max=65535)] = 8086,
    folder: Annotated[
        Path | None, typer.Option(help="Where its files and jobs are kept (default: in memory, lost at the end).")
    ] = None,
    pending: Annotated[float, typer.Option(metavar="SECONDS", help="How long a job waits.")] = 2.0,
    running: Annotated[float, typer.Option(metavar="SECONDS", help="How long it then runs.")] = 8.0,
    speed: Annotated[float, typer.Option(metavar="FACTOR", help="Seconds of its clock in a real second.")] = 1.0,
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Which trouble it makes (TOML; see docs/emulator.md).")
    ] = None,
    load: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Jobs and files that exist from the start (JSON; see docs/emulator.md)."
        ),
    ] = None,
    jobs_at_once: Annotated[
        int | None, typer.Option(help="More jobs that wait or run are refused with a 429.", min=1)
    ] = None,
    enqueued_tokens: Annotated[
        int | None, typer.Option(help="More tokens in one model's waiting and running jobs: 429.", min=1)
    ] = None,
    creates_a_minute: Annotated[int | None, typer.Option(help="More creates in a minute: 429.", min=1)] = None,
    requests_a_minute: Annotated[
        int | None, typer.Option(help="More requests of any kind in a minute: 429.", min=1)
    ] = None,
    drivable_clock: Annotated[
        bool, typer.Option("--drivable-clock", help="Let clients put its clock forward: POST /emulator/clock.")
    ] = False,
    stats: Annotated[
        str, typer.Option(metavar="URL", help="Print what a running emulator was asked and billed, and end.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With --stats: as JSON.")] = False,
) -> None:
    """Run a provider on loopback that speaks the Gemini Batch API; Ctrl-C ends it.

    Its model is a deterministic refiner, and everything it produces is marked as emulated. Any key is accepted.
    """
    if stats:
        _show_stats(stats, as_json=as_json)
        return
    from adapters.emulator.quotas import Quotas
    from adapters.emulator.scenario import Scenario, read_scenario
    from adapters.emulator.server import serve
    from adapters.emulator.settings import EmulatorSettings
    from adapters.emulator.truth import Truth, read_truth
    from cli.render.text import say

    settings = EmulatorSettings(
        port=port,
        folder=folder,
        pending_seconds=pending,
        running_seconds=running,
        speed=speed,
        scenario=Scenario() if scenario is None else read_scenario(scenario),
        quotas=Quotas(
            jobs_at_once=jobs_at_once,
            enqueued_tokens=enqueued_tokens,
            creates_a_minute=creates_a_minute,
            requests_a_minute=requests_a_minute,
        ),
        drivable_clock=drivable_clock,
        truth=Truth() if load is None else read_truth(load),
    )

    def ready(url: str) -> None:
        say(f"The emulator listens on {url}")
        if load is not None:
            say(f"Loaded from {load}: {len(settings.truth.jobs)} jobs, {len(settings.truth.files)} files")
        say(f"Use it with: export BATCHMILL_PROVIDER__BASE_URL={url} GEMINI_API_KEY=emulated")

    serve(settings, ready)


def _show_stats(url: str, *, as_json: bool) -> None:
    from adapters.emulator.stats import read_stats
    from cli.render.text import emit_json, say, table

    stats = read_stats(url)
    if as_json:
        emit_json(stats)
        return
    billed = stats.billed
    rows = [("jobs created", stats.created), ("jobs billed", sum(billed.jobs.values()))]
    rows += [("prompt tokens billed", billed.prompt_tokens), ("answer tokens billed", billed.answer_tokens)]
    rows += [(f"calls of {verb}", number) for verb, number in stats.calls.items()]
    rows += [("bytes received", sum(stats.received.values())), ("bytes sent", sum(stats.sent.values()))]
    rows += [(f"faults {kind}", number) for kind, number in stats.faults.items()]
    for line in table(["counted", "number"], rows, right=[1]):
        say(line)
    if stats.jobs:
        say()
        names = [(name, number, billed.jobs.get(name, 0)) for name, number in sorted(stats.jobs.items())]
        for line in table(["display name", "created", "billed"], names, right=[1, 2]):
            say(line)


def lifecycle(
    *,
    wave: Annotated[bool, typer.Option("--wave", help="That of a wave.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The table of transitions as JSON.")] = False,
) -> None:
    """Print the lifecycle of a batch, or of a wave, as a mermaid state diagram."""
    from cli.render.text import emit_json, say
    from core.batch import lifecycle as of_batch
    from core.wave import lifecycle as of_wave

    table, diagram = (of_wave.TABLE, of_wave.diagram) if wave else (of_batch.TABLE, of_batch.diagram)
    if as_json:
        emit_json(
            [
                {"trigger": trigger.value, "from": [status.value for status in sources], "to": dest.value}
                for trigger, sources, dest in table
            ]
        )
    else:
        say(diagram().rstrip())
