"""The tools that make an errand of a client's own requests: ingest and create."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from cli.mcp.answers import answer
from cli.mcp.confirming import asked_to_confirm, bound_quote, check, usd_quote
from cli.mcp.tool import Arguments, Confirm, Effect, Tool
from core.errors import BadInputError, ConflictError, ProviderError, RefusedError, StorageError
from core.planning.naming import counted

if TYPE_CHECKING:
    from pathlib import Path

    from cli.compose import Opened
    from cli.errands import Errand
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from core.errors import BatchmillError
    from core.exchange.errands import ErrandRequest
    from core.projections.rows import BatchRow

#: Bytes of a content file that is taken.
MOST_CONTENT = 50_000_000


class CreateArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `batch_create` is asked."""

    model: (
        Annotated[
            str,
            msgspec.Meta(
                max_length=100, description="Default: the workspace's model.", examples=["gemini-2.5-flash"]
            ),
        ]
        | None
    ) = None
    requests: (
        Annotated[
            tuple[dict[str, Any], ...],
            msgspec.Meta(
                description='Each {"key": …, "request": {"contents": […], …}}; without a key, one is made.',
                examples=[[{"key": "q1", "request": {"contents": [{"parts": [{"text": "What is TVL?"}]}]}}]],
            ),
        ]
        | None
    ) = None
    input_file_uri: Annotated[
        str | None,
        msgspec.Meta(description="A .jsonl file of such lines in the workspace, or an upload of one (files/…)."),
    ] = None
    display_name: Annotated[str, msgspec.Meta(max_length=200, description="A title for people.")] = "errand"
    output_location: Annotated[
        str | None, msgspec.Meta(description="Taken for compatibility; batch_download_results has it too.")
    ] = None
    config: Annotated[
        dict[str, Any], msgspec.Meta(description="generationConfig of requests that do not set it themselves.")
    ] = msgspec.field(default_factory=dict)
    again: Annotated[bool, msgspec.Meta(description="Send requests once more that were sent already.")] = False
    confirm: Confirm = ""


def batch_create(desk: Desk, asked: CreateArguments) -> Answer:
    """Create a batch job of the client's own requests (an errand, x1, x2, …): spends money, so it is confirmed.

    Without `confirm` nothing is done, and the answer quotes the expected cost. Confirmed, the errand is on record
    before its one create call, is looked up instead of created again if an answer gets lost, and is polled and
    fetched like every batch. The same requests again are the same errand, and not paid for twice unless `again`.
    Waves are not sent by this: use plan, write and submit.
    """
    from cli.errands import batch_asking, plan_errand, refuse_unaffordable, write_errand
    from cli.mcp.budgets import DIGITS
    from cli.mcp.foreseen import refuse_batch, refuse_keyless
    from cli.mcp.turns import in_turn
    from core.batch.numbers import label
    from core.exchange.errands import configured
    from core.one_line import one_line

    with desk.opened() as opened:
        given, digest = _requests(opened, asked)
        requests = configured(given, asked.config)
        with in_turn(opened) if asked.confirm else nullcontext():
            errand = plan_errand(opened, requests, asked.model, one_line(asked.display_name) or "errand")
            if errand.same is not None and not asked.again:
                number, said = errand.same, f"these requests are errand {label(errand.same)} already"
            else:
                if (batch := batch_asking(opened, requests, digest)) is not None:
                    refuse_batch(batch)
                refuse_keyless(opened)
                refuse_unaffordable(errand)
                what = _offer(errand)
                quote = bound_quote(errand.estimate.cost_usd, errand.number, errand.model, errand.requests)
                if not asked.confirm:
                    return asked_to_confirm(
                        what,
                        quote,
                        requestCount=len(requests),
                        atMostUsd=errand.most_usd,
                        budgetLeftUsd=None if errand.left_usd is None else round(errand.left_usd, DIGITS),
                    )
                check(asked.confirm, quote, what)
                number, said = errand.number, ""
                try:
                    write_errand(opened, errand)
                except ConflictError:
                    # In another workspace of the same ledger somebody was quicker, perhaps with the same.
                    winner = plan_errand(opened, requests, asked.model, errand.title).same
                    if winner is None or asked.again:
                        raise
                    number, said = winner, f"these requests are errand {label(winner)} already"
        return _created(desk, opened, number, said)


