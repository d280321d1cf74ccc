"""`batchmill corpus embed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.corpus import Json, corpus

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.embedding import Embedding, Wishes


def register(_app: typer.Typer) -> None:
    """Add the command to those of the corpus."""
    corpus.command()(embed)


def embed(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    *,
    model: Annotated[str | None, typer.Option(help="Which model embeds (default: the settings').")] = None,
    dimensions: Annotated[
        int | None, typer.Option(min=128, max=3072, help="How many values a vector has (default: the settings').")
    ] = None,
    whole: Annotated[bool, typer.Option("--all", help="Archived duplicates too.")] = False,
    online: Annotated[
        bool | None,
        typer.Option(
            "--online/--no-online", help="At once and dearer, or as batches (default: at once when there are few)."
        ),
    ] = None,
    local: Annotated[
        bool, typer.Option("--local", help="On this machine and for nothing (needs the extra `local`).")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it would cost and write nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Approve the cost without being asked.")] = False,
    as_json: Json = False,
) -> None:
    """Have the pairs of the corpus that stay embedded, for search and for near duplicates by meaning.

    Vectors are kept by the hash of what was embedded: a text that has one, or that a batch under way asks for, is
    left out, so what did not change is never paid for again. Shows what the rest is expected to cost, and once you
    approve it writes batches that are sent as all others are, within the budget. A few texts are embedded at once.
    What came home meanwhile is put into the vector folder first.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.embedding import embedding_lines, next_line
    from cli.render.text import emit_json, say

    require("pyarrow")
    if local:
        if online is not None or dimensions is not None or dry_run:
            raise typer.BadParameter("--local takes --model and --all alone: it costs nothing, and at once it is")
        _here(context, model, whole=whole, as_json=as_json)
        return
    from cli.embedding import Wishes, plan_embedding

    wishes = Wishes(model=model, dimensions=dimensions, whole=whole, online=online)
    with opened(*context.obj) as workspace:
        found = plan_embedding(workspace, wishes)
        if not as_json and (lines := embedding_lines(found)):
            say("\n".join(lines))
        if found.new and not dry_run and _approved(found.estimate.cost_usd, yes=yes, as_json=as_json):
            found = _done(workspace, found, wishes)
    if as_json:
        emit_json(found)
    else:
        say(next_line(found))


def _here(context: typer.Context, model: str | None, *, whole: bool, as_json: bool) -> None:
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.text import emit_json, say_all

    require("fastembed", extra="local")
    from adapters.embedding.local import LocalEmbedder
    from cli.embedding_local import embed_here, lines_of

    with opened(*context.obj) as workspace:
        embedder = LocalEmbedder(model or workspace.settings.embedding.local_model)
        done = embed_here(workspace, embedder, whole=whole)
    if as_json:
        emit_json(done)
    else:
        say_all(lines_of(done))


def _approved(usd: float, *, yes: bool, as_json: bool) -> bool:
    import sys

    from core.errors import RefusedError

    if not yes and (as_json or not sys.stdin.isatty()):
        raise RefusedError(f"nothing was written; say --yes to approve US$ {usd:.4f}")
    return yes or typer.confirm(f"Approve US$ {usd:.4f} for it?")


def _done(workspace: Opened, found: Embedding, wishes: Wishes) -> Embedding:
    from cli.embedding import write_embedding
    from cli.embedding_now import embed_now

    return (embed_now if found.online else write_embedding)(workspace, found, wishes)
