"""Tools that prepare a wave: inventory, plan, write. Nothing of them costs money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from cli.mcp.answers import answer, paged, plain
from cli.mcp.confirming import usd_quote
from cli.mcp.naming import batches_counted
from cli.mcp.tool import Effect, Listing, SomeWave, Tool, Wave
from cli.mcp.wording import as_tools
from core.batch.numbers import HIGHEST
from core.errors import BadInputError
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk

Paths = Annotated[
    tuple[str, ...],
    msgspec.Meta(
        max_length=1000,
        description="Staged files or folders inside the workspace (default: the inbox).",
        examples=[["inbox/tvl_qa_pairs.json"]],
    ),
]
#: The most findings of content rules that one answer tells; `status` and reports count them all.
MOST_FINDINGS = 20
#: What follows a plan that is on record.
NEXT = "write, then submit, which tells the price and asks to have it confirmed"


class InventoryArguments(Listing, frozen=True, kw_only=True):
    """What `inventory` is asked."""

    paths: Paths = ()
    wave: SomeWave = None


def inventory(desk: Desk, asked: InventoryArguments) -> Answer:
    """Read staged files and show what they hold and what is wrong with them; changes nothing.

    One item a file, by pages. With `wave`, repeats of other waves' pairs are looked for too.
    """
    from cli.asking import asking_in
    from cli.mcp.places import inside
    from cli.planning import answers_in, stock_of
    from cli.screening import content_of

    with desk.opened() as opened:
        paths = tuple(inside(opened, each) for each in asked.paths)
        asking = asking_in(opened.database.store)
        content = content_of(opened, asked.wave, keep_all=True)
        stock, _ = stock_of(opened, paths, content, asking)
        answers = answers_in(opened, stock, asking, wave=asked.wave)
    found = stock.inventory
    return answer(
        f"{counted(len(found.sources), 'file')} with {counted(found.found, 'pair')}, "
        f"{counted(found.errors, 'error')}, {counted(found.warnings, 'warning')}",
        pairs=found.found,
        claimed=found.claimed,
        repeated=found.repeated,
        errors=found.errors,
        warnings=found.warnings,
        contentFindings=len(found.content_findings),
        data={
            "content": found.content,
            "contentFindings": found.content_findings[:MOST_FINDINGS],
            "contentWarnings": found.content_warnings,
            "answers": answers,
        },
        page=paged(found.sources, asked.cursor, asked.limit),
    )


class PlanArguments(Listing, frozen=True, kw_only=True):
    """What `plan` is asked; what is not said is as the settings have it."""

    wave: Wave
    paths: Paths = ()
    first_number: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST, description="The first batch number.")] | None = (
        None
    )
    strategy: Literal["indicator", "size"] | None = None
    batch_size: Annotated[int, msgspec.Meta(ge=1)] | None = None
    low_count: Literal["combine", "skip", "hold"] | None = None
    requests: (
        Annotated[str, msgspec.Meta(max_length=20, description="auto, single, or a number.", examples=["auto"])]
        | None
    ) = None
    depends_on: (
        Annotated[
            str,
            msgspec.Meta(
                max_length=20, description='A wave\'s number or "none" (default: the wave before).', examples=["1"]
            ),
        ]
        | None
    ) = None
    accept_counts: Annotated[bool, msgspec.Meta(description="Go on though a file claims another number.")] = False
    accept_findings: Annotated[bool, msgspec.Meta(description="Send pairs that a content rule holds.")] = False
    force: Annotated[bool, msgspec.Meta(description="Go on though answers may pass the model's limit.")] = False
    replace: Annotated[bool, msgspec.Meta(description="Replace a plan of which nothing was sent.")] = False
    again: Annotated[bool, msgspec.Meta(description="Send files again that another wave carries.")] = False
    dry_run: Annotated[bool, msgspec.Meta(description="Show the plan and record nothing.")] = False


def plan(desk: Desk, asked: PlanArguments) -> Answer:
    """Plan a wave: which pairs go into which batch, what it is expected to cost, and how long it takes.

    The plan is recorded, and nothing is sent or paid for by it. The same files give the same plan, so it may be
    called again, for the next page of batches too. `accept_…`, `force`, `replace` and `again` go past a safeguard:
    use them only when the user says so.
    """
    from cli.mcp.places import inside
    from cli.planning import Request, plan_wave
    from core.planning.packing import checked_requests

    try:
        checked_requests(asked.requests or "auto")
    except ValueError as error:
        raise BadInputError(f"plan cannot be called like that: `requests` {error}") from None
    with desk.opened() as opened:
        request = Request(
            wave=asked.wave,
            paths=tuple(inside(opened, each) for each in asked.paths),
            strategy=asked.strategy,
            batch_size=asked.batch_size,
            low_count=asked.low_count,
            requests=asked.requests,
            force=asked.force,
            first_number=asked.first_number,
            accept_counts=asked.accept_counts,
            replace=asked.replace,
            again=asked.again,
            accept_findings=asked.accept_findings,
            keep_findings=True,
            depends_on=asked.depends_on,
        )
        found = plan_wave(opened, request, dry_run=asked.dry_run)
    made = found.plan
    done = "shown, and nothing was recorded" if asked.dry_run else "recorded" if found.recorded else "as it was"
    # What was not recorded is not what `write` writes.
    steps = "plan without dry_run records it" if asked.dry_run and found.recorded else NEXT
    return answer(
        f"the plan of wave {made.wave} is {done}: {batches_counted(len(made.batches))} with "
        f"{counted(made.planned, 'pair')}, expected to cost {usd_quote(made.estimate.cost_usd)}. Next: {steps}",
        wave=made.wave,
        revision=made.revision,
        recorded=found.recorded and not asked.dry_run,
        found=made.found,
        planned=made.planned,
        batches=len(made.batches),
        expectedUsd=made.estimate.cost_usd,
        hours=made.hours,
        dependsOn=found.depends_on,
        data={
            "decisions": made.decisions,
            "warnings": [as_tools(each) for each in found.warnings],
            "findings": found.findings[:MOST_FINDINGS],
            "findingsInAll": len(found.findings),
            "lacking": found.lacking,
            "answers": found.answers,
        },
        page=paged(
            ({**plain(each), "pairs": each.pairs, "ranges": len(each.ranges)} for each in made.batches),
            asked.cursor,
            asked.limit,
        ),
    )


class WriteArguments(Listing, frozen=True, kw_only=True):
    """What `write` is asked."""

    wave: Wave


def write(desk: Desk, asked: WriteArguments) -> Answer:
    """Write a planned wave's batch files; writing again changes nothing. Nothing is sent by it."""
    from cli.forms import compare_form
    from cli.writing import write_wave
    from core.projections.waiting import hindrances

    with desk.opened() as opened:
        written = write_wave(opened, asked.wave)
        compared = compare_form(opened, asked.wave)
        why = hindrances(opened.rows().waves()).get(asked.wave, "")
    return answer(
        f"{counted(len(written), 'file')} of wave {asked.wave} {'is' if len(written) == 1 else 'are'} written; "
        "next: submit",
        notSentYet=as_tools(why) or None,
        data={"form": compared},
        page=paged(written, asked.cursor, asked.limit),
    )


TOOLS = (
    Tool("inventory", InventoryArguments, inventory, Effect.READS),
    Tool("plan", PlanArguments, plan, Effect.ADDS),
    Tool("write", WriteArguments, write, Effect.ADDS),
)