def _offer(errand: Errand) -> str:
    from core.batch.numbers import label

    known = f"; errand {label(errand.alike)} asked the same under other keys" if errand.alike else ""
    return (
        f"send {counted(len(errand.requests), 'request')} to {errand.model} as an errand, expected to cost "
        f"{usd_quote(errand.estimate.cost_usd)} (at most {usd_quote(errand.most_usd)}){known}"
    )


def _created(desk: Desk, opened: Opened, number: int, known: str) -> Answer:
    """See an errand sent, and say how it stands; `known` says that it is an older one, "" for a new one."""
    from cli.driving import unsent
    from cli.mcp.engine import complete, drive
    from core.engine.books import Books

    driver = None
    books = Books(opened.database.store, "")
    books.refresh()
    if unsent(books, [number]):
        try:
            driver = drive(
                desk, opened, "errand", (number,), lambda books: not unsent(books, [number]), SEND_SECONDS
            )
        except (ProviderError, RefusedError, StorageError) as error:
            raise RefusedError(_left_behind(opened, number, error)) from None
    opened.catch_up()
    [row] = opened.database.read_model.batches([number])
    stands, steps = _standing(row, driver)
    if known:
        stands = f"{known}: {stands}. It was not sent again; again=true would send and pay for it once more"
    return answer(
        stands,
        batch=row.label,
        batchName=row.job_name,
        displayName=row.display_name,
        state=row.status,
        held=row.hold,
        createTime=row.submitted_at,
        model=row.model,
        isComplete=complete(row),
        drivenBy=driver,
        nextSteps=steps,
        data={"error": row.reason},
    )


def _left_behind(opened: Opened, number: int, error: BatchmillError) -> str:
    """Return what became of an errand that is on record, where sending it ended in an error."""
    opened.catch_up()
    [row] = opened.database.read_model.batches([number])
    name = f"errand {row.label}"
    if row.job_name:
        return f"{name} is created, and then: {error}; batch_get_status with batchName={row.label} goes on with it"
    if row.started_at:
        return (
            f"{name} is on record, and whether it was sent is not known yet: {error}; batch_get_status with "
            f"batchName={row.label} and autoPoll finds it out"
        )
    return (
        f"{name} is on record and was not sent: {error}; once that is mended, a daemon sends it, and so does the "
        f"same batch_create; batch_cancel with batchName={row.label} takes it back"
    )


def _standing(row: BatchRow, driver: str | None) -> tuple[str, list[str]]:
    """Return how an errand stands in a sentence, and what comes next; `driver` is who else drives the ledger."""
    from cli.mcp.engine import awaits_person, how_held

    name = f"errand {row.label}"
    if row.job_name:
        return f"{name} is created", ["batch_get_status with autoPoll, then batch_download_results"]
    if awaits_person(row):
        return f"{name} is on record and was not sent: {how_held(row)}", [
            "tell the user why it is held and what releases it"
        ]
    if row.started_at:
        said = f"{name} is on record; its submission was begun, and the provider's answer is not known yet"
        return said, ["batch_get_status with autoPoll finds out what became of it"]
    if row.hold:
        return f"{name} is on record and is not sent, since it is {row.hold}", []
    todo = "drive goes on with it, once the user confirms its price"
    if driver:
        todo = "the process that drives the ledger sends it; batch_get_status with autoPoll waits for that"
    return f"{name} is on record and is not sent yet", [todo]


#: Seconds that a call waits for an errand to be sent.
SEND_SECONDS = 45.0


