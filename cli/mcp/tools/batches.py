"""The tools for single batches, by the names and arguments that agents know, through the ledger."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from cli.mcp.answers import answer
from cli.mcp.confirming import asked_to_confirm, check
from cli.mcp.tool import Arguments, Confirm, Effect, Reason, Tool
from core.one_line import one_line

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from core.projections.rows import BatchRow

#: Milliseconds that a call waits at most, and as long as it usually does: most clients give up after a minute.
MOST_WAIT_MS, USUAL_WAIT_MS = 600_000, 45_000

BatchName = Annotated[
    str,
    msgspec.Meta(
        description="The job's name at the provider (batches/…), or our number (205, 205r1, x1).", examples=["205"]
    ),
]


class StatusArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `batch_get_status` is asked."""

    batch_name: BatchName
    auto_poll: Annotated[bool, msgspec.Meta(description="Wait until the batch is complete.")] = False
    poll_interval_seconds: Annotated[
        float, msgspec.Meta(ge=10, description="Taken for compatibility; the setting driving.poll_every decides.")
    ] = 30
    max_wait_ms: Annotated[
        int, msgspec.Meta(ge=0, description=f"A call waits {MOST_WAIT_MS} at most; call again to wait longer.")
    ] = USUAL_WAIT_MS


def batch_get_status(desk: Desk, asked: StatusArguments) -> Answer:
    """Show where a batch stands, as the ledger has it; with autoPoll, wait and bring its result home meanwhile.

    Nothing is sent by waiting. `isComplete` says that it has come to its end; where `held` says what holds it
    before that, the message tells what releases it.
    """
    from cli.mcp.engine import drive, settled, under_way, watch
    from cli.mcp.naming import row_named
    from cli.mcp.offers import due_rows

    with desk.opened() as opened:
        row = row_named(opened, asked.batch_name)
        number, seconds = row.number, min(asked.max_wait_ms, MOST_WAIT_MS) / 1000

        def done(opened: Opened) -> bool:
            now = opened.database.read_model.batches([number])[0]
            return settled(now) or not (under_way(now) or now in due_rows(opened))

        if asked.auto_poll and not done(opened):
            # What is only due is sent by a daemon, where there is one, and never by this call.
            elsewhere = opened.database.lease.current() is not None
            if under_way(row):
                driver = drive(desk, opened, "status", (), lambda books: books.get(number).read, seconds)
                elsewhere = driver is not None
            if elsewhere:
                watch(desk, opened, done, seconds)
        row = row_named(opened, row.label)
    return _told(row, _standing(row))


def _standing(row: BatchRow) -> str:
    """Return how a batch stands, and what holds it where something does."""
    from cli.mcp.engine import awaits_person, how_held
    from core.batch.holds import Hold

    if row.hold == Hold.CANCELLED.value and not row.job_name:
        return f"batch {row.label} is not sent: {how_held(row)}"
    said = f"batch {row.label} is {row.status}"
    return f"{said}, and goes no further by itself: {how_held(row)}" if awaits_person(row) else said


def _told(row: BatchRow, said: str, **facts: Any) -> Answer:  # noqa: ANN401 - any JSON
    from cli.mcp.engine import complete

    ended = complete(row)
    return answer(
        said,
        batch=row.label,
        batchName=row.job_name,
        displayName=row.display_name,
        state=row.status,
        held=row.hold,
        createTime=row.submitted_at,
        updateTime=row.changed_at,
        completionTime=row.ended_at,
        isComplete=ended,
        stats=stats_of(row),
        nextSteps=_next(row, ended=ended),
        **facts,
        data={"error": row.reason},
    )


def stats_of(row: BatchRow) -> dict[str, object]:
    """Return what a batch came to: requests, and pairs (requests, of an errand) by their verdict."""
    names = ("requests", "pairs", "refined", "missing", "malformed", "blocked", "cut_off", "given_up")
    return {name: getattr(row, name) for name in names}


