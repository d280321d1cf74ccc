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
        bool | None,
        typer.Option("--local/--no-local", help="On this machine and for nothing (needs the extra `local`)."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Texts too whose vectors were paid for and are lost in every place.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what it would cost; nothing is written but vectors that came home."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Approve the cost without being asked.")] = False,
    as_json: Json = False,
) -> None:
    """Have the pairs of the corpus that stay embedded, for search and for near duplicates by meaning.

    Vectors are kept by the hash of what was embedded: a text that has one, or that a batch under way asks for, is
    left out, so what did not change is never paid for again. Shows what the rest is expected to cost, and once you
    approve it writes batches that are sent as all others are, within the budget. A few texts are embedded at once.
    What came home meanwhile is put into the vector folder first. Vectors that are neither there nor to be made
    anew are named; --again shows what their texts cost once more, and has them embedded when you approve it.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.embedding import embedding_lines, next_line
    from cli.render.text import emit_json, say

    require("pyarrow")
    from cli.embedding import Wishes, plan_embedding

    wishes = Wishes(model=model, dimensions=dimensions, whole=whole, online=online, again=again)
    with opened(*context.obj) as workspace:
        if workspace.settings.embedding.local if local is None else local:
            if online is not None or dimensions is not None or again:
                raise typer.BadParameter(
                    "on this machine it costs nothing and a model has one length: leave out --online, "
                    "--dimensions and --again, or say --no-local"
                )
            _here(workspace, model, whole=whole, dry_run=dry_run, as_json=as_json)
            return
        found = plan_embedding(workspace, wishes)
        if not as_json and (lines := embedding_lines(found)):
            say("\n".join(lines))
        if (
            (found.new or found.lost)
            and not dry_run
            and _approved(found.estimate.cost_usd, yes=yes, as_json=as_json)
        ):
            found = _done(workspace, found, wishes)
    if as_json:
        emit_json(found)
    else:
        say(next_line(found))


def _here(workspace: Opened, model: str | None, *, whole: bool, dry_run: bool, as_json: bool) -> None:
    from cli.embedding_local import embed_here, lines_of
    from cli.embedding_spaces import local_embedder
    from cli.render.text import emit_json, say_all

    done = embed_here(workspace, local_embedder(workspace, model), whole=whole, dry_run=dry_run)
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
    from cli.corpus_standing import locked
    from cli.embedding import write_embedding
    from cli.embedding_now import embed_now

    with locked(workspace):  # two at once would each think that the texts are new
        return (embed_now if found.online else write_embedding)(workspace, found, wishes)
