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
    from cli.render.fitting import columns
    from cli.render.text import emit_json, say
    from cli.render.views import labelled, status_lines
    from core.batch.numbers import label
    from core.errors import NotFoundError
    from core.ledger.recorded import stamp

    with opened(*context.obj) as workspace:
        model = workspace.rows()
        rows = model.batches(numbers or None)
        waves = model.waves()
        holder = workspace.database.lease.current()
        now = stamp(workspace.clock.now())
    missing = set(numbers or ()) - {row.number for row in rows}
    if missing:
        raise NotFoundError(
            f"the ledger has no batch {label(min(missing))}; `batchmill status` shows those it has"
        )
    if as_json:
        emit_json({"waves": waves, "batches": [labelled(row) for row in rows], "driver": holder})
        return
    everything = everything or bool(numbers)
    say("\n".join(status_lines(rows, everything=everything, width=columns(), now=now, waves=waves)))
    if holder:
        say(f"\nDriven by {holder.kind} (process {holder.pid} on {holder.host}).")


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


def history(
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
        typer.Option("--verify", help="Walk the stream (all of them, if none is named) through the lifecycle."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Show every event of a batch: when, what, by whom, and why.

    --verify reads the stored history through the lifecycle again; exit status 1 if it does not follow it.
    """
    from cli.compose import opened
    from cli.history import events_of, stream_of, until_of, verified
    from cli.render.text import emit_json, say
    from cli.render.tracing import fault_lines, history_lines, verified_lines
    from core.errors import RefusedError

    if subject is None and not verify:
        raise typer.BadParameter("name a batch (`batchmill history 207`), or say --verify for all streams")
    with opened(*context.obj) as workspace:
        if verify:
            streams, faults = verified(workspace, subject)
            if as_json:
                emit_json({"streams": streams, "faults": faults})
            else:
                say("\n".join(fault_lines(faults) + verified_lines(streams, faults)))
            if faults:
                raise RefusedError(f"history does not follow the lifecycle at position {faults[0].position}")
            return
        found = events_of(workspace, stream_of(subject or ""), until_of(workspace, at))
    if as_json:
        emit_json(found)
    else:
        say("\n".join(history_lines(found)))