def _next(row: BatchRow, *, ended: bool) -> list[str]:
    if row.read_at:
        return ["batch_download_results shows what came home"]
    if row.hold or row.status == "failed":
        return [f"history of {row.label} tells why; the user decides what is done about it"]
    if not row.job_name and row.started_at:
        return ["drive finds out what became of its submission"]
    if not row.job_name:
        return ["submit sends it, once the user confirms the price"]
    return [] if ended else ["batch_get_status with autoPoll, or drive, goes on"]


class CancelArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `batch_cancel` is asked."""

    batch_name: BatchName
    reason: Reason = "asked for by the user"
    confirm: Confirm = ""


def batch_cancel(desk: Desk, asked: CancelArguments) -> Answer:
    """Stop a batch's job and send it no more, confirmed by `cancel` and the batch's number.

    What the provider finished all the same is still brought home.
    """
    from cli.deciding import books_of
    from cli.mcp.engine import drive
    from cli.mcp.foreseen import cancels
    from cli.mcp.naming import row_named
    from cli.steering import steer, stopping

    with desk.opened() as opened:
        row = row_named(opened, asked.batch_name)
        if not cancels(opened, row.number, asked.reason) and not asked.confirm:
            return _told(row, f"batch {row.label} is cancelled already")
        quote, what = f"cancel {row.label}", f"cancel batch {row.label}, which is {row.status}"
        if not asked.confirm:
            return asked_to_confirm(what, quote)
        check(asked.confirm, quote, what)
        steer(opened, "cancel", row.number, row.number, one_line(asked.reason))
        driver = None
        # What has no job needs no provider, who may be what the cancellation is for.
        if stopping(books_of(opened, "cancel"), [row.number]):
            driver = drive(
                desk, opened, "cancel", (), lambda books: not stopping(books, [row.number]), STOP_SECONDS
            )
        row = row_named(opened, row.label)
    return _told(row, f"batch {row.label} is cancelled", drivenBy=driver)


#: Seconds that a call waits for the provider to have been asked to stop a job.
STOP_SECONDS = 30.0


class DeleteArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `batch_delete` is asked."""

    batch_name: BatchName
    reason: Reason = "asked for by the user"
    confirm: Confirm = ""


def batch_delete(desk: Desk, asked: DeleteArguments) -> Answer:
    """Have the provider forget a job that is done, confirmed by `delete` and the job's name.

    Refused as long as the ledger needs the job, and where the provider has it no more. The ledger, and results
    that were downloaded, stay as they are.
    """
    from cli.mcp.deleting import ask_deletion
    from cli.mcp.foreseen import refuse_deletion
    from cli.mcp.naming import JOBS, row_named
    from cli.mcp.turns import in_turn
    from core.batch.commands import JOB
    from core.errors import RefusedError

    with desk.opened() as opened:
        row = row_named(opened, asked.batch_name)
        name = row.job_name
        if name is None or not name.startswith(JOBS):
            raise RefusedError(f"batch {row.label} has no job at the provider, so there is nothing to delete")
        with in_turn(opened) if asked.confirm else nullcontext():
            refuse_deletion(opened, row.number, JOB, name, asked.reason)
            quote, what = f"delete {name}", f"delete {name}, the job of batch {row.label}, which is {row.status}"
            if not asked.confirm:
                return asked_to_confirm(what, quote)
            check(asked.confirm, quote, what)
            ask_deletion(opened, row.number, JOB, name, asked.reason)
            opened.provider().delete_job(name)
    job = {"name": name, "displayName": row.display_name, "state": row.status, "stats": stats_of(row)}
    return answer(f"{name} is deleted at the provider; the ledger keeps its history", deletedJob=job)


TOOLS = (
    Tool("batch_get_status", StatusArguments, batch_get_status, Effect.ADDS, abroad=True),
    Tool("batch_cancel", CancelArguments, batch_cancel, Effect.COMMITS, abroad=True),
    Tool("batch_delete", DeleteArguments, batch_delete, Effect.COMMITS, abroad=True),
)
