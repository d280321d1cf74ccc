"""Tools that only look: status, list, timeline, waves, balance, history, cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from cli.mcp.answers import answer, paged, plain
from cli.mcp.naming import batches_counted
from cli.mcp.tool import Arguments, Effect, Label, Listing, SomeWave, Tool
from cli.mcp.wording import as_tools
from core.batch.numbers import in_order, parse
from core.errors import NotFoundError
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from core.projections.rows import BatchRow

Place = Literal["excluded", "planned", "in_flight", "refined", "missing", "given_up"]

#: The statuses of `core.batch.lifecycle`, which no client waits for to begin.
State = Literal[
    "planned",
    "written",
    "withdrawn",
    "adopted",
    "submitted",
    "processing",
    "succeeded",
    "downloaded",
    "failed",
]


class StatusArguments(Listing, frozen=True, kw_only=True):
    """What `status` is asked."""

    batches: Annotated[
        tuple[Label, ...], msgspec.Meta(max_length=500, description="Only these (default: all).")
    ] = ()
    wave: SomeWave = None


def status(desk: Desk, asked: StatusArguments) -> Answer:
    """Show where waves and batches stand: status, what each waits for, job, counts of pairs, reasons.

    Read from the ledger; the provider is not asked. `driver` is the process that drives the ledger now, if any.
    """
    from cli.glances import status_of
    from cli.render.views import labelled
    from core.projections.waiting import hindrances

    with desk.opened() as opened:
        found = status_of(opened, [parse(each) for each in asked.batches])
        if asked.wave is not None and asked.wave not in {row.wave for row in found.waves}:
            raise NotFoundError(f"the ledger has no wave {asked.wave}; `waves` shows those it has")
        why = hindrances(found.waves)
    rows = [row for row in found.batches if asked.wave in {None, row.wave}]
    waves = [row for row in found.waves if asked.wave in {None, row.wave}]
    return answer(
        _summed(rows),
        driver=found.driver,
        head=str(found.head),
        data={
            "waves": [_lean(plain(row)) for row in waves],
            "waits": {str(wave): as_tools(why[wave]) for wave in why},
        },
        page=paged((_lean(labelled(row)) for row in _sorted(rows)), asked.cursor, asked.limit),
    )


def _summed(rows: Sequence[BatchRow]) -> str:
    """Return the batches by status in one sentence."""
    by_status: dict[str, int] = {}
    for row in rows:
        by_status[row.status] = by_status.get(row.status, 0) + 1

    if not rows:
        return "the ledger holds no such batch; begin with inventory and plan"
    return f"{batches_counted(len(rows))}: " + ", ".join(f"{n} {status}" for status, n in by_status.items())


def _sorted(rows: Sequence[BatchRow]) -> list[BatchRow]:
    return sorted(rows, key=lambda row: in_order(row.number))


def _lean(row: dict[str, object]) -> dict[str, object]:
    """Return a row without its empty fields: an agent pays for every word that it reads."""
    return {name: value for name, value in plain(row).items() if value not in (None, "", [], False)}


class BatchListArguments(Listing, frozen=True, kw_only=True, rename="camel"):
    """What `batch_list` is asked."""

    state: Annotated[State | None, msgspec.Meta(description="Only batches of this status.")] = None


def batch_list(desk: Desk, asked: BatchListArguments) -> Answer:
    """List all batches of the ledger with the names of their jobs at the provider, by pages."""
    from cli.glances import status_of

    with desk.opened() as opened:
        rows = [row for row in status_of(opened).batches if asked.state in {None, row.status}]
    listed = (
        {
            "batch": row.label,
            "batchName": row.job_name,
            "displayName": row.display_name,
            "state": row.status,
            "wave": row.wave,
            "kind": row.kind,
            "model": row.model,
            "createTime": row.submitted_at,
            "reason": row.reason,
        }
        for row in _sorted(rows)
    )
    return answer(batches_counted(len(rows)), count=len(rows), page=paged(listed, asked.cursor, asked.limit))


def timeline(desk: Desk, asked: Listing) -> Answer:
    """Show the milestones of every wave, done and to come, with their dates."""
    from core.projections.timeline import milestones

    with desk.opened() as opened:
        model = opened.rows()
        lines = milestones(model.waves(), model.batches())
    return answer(counted(len(lines), "milestone"), page=paged(lines, asked.cursor, asked.limit))


class WavesArguments(Arguments, frozen=True, kw_only=True):
    """What `waves` is asked."""

    wave: SomeWave = None


def waves(desk: Desk, asked: WavesArguments) -> Answer:
    """Show where every wave stands (or one, with all that was judged), every decision about it and its reason."""
    from cli.deciding import standings

    with desk.opened() as opened:
        found = standings(opened, asked.wave)
    return answer(counted(len(found), "wave"), data={"waves": found})


class BalanceArguments(Listing, frozen=True, kw_only=True):
    """What `balance` is asked."""

    which: Annotated[
        Place | None, msgspec.Meta(description="List the pairs of this place instead of the numbers.")
    ] = None
    wave: SomeWave = None
    batch: Label | None = None


def balance(desk: Desk, asked: BalanceArguments) -> Answer:
    """Show where every staged pair is, in numbers; or with `which` the pairs themselves, by pages."""
    from cli.glances import balance_of
    from cli.listing import listing
    from core.projections.balance import total

    with desk.opened() as opened:
        if asked.which is None:
            by_wave = balance_of(opened, asked.wave)
            waves_told = {str(wave): each for wave, each in by_wave.items()}
            return answer("every staged pair is in one place", total=total(by_wave), waves=waves_told)
        number = None if asked.batch is None else parse(asked.batch)
        found = listing(opened, asked.which, wave=asked.wave, batch=number)
        page = paged(found.pairs, asked.cursor, asked.limit)
    return answer(
        f"{counted(found.number, 'pair')} {asked.which.replace('_', ' ')}", position=found.position, page=page
    )


class HistoryArguments(Listing, frozen=True, kw_only=True):
    """What `history` is asked."""

    subject: Annotated[
        str,
        msgspec.Meta(
            max_length=80, description="A batch (207, 205r1, j1) or a wave (wave 2).", examples=["207", "wave 2"]
        ),
    ]
    at: (
        Annotated[
            str,
            msgspec.Meta(
                max_length=40,
                description="As it was at this position or UTC time.",
                examples=["2026-11-02T12:00:00"],
            ),
        ]
        | None
    ) = None


def history(desk: Desk, asked: HistoryArguments) -> Answer:
    """Show every event of a batch or wave: when, what, by whom and why."""
    from cli.history import events_of, stream_of, until_of

    with desk.opened() as opened:
        found = events_of(opened, stream_of(asked.subject), until_of(opened, asked.at))
    return answer(
        f"{counted(len(found.events), 'event')} of {found.stream}",
        page=paged(found.events, asked.cursor, asked.limit),
    )


class CostArguments(Listing, frozen=True, kw_only=True):
    """What `cost` is asked."""

    wave: SomeWave = None
    by: Literal["wave", "batch", "model"] = "wave"


def cost(desk: Desk, asked: CostArguments) -> Answer:
    """Show expected and real costs in US dollars, and jobs whose money may have been spent for nothing."""
    from cli.glances import costs_of, figures_told
    from core.projections.money import total as money_total

    with desk.opened() as opened:
        found = costs_of(opened, asked.wave, asked.by)
    listed = ({asked.by: name, **figures_told(each)} for name, each in found.figures.items())
    return answer(
        f"costs by {asked.by}",
        total=figures_told(money_total(found.figures)),
        data={"fruitless": found.lost},
        page=paged(listed, asked.cursor, asked.limit),
    )


TOOLS = (
    Tool("status", StatusArguments, status, Effect.READS),
    Tool("batch_list", BatchListArguments, batch_list, Effect.READS),
    Tool("timeline", Listing, timeline, Effect.READS),
    Tool("waves", WavesArguments, waves, Effect.READS),
    Tool("balance", BalanceArguments, balance, Effect.READS),
    Tool("history", HistoryArguments, history, Effect.READS),
    Tool("cost", CostArguments, cost, Effect.READS),
)
