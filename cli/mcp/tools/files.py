"""The tools for files at the provider: upload, look, list, delete."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import msgspec

from cli.mcp.answers import Page, answer, plain
from cli.mcp.confirming import asked_to_confirm, check
from cli.mcp.tool import Arguments, Confirm, Effect, Reason, Tool
from core.errors import BadInputError, NotFoundError
from core.one_line import one_line
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from core.provider import RemoteFile

JSONL = "application/jsonl"
FileUri = Annotated[
    str, msgspec.Meta(description="The upload's name, files/…, or its address.", examples=["files/abc123"])
]


class UploadArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `upload_file` is asked."""

    file_path: Annotated[
        str,
        msgspec.Meta(
            description="A .jsonl file in inbox, submissions or results.", examples=["submissions/asked.jsonl"]
        ),
    ]
    display_name: Annotated[str | None, msgspec.Meta(description="Default: the file's name.")] = None
    mime_type: Annotated[str | None, msgspec.Meta(description=f"Only {JSONL} is taken.")] = None


def upload_file(desk: Desk, asked: UploadArguments) -> Answer:
    """Upload a .jsonl file of the workspace to the provider, which keeps it for 48 hours; costs nothing.

    No batch needs this: submit and batch_create upload what they send.
    """
    from cli.mcp.places import paper

    if asked.mime_type not in {None, JSONL}:
        raise BadInputError(f"only files of requests are uploaded, as {JSONL}")
    with desk.opened() as opened:
        path = paper(opened, asked.file_path)
        name = one_line(asked.display_name or path.name)[:100]
        with path.open("rb") as content:
            uploaded = opened.provider().upload(content, display_name=name)
    return answer(f"{uploaded.name} is uploaded", fileUri=uploaded.name, data=_shown(uploaded))


class ListArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `list_files` is asked."""

    page_size: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    cursor: Annotated[str | None, msgspec.Meta(description="nextCursor of the page before.")] = None


def list_files(desk: Desk, asked: ListArguments) -> Answer:
    """List the files that the provider has, by its own pages, and whose they are."""
    with desk.opened() as opened:
        found = opened.provider().list_files(page_size=asked.page_size, page_token=asked.cursor)
        rows = opened.rows().batches()
    owners = {row.uploaded_file: row.label for row in rows if row.uploaded_file}
    items = [{**_shown(file), "batch": owners.get(file.name)} for file in found.files]
    return answer(f"{counted(len(items), 'file')} on this page", page=Page(plain(items), found.next_token))


class GetArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `get_file` is asked."""

    file_uri: FileUri


def get_file(desk: Desk, asked: GetArguments) -> Answer:
    """Look at a file that was uploaded: size, hash, and when the provider will delete it."""
    name = _named(asked.file_uri)
    with desk.opened() as opened:
        found = opened.provider().get_file(name)
    return answer(f"{name} is there", fileUri=name, data=_shown(found))


class DeleteArguments(Arguments, frozen=True, kw_only=True, rename="camel"):
    """What `delete_file` is asked."""

    file_uri: FileUri
    reason: Reason = "asked for by the user"
    confirm: Confirm = ""


def delete_file(desk: Desk, asked: DeleteArguments) -> Answer:
    """Delete the upload of a batch whose job ended, confirmed by `delete` and the file's name.

    Refused while its batch needs it, where the provider has it no more, and for uploads of no batch of the ledger,
    which has no place to put that on record: the provider deletes them 48 hours after they came.
    """
    from cli.mcp.deleting import ask_deletion
    from cli.mcp.foreseen import refuse_deletion
    from cli.mcp.turns import in_turn
    from core.batch.commands import FILE

    name = _named(asked.file_uri)
    with desk.opened() as opened:
        opened.catch_up()
        rows = opened.database.read_model.batches()
        owner = next((row for row in rows if row.uploaded_file == name), None)
        if owner is None:
            raise NotFoundError(
                f"{name} is the upload of no batch of the ledger, and is not deleted without a record; the "
                "provider deletes it 48 hours after it came"
            )
        with in_turn(opened) if asked.confirm else nullcontext():
            refuse_deletion(opened, owner.number, FILE, name, asked.reason)
            quote = f"delete {name}"
            what = f"{quote}, the upload of batch {owner.label}, which is {owner.status}"
            if not asked.confirm:
                return asked_to_confirm(what, quote)
            check(asked.confirm, quote, what)
            ask_deletion(opened, owner.number, FILE, name, asked.reason)
            opened.provider().delete_file(name)
    return answer(f"{name} is deleted at the provider", fileUri=name)


def _named(uri: str) -> str:
    from cli.mcp.naming import file_named

    name = file_named(uri)
    if name is None:
        raise BadInputError("that is no upload's name; give files/… as upload_file or list_files names it")
    return name


def _shown(file: RemoteFile) -> dict[str, object]:
    return {
        "name": file.name,
        "displayName": file.display_name,
        "sizeBytes": file.size,
        "sha256": file.sha256,
        "createTime": file.created_at,
        "expirationTime": file.expires_at,
    }


TOOLS = (
    Tool("upload_file", UploadArguments, upload_file, Effect.ADDS, abroad=True),
    Tool("get_file", GetArguments, get_file, Effect.READS, abroad=True),
    Tool("list_files", ListArguments, list_files, Effect.READS, abroad=True),
    Tool("delete_file", DeleteArguments, delete_file, Effect.COMMITS, abroad=True),
)
