"""Tools that send: submit a range, and drive what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from cli.mcp.answers import answer
from cli.mcp.confirming import asked_to_confirm, check
from cli.mcp.naming import batches_counted
from cli.mcp.tool import Arguments, Confirm, Effect, Label, Reason, Seconds, Tool
from cli.mcp.wording import as_tools
from core.batch.numbers import label, parse
from core.errors import ProviderError, RefusedError
from core.one_line import one_line

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from cli.mcp.offers import Offer


class SubmitArguments(Arguments, frozen=True, kw_only=True):
    """What `submit` is asked."""

    first: Annotated[Label, msgspec.Meta(description="The first batch, e.g. 205.")]
    last: Annotated[Label | None, msgspec.Meta(description="The last one (default: only the first).")] = None
    confirm: Confirm = ""
    reason: Reason = "asked for by the user"
    seconds: Annotated[Seconds, msgspec.Meta(description="Wait so long at most until all are sent.")] = 60.0


def submit(desk: Desk, asked: SubmitArguments) -> Answer:
    """Submit a range of written batches of one wave: spends money, so it has to be confirmed.

    Called without `confirm` it does nothing and answers what would be sent and the quote of the expected cost
    (`confirm='USD …'`); show both to the user, and call again with that quote only when they agree. If the wave is
    not approved yet, confirming approves its whole plan, and the quote is the whole plan's cost. Where a daemon
    drives the ledger, it does the sending. Batches that were sent already are skipped; nothing is sent twice.
    """
    from cli.deciding import approve
    from cli.mcp.foreseen import refuse_keyless
    from cli.mcp.offers import offer_of
    from cli.reporting import write_after

    first = parse(asked.first)
    last = first if asked.last is None else parse(asked.last)
    with desk.opened() as opened:
        offer = offer_of(opened, first, last)
        if not offer.numbers:
            said = "nothing was sent: none of these batches is to be sent now"
            return answer(said, data={"skipped": offer.skipped})
        refuse_keyless(opened)
        if not asked.confirm:
            return asked_to_confirm(
                offer.what, offer.quote, budgetLeftUsd=offer.left_usd, data={"skipped": offer.skipped}
            )
        check(asked.confirm, offer.quote, offer.what)
        if offer.approves is not None:
            approve(opened, offer.wave, one_line(asked.reason), offer.approves)
            write_after(opened, offer.wave)
        return _sent(desk, opened, offer, asked.seconds)


def _sent(desk: Desk, opened: Opened, offer: Offer, seconds: float) -> Answer:
    """Send what was confirmed, or see it sent, and say what came of it."""
    from cli.driving import unsent
    from cli.mcp.engine import drive as run_engine
    from cli.mcp.engine import watch
    from cli.submission import SENT, select
    from core.batch.lifecycle import Status

    chosen = select(opened, offer.numbers[0], offer.numbers[-1]) if offer.approves is not None else None
    numbers = offer.numbers if chosen is None else tuple(n for n in chosen.numbers if n in offer.numbers)
    driver = None
    if numbers:
        try:
            driver = run_engine(desk, opened, "submit", numbers, lambda books: not unsent(books, numbers), seconds)
        except ProviderError as error:
            done = f"the plan of wave {offer.wave} is approved, and " if offer.approves is not None else ""
            raise RefusedError(
                f"{done}sending {batches_counted(len(numbers))} was broken off: {error}; once that is mended, a "
                "daemon sends the rest, and so does `submit` again; `status` shows where they stand"
            ) from None
        if driver is not None:
            watch(desk, opened, lambda opened: not _left(opened, numbers), seconds)
    opened.catch_up()
    rows = opened.database.read_model.batches(offer.numbers)
    sent = [row for row in rows if Status(row.status) in SENT]
    left = [row for row in rows if Status(row.status) not in SENT]
    said = f"{len(sent)} of {batches_counted(len(rows))} {'is' if len(sent) == 1 else 'are'} sent"
    if left:
        said += "; submit again, or drive, goes on with the rest, and `waiting` says what each waits for"
    return answer(
        said,
        approved=offer.approves is not None,
        drivenBy=driver,
        sent=[{"batch": row.label, "batchName": row.job_name, "state": row.status} for row in sent],
        data={
            "waiting": [
                {"batch": row.label, "state": row.status, "reason": as_tools(row.reason or row.hold or "")}
                for row in left
            ],
            "skipped": [*offer.skipped, *(as_tools(each) for each in (chosen.skipped if chosen else ()))],
        },
    )


def _left(opened: Opened, numbers: tuple[int, ...]) -> list[str]:
    from core.batch.lifecycle import Status

    rows = opened.database.read_model.batches(numbers)
    return [label(row.number) for row in rows if Status(row.status) is Status.WRITTEN and not row.hold]


class DriveArguments(Arguments, frozen=True, kw_only=True):
    """What `drive` is asked."""

    seconds: Annotated[Seconds, msgspec.Meta(description="Drive so long at most, then answer.")] = 45.0
    confirm: Confirm = ""


def drive(desk: Desk, asked: DriveArguments) -> Answer:
    """Do for a while what the daemon does: look at jobs, fetch results, read answers, write repairs.

    It ends when nothing is left to do, or after `seconds`; call it again until `open` (batches under way) is 0.
    What is written, approved and not sent yet (the rest behind a canary, repairs) is counted by `unsent` and
    costs money: then it asks for `confirm` as submit does, and with `confirm` left out it drives the rest and
    sends nothing. Where a daemon drives the ledger, this waits and watches until that has sent and fetched all.
    """
    from cli.mcp.engine import drive as run_engine
    from cli.mcp.engine import rests, watch
    from cli.mcp.offers import MOST_TOLD, due_rows, offer_of_rest
    from cli.submission import closing

    with desk.opened() as opened:
        offer = offer_of_rest(opened)
        if asked.confirm and not offer.numbers:
            raise RefusedError(
                "nothing was done: nothing is to be sent now, so there is nothing to confirm; call drive without "
                "confirm, which names what waits and why"
            )
        if asked.confirm:
            check(asked.confirm, offer.quote, offer.what)
        only = offer.numbers if asked.confirm else ()
        driver = run_engine(desk, opened, "drive", only, lambda books: rests(books, only), asked.seconds)
        if driver is not None:
            watch(desk, opened, lambda opened: not (_open(opened) or due_rows(opened)), asked.seconds)
        after = offer_of_rest(opened)
        said = closing(opened) or "the ledger holds no pair yet"
        count = len(_open(opened))
        # What another process drives and could not do is known by what it put on record.
        tried = [f"batch {row.label} is not sent yet: {row.reason}" for row in due_rows(opened) if row.reason]
    waits = [*after.skipped, *tried[:MOST_TOLD]] if driver else after.skipped
    facts: dict[str, Any] = {
        "open": count,
        "unsent": len(after.numbers),
        "budgetLeftUsd": after.left_usd,
        "drivenBy": driver,
    }
    if after.numbers and driver is None:
        return asked_to_confirm(after.what, after.quote, soFar=said, data={"waits": waits}, **facts)
    return answer(said, data={"waits": waits}, **facts)


def _open(opened: Opened) -> list[str]:
    """Return the batches that something is still to become of by itself."""
    from cli.mcp.engine import under_way

    return [row.label for row in opened.database.read_model.batches() if under_way(row)]


TOOLS = (
    Tool("submit", SubmitArguments, submit, Effect.COMMITS, abroad=True),
    Tool("drive", DriveArguments, drive, Effect.COMMITS, abroad=True),
)