def _requests(opened: Opened, asked: CreateArguments) -> tuple[list[ErrandRequest], str | None]:
    """Return the requests of a call, and the sha256 of the file they come from, None where they were given.

    Raises BadInputError where the call has both or none.
    """
    from core.exchange.errands import errand_requests

    if (asked.requests is None) == (asked.input_file_uri is None):
        raise BadInputError("batch_create takes either requests or inputFileUri, and one of them is needed")
    if asked.requests is not None:
        return errand_requests(asked.requests), None
    path = _file(opened, asked.input_file_uri or "")
    return errand_requests(_lines(path)), opened.files.digest(path.relative_to(opened.files.root).as_posix())


def _file(opened: Opened, uri: str) -> Path:
    from cli.errands import kept_upload
    from cli.mcp.naming import file_named
    from cli.mcp.places import paper

    name = file_named(uri)
    return paper(opened, uri) if name is None else kept_upload(opened, name)


def _lines(path: Path) -> list[object]:
    """Return the values of a file of JSON lines; BadInputError for one that is too large, or another line."""
    from core.exchange.rows import UNREADABLE

    if path.stat().st_size > MOST_CONTENT:
        raise BadInputError(f"{path.name} has more than {MOST_CONTENT:,} bytes, too many for an errand; split it")
    found: list[object] = []
    for place, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if line.strip():
            try:
                found.append(msgspec.json.decode(line))
            except UNREADABLE:
                raise BadInputError(f"line {place} of {path.name} is not JSON, so nothing was sent") from None
    return found


class IngestArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `batch_ingest_content` is asked."""

    input_file: Annotated[
        str,
        msgspec.Meta(description="A .json, .jsonl, .csv, .txt or .md file.", examples=["inbox/asked.csv"]),
    ]
    output_file: Annotated[
        str | None, msgspec.Meta(description="A new .jsonl file (default: beside the input).")
    ] = None
    generate_scripts: Annotated[bool, msgspec.Meta(description="Taken for compatibility; none are made.")] = False


def batch_ingest_content(desk: Desk, asked: IngestArguments) -> Answer:
    """Make a .jsonl file of requests from a content file of the workspace, and check each; sends nothing.

    JSON and JSONL: an array or lines of texts, of objects with one of prompt, text, question or content (and key
    or id), or of requests as they are. CSV: the same by column. Text: a request a line. Markdown: one for all.
    """
    from cli.mcp.places import new_file, paper
    from core.exchange.errands import errand_requests
    from core.exchange.ingesting import FORMATS, requests_in

    with desk.opened() as opened:
        source = paper(opened, asked.input_file, tuple(FORMATS))
        if source.stat().st_size > MOST_CONTENT:
            raise BadInputError(f"{source.name} has more than {MOST_CONTENT:,} bytes, too many for an errand")
        requests = errand_requests(requests_in(source.read_bytes(), source.suffix.lower(), source.name))
        shown = source.relative_to(opened.files.root).as_posix()
        # Not into the inbox: what stands there is staged, and planned from.
        wanted = asked.output_file or f"{opened.settings.folders.submissions}/{source.stem}_requests.jsonl"
        path = new_file(opened, wanted, ".jsonl")
        with opened.files.create(path) as pending:
            pending.sink.writelines(msgspec.json.encode(each) + b"\n" for each in requests)
            stored = pending.commit()
    return answer(
        f"{counted(len(requests), 'request')} {'stands' if len(requests) == 1 else 'stand'} in {stored.path}",
        sourceFile=shown,
        outputFile=stored.path,
        sha256=stored.sha256,
        format=source.suffix.removeprefix(".").lower(),
        requestCount=len(requests),
        validationPassed=True,
        nextSteps=["batch_create with inputFileUri quotes what it costs"],
    )


TOOLS = (
    Tool("batch_create", CreateArguments, batch_create, Effect.COMMITS, abroad=True),
    Tool("batch_ingest_content", IngestArguments, batch_ingest_content, Effect.ADDS),
)
