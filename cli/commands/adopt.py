"""`batchmill adopt tracking`, `adopt jobs`, `adopt refined`, `reconcile` and `replan`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations at run time
from typing import Annotated

import typer

from cli.commands import HIGHEST, batch_number

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
WrongForm = Annotated[
    str | None, typer.Option(metavar="N[-M]", help="Batches that you know were sent in a wrong form.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    adopt = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="Take over what an older process left behind, as claims; `batchmill claims` only looks.",
    )
    adopt.command()(tracking)
    adopt.command()(jobs)
    adopt.command()(refined)
    app.add_typer(adopt, name="adopt")
    app.command()(reconcile)
    app.command()(replan)


def tracking(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The older process's batch_tracking.json.")],
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The wave it was.")] = 1,
    submissions: Annotated[
        Path | None, typer.Option(help="Where its batch files lie (default: beside the tracking file).")
    ] = None,
    wrong_form: WrongForm = None,
    as_json: Json = False,
) -> None:
    """Take over a wave from its tracking file, and from its batch files where they are at hand.

    What the file claims is recorded as claimed, what was counted in a batch file as checked, and every pair gets
    an id that no other has. Doing it again changes nothing, or adds what was found since.
    """
    from cli.adopting import adopt_tracking
    from cli.compose import opened
    from cli.render.adopted import tracking_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        found = adopt_tracking(workspace, wave, file, submissions=submissions, wrong_form=wrong_form)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(tracking_lines(found)))


def jobs(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Lists of jobs, in whatever form.")],
    *,
    wave: Annotated[int | None, typer.Option("--wave", min=1, max=HIGHEST, help="The adopted wave.")] = None,
    wrong_form: WrongForm = None,
    as_json: Json = False,
) -> None:
    """Record what lists of jobs claim of adopted batches: JSON, JSON lines, tables or plain text.

    Lists that contradict each other are told, and settled by `batchmill reconcile` or `batchmill settle`.
    """
    from cli.adopting import adopt_jobs
    from cli.compose import opened
    from cli.render.adopted import jobs_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        found = adopt_jobs(workspace, files, wave, wrong_form=wrong_form)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(jobs_lines(found)))


def refined(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of refined pairs.")],
    *,
    batch: Annotated[
        int | None,
        typer.Option(
            "--batch", metavar="BATCH", parser=batch_number, help="The batch that all of them are of, if one."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take over refined pairs of adopted batches that already lie on disk, checked as a download is."""
    from cli.adopting_refined import adopt_refined
    from cli.compose import opened
    from cli.render.adopted import refined_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        found = adopt_refined(workspace, files, batch)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(refined_lines(found)))


def reconcile(
    context: typer.Context,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look; record and fetch nothing.")] = False,
    cancel_duplicates: Annotated[
        bool, typer.Option("--cancel-duplicates", help="Stop jobs that run beside the one that counts.")
    ] = False,
    same_project: Annotated[
        bool,
        typer.Option(
            "--same-project", help="The key is of the right project, though no job of the ledger is there."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare the ledger with all jobs and files that the provider has, and act on the difference.

    Results that were not downloaded are fetched at once, the oldest first. The daemon does the same when it starts
    and now and then.
    """
    from cli.compose import opened
    from cli.reconciling import reconcile_ledger
    from cli.render.reconciled import reconciled_lines
    from cli.render.text import emit_json, say
    from cli.repricing import price_of_missing
    from core.engine.reconcile import Wishes

    wishes = Wishes(dry_run=dry_run, same_project=same_project, cancel=cancel_duplicates)
    with opened(*context.obj) as workspace:
        found = reconcile_ledger(workspace, wishes)
        price = price_of_missing(workspace, found)
    if as_json:
        emit_json({"found": found, "again": price})
    else:
        say("\n".join(reconciled_lines(found, price, dry_run=dry_run)))


def replan(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    wave: Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The adopted wave.")],
    only: Annotated[
        str | None,
        typer.Option(metavar="KIND,…", help="lost, never-submitted, wrong-format, incomplete (default: all)."),
    ] = None,
    accept_findings: Annotated[
        bool, typer.Option("--accept-findings", help="Send the pairs that a content rule holds, as they are.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the price and record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Ask again for just the pairs of an adopted wave that did not come home, as repairs of their batches.

    The repairs are packed like any batch and sent by `batchmill run`; what was adopted stays as it is.
    """
    from cli.compose import opened
    from cli.render.adopted import replan_lines
    from cli.render.text import emit_json, say
    from cli.replanning import kinds_of
    from cli.replanning import replan as plan_again

    with opened(*context.obj) as workspace:
        found = plan_again(workspace, wave, kinds_of(only), dry_run=dry_run, accept_findings=accept_findings)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(replan_lines(found, dry_run=dry_run)))
