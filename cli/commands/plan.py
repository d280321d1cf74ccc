"""`batchmill inventory`, `plan` and `write`."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import HIGHEST

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Findings = Annotated[bool, typer.Option("--findings", help="List all that the content rules found.")]
Wave = Annotated[int, typer.Option("--wave", min=1, max=HIGHEST, help="The number of the wave.")]
Paths = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH", help="Staged files or folders (default: the inbox).")
]


class Strategy(Enum):
    """How pairs are grouped."""

    INDICATOR = "indicator"
    SIZE = "size"


class LowCount(Enum):
    """What becomes of a source with few pairs."""

    COMBINE = "combine"
    SKIP = "skip"
    HOLD = "hold"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(inventory)
    app.command()(plan)
    app.command()(write)
    app.command()(prompts)


def inventory(
    context: typer.Context,
    paths: Paths = None,
    *,
    wave: Annotated[
        int | None,
        typer.Option("--wave", min=1, max=HIGHEST, help="Look for repeats of other waves' pairs too."),
    ] = None,
    findings: Findings = False,
    as_json: Json = False,
) -> None:
    """Read staged files and show what they hold and what is wrong with them; changes nothing."""
    from msgspec.structs import asdict

    from cli.asking import asking_in
    from cli.compose import opened
    from cli.planning import answers_in, stock_of
    from cli.render.asking import answer_lines
    from cli.render.plans import inventory_lines
    from cli.render.text import emit_json, say
    from cli.screening import content_of

    with opened(*context.obj) as workspace:
        asking = asking_in(workspace.database.store)
        content = content_of(workspace, wave, keep_all=findings or as_json)
        stock, _ = stock_of(workspace, paths or (), content, asking)
        answers = answers_in(workspace, stock, asking, wave=wave)
    if as_json:
        emit_json(asdict(stock.inventory) | {"answers": answers})
    else:
        say("\n".join(inventory_lines(stock.inventory, listed=findings) + answer_lines(answers)))


def _requests(asked: str | None) -> str | None:
    """Return what was asked for; a usage error for other words."""
    from core.planning.packing import checked_requests

    try:
        checked_requests(asked or "auto")
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return asked


def plan(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    wave: Wave,
    paths: Paths = None,
    *,
    first_number: Annotated[
        int | None, typer.Option(min=1, max=HIGHEST, help="The first batch number (default: the ledger's next).")
    ] = None,
    strategy: Annotated[Strategy | None, typer.Option(help="One batch per indicator, or of a fixed size.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Pairs in a batch.")] = None,
    low_count: Annotated[LowCount | None, typer.Option(help="What becomes of sources with few pairs.")] = None,
    requests: Annotated[
        str | None,
        typer.Option(
            metavar="auto|single|N",
            help="Requests of a batch: as few as fit, one, or N (evenly).",
            callback=_requests,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Go on though answers are expected to pass the model's limit.")
    ] = False,
    accept_counts: Annotated[
        bool, typer.Option("--accept-counts", help="Go on though a file holds another number than it claims.")
    ] = False,
    accept_findings: Annotated[
        bool, typer.Option("--accept-findings", help="Send the pairs that a content rule holds, as they are.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of an earlier plan of which nothing was sent.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Send files again that another wave carries already.")
    ] = False,
    depends_on: Annotated[
        str | None,
        typer.Option(
            metavar="N|none", help="The wave to be accepted before this one is sent (default: the one before)."
        ),
    ] = None,
    findings: Findings = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and record nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Plan a wave: which pairs go into which batch, what it costs, how long it takes.

    The plan is recorded with every decision in it, and all pairs are put into one extract. Planning again from the
    same files changes nothing. A file that another wave carries already is left out, so that no pair is paid for
    twice. Content rules look at every pair; they leave it out, hold the plan, or warn, as the settings say.
    Nothing is sent before the plan is approved (`batchmill approve`).
    """
    from cli.compose import opened
    from cli.planning import Request, plan_wave
    from cli.render.plans import plan_lines
    from cli.render.text import emit_json, say

    request = Request(
        wave=wave,
        paths=tuple(paths or ()),
        strategy=strategy.value if strategy else None,
        batch_size=batch_size,
        low_count=low_count.value if low_count else None,
        requests=requests,
        force=force,
        first_number=first_number,
        accept_counts=accept_counts,
        replace=replace,
        again=again,
        accept_findings=accept_findings,
        keep_findings=findings or as_json,
        depends_on=depends_on,
    )
    with opened(*context.obj) as workspace:
        planned = plan_wave(workspace, request, dry_run=dry_run)
    if as_json:
        emit_json(planned)
    else:
        say("\n".join(plan_lines(planned, dry_run=dry_run, listed=findings)))


def write(context: typer.Context, wave: Wave, *, as_json: Json = False) -> None:
    """Write a planned wave's batch files; writing again changes nothing.

    A source that changed after planning is refused. How the files differ in form from those of the last wave that
    went well is listed before anything is sent.
    """
    from cli.compose import opened
    from cli.forms import compare_form
    from cli.render.plans import form_lines, written_lines
    from cli.render.text import emit_json, say
    from cli.writing import write_wave
    from core.projections.waiting import hindrances

    with opened(*context.obj) as workspace:
        written = write_wave(workspace, wave)
        compared = compare_form(workspace, wave)
        why = hindrances(workspace.rows().waves()).get(wave, "")
    if as_json:
        emit_json(written)
    else:
        say("\n".join(form_lines(compared) + written_lines(wave, written, hindrance=why)))


def prompts(context: typer.Context, *, as_json: Json = False) -> None:
    """Show the versions of the refinement prompt, and which waves were planned with each; changes nothing."""
    from cli.compose import opened
    from cli.prompts import versions
    from cli.render.plans import prompt_lines
    from cli.render.text import emit_json, say

    with opened(*context.obj) as workspace:
        found = versions(workspace)
    if as_json:
        emit_json(found)
    else:
        say("\n".join(prompt_lines(found)))
