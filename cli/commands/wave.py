"""`batchmill approve`, `accept`, `reject` and `waves`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import HIGHEST

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Wave = Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")]
Why = Annotated[str, typer.Option("--reason", help="Why, for the ledger.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (approve, accept, reject, waves):
        app.command()(command)


def approve(
    context: typer.Context,
    wave: Wave,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the ledger.")] = "approved by a person",
    as_json: Json = False,
) -> None:
    """Let a wave's plan be sent and paid for; a plan that takes its place must be approved anew.

    Shows what is approved, and what the budgets leave for it.
    """
    from cli.compose import opened
    from cli.deciding import approve as approve_wave
    from cli.render.text import emit_json, say
    from cli.render.waves import approval_lines
    from cli.reporting import write_after

    with opened(*context.obj) as workspace:
        approved = approve_wave(workspace, wave, reason)
        write_after(workspace, wave)
    if as_json:
        emit_json(approved)
    else:
        say("\n".join(approval_lines(approved)))


def accept(context: typer.Context, wave: Wave, *, reason: Why) -> None:
    """Say that a wave is good enough for the next one; against the gate's verdict, that is an overruling.

    A wave that was rejected goes on by this.
    """
    from cli.compose import opened
    from cli.deciding import accept as accept_wave
    from cli.render.text import say
    from cli.render.waves import decision_line
    from cli.reporting import write_after
    from core.wave.lifecycle import Status

    with opened(*context.obj) as workspace:
        say(decision_line(wave, Status.ACCEPTED, accept_wave(workspace, wave, reason)))
        write_after(workspace, wave)


def reject(context: typer.Context, wave: Wave, *, reason: Why) -> None:
    """Say that a wave is not good enough: no more of it is sent, and nothing of a wave that depends on it.

    Jobs under way are still brought home.
    """
    from cli.compose import opened
    from cli.deciding import reject as reject_wave
    from cli.render.text import say
    from cli.render.waves import decision_line
    from cli.reporting import write_after
    from core.wave.lifecycle import Status

    with opened(*context.obj) as workspace:
        say(decision_line(wave, Status.REJECTED, reject_wave(workspace, wave, reason)))
        write_after(workspace, wave)


def waves(
    context: typer.Context,
    *,
    wave: Annotated[
        int | None, typer.Option("--wave", min=1, max=HIGHEST, help="Only this one, with all that was judged.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show where every wave stands, since when and by whom, what it waits for, and every overruling."""
    from cli.compose import opened
    from cli.deciding import standings
    from cli.render.text import emit_json, say
    from cli.render.waves import wave_lines

    with opened(*context.obj) as workspace:
        found = standings(workspace, wave)
        rows = workspace.rows().waves()
    if as_json:
        emit_json(found)
    else:
        say("\n".join(wave_lines(found, rows, whole=wave is not None)))
