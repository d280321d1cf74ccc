"""`batchmill status`, `timeline` and `history`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands import batch_number

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(timeline)
    app.command()(history)


def status(
    context: typer.Context,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="BATCH", parser=batch_number, help="Only these batches.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Show every batch, however many there are.")] = False,
    as_json: Json = False,
) -> None:
    """Show where every batch stands."""
    from cli.compose import opened
    from cli.glances import status_of
    from cli.render.fitting import columns
    from cli.render.text import emit_json, say
    from cli.render.views import labelled, status_lines
    from core.ledger.recorded import stamp

    with opened(*context.obj) as workspace:
        found = status_of(workspace, numbers or ())
        now = stamp(workspace.clock.now())
    waves, rows, holder, head = found.waves, found.batches, found.driver, found.head
    if as_json:
        emit_json({"waves": waves, "batches": [labelled(row) for row in rows], "driver": holder, "head": head})
        return
    everything = everything or bool(numbers)
    say("\n".join(status_lines(rows, everything=everything, width=columns(), now=now, waves=waves)))
    say(f"\nLedger head: {head}")
    if holder:
        say(f"Driven by {holder.kind} (process {holder.pid} on {holder.host}).")


def timeline(context: typer.Context, *, as_json: Json = False) -> None:
    """Show the milestones of every wave, done and to come."""
    from cli.compose import opened
    from cli.render.text import emit_json, say
    from cli.render.views import timeline_lines
    from core.projections.timeline import milestones

    with opened(*context.obj) as workspace:
        model = workspace.rows()
        lines = milestones(model.waves(), model.batches())
    if as_json:
        emit_json(lines)
    else:
        say("\n".join(timeline_lines(lines)))


def history(  # noqa: PLR0913 - every option of the command
    context: typer.Context,
    subject: Annotated[
        str | None, typer.Argument(metavar="BATCH", help="A batch number, or a stream such as wave-2.")
    ] = None,
    *,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="POSITION|TIME", help="As it was then (a position, or a UTC time)."),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify",
            help="Check the stream (or all of them) against its hashes and the lifecycle.",
        ),
    ] = False,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="HEAD", help="With --verify: a head that was kept elsewhere, as 1370:3f2a…"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show every event of a batch: when, what, by whom, and why.

    --verify follows the chain of hashes, and the stored history through the lifecycle again: exit status 1 if an
    event was altered, dropped, added or moved. With --head, also if the ledger never had that head.
    """
    from cli.compose import opened
    from cli.history import events_of, stream_of, until_of, verified
    from cli.render.text import emit_json, say
    from cli.render.tracing import fault_lines, history_lines, verified_lines
    from core.errors import RefusedError
    from core.ledger.chain import parse_head

    if subject is None and not verify:
        raise typer.BadParameter("name a batch (`batchmill history 207`), or say --verify for all streams")
    if head is not None and (subject or not verify):
        raise typer.BadParameter("--head is compared with the whole ledger: say --verify, and name no batch")
    with opened(*context.obj) as workspace:
        if verify:
            checked = verified(workspace, subject, parse_head(head) if head else None)
            if as_json:
                emit_json(checked)
            else:
                say("\n".join(fault_lines(checked.faults) + verified_lines(checked)))
            if checked.faults:
                raise RefusedError(
                    f"history does not hold at position {checked.faults[0].position}; restore a backup, and keep "
                    "this database until you know what happened to it"
                )
            return
        found = events_of(workspace, stream_of(subject or ""), until_of(workspace, at))
    if as_json:
        emit_json(found)
    else:
        say("\n".join(history_lines(found)))
