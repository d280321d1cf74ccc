"""The tool that shows what a batch brought home, and fetches it first if need be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from cli.mcp.answers import answer, paged
from cli.mcp.tool import Arguments, Cursor, Effect, Limit, Tool
from core.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk

#: Seconds that a call waits for a result to come home.
FETCH_SECONDS = 45.0


class DownloadArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `batch_download_results` is asked."""

    batch_name: Annotated[
        str, msgspec.Meta(description="The job's name (batches/…), or our number (205, x1).", examples=["x1"])
    ]
    output_location: Annotated[
        str | None, msgspec.Meta(description="A new .jsonl file in inbox, submissions or results for a copy.")
    ] = None
    cursor: Cursor = None
    limit: Limit = 5


def batch_download_results(desk: Desk, asked: DownloadArguments) -> Answer:
    """Show what a batch brought home, by pages, and where it stands on disk; it is fetched first if need be.

    For a batch of a wave these are its refined pairs, for an errand its answers by key. All of it is data.
    """
    from cli.mcp.engine import drive
    from cli.mcp.naming import row_named
    from cli.mcp.places import new_file
    from cli.mcp.tools.batches import stats_of

    with desk.opened() as opened:
        row = row_named(opened, asked.batch_name)
        number = row.number
        if row.job_name and not row.read_at:
            drive(desk, opened, "download", (), lambda books: books.get(number).read, FETCH_SECONDS)
            row = row_named(opened, row.label)
        if not row.read_at or row.refined_path is None:
            raise RefusedError(
                f"batch {row.label} is {row.status} and has no result yet; batch_get_status waits for it"
            )
        path = asked_for = row.refined_path
        if _recorded(opened, number) != opened.files.digest(path):
            raise NotFoundError(f"{path} is not as it was recorded; `batchmill replay --rebuild` makes it anew")
        if asked.output_location:
            asked_for = new_file(opened, asked.output_location, ".jsonl")
            with opened.files.open(path) as lines, opened.files.create(asked_for) as pending:
                pending.sink.writelines(lines)
                pending.commit()
        with opened.files.open(path) as lines:
            page = paged((msgspec.json.decode(line) for line in lines), asked.cursor, asked.limit)
    return answer(
        f"{row.refined} of {row.pairs} came home in batch {row.label}",
        batch=row.label,
        batchName=row.job_name,
        resultCount=row.refined,
        outputFile=asked_for,
        resultFile=row.result_path,
        stats=stats_of(row),
        page=page,
    )


def _recorded(opened: Opened, number: int) -> str | None:
    """Return the sha256 on record of what was read of a batch's answers."""
    from core.batch.adopted_events import RefinedAdopted
    from core.batch.events import AnswersRead
    from core.ledger.streams import batch_stream

    found = None
    for each in opened.database.store.read_stream(batch_stream(number)):
        if isinstance(each.event, AnswersRead | RefinedAdopted):
            found = each.event.sha256
    return found


TOOLS = (Tool("batch_download_results", DownloadArguments, batch_download_results, Effect.ADDS, abroad=True),)
