"""`batchmill corpus import`, `verify` and `search`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands.corpus import Json, corpus
from cli.corpus_choices import Way  # noqa: TC001 - typer reads the annotations at run time


def register(_app: typer.Typer) -> None:
    """Add the commands to those of the corpus."""
    corpus.command("import")(import_)
    corpus.command()(verify)
    corpus.command()(search)


def import_(
    context: typer.Context,
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what was altered, removed or added by hand.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take the pairs that stay, and their vectors, into the database that corpus.database names.

    By default that is corpus.db in the workspace (SQLite); it may be PostgreSQL with pgvector. Importing again
    changes nothing: a pair that changed becomes a new version, and one that dropped out of the corpus is
    retired, not deleted. All of it is one transaction: whatever goes wrong, the database is as before. Indexes for
    searching are built after it.

    With --repair all that the database holds is read and hashed anew. An altered pair becomes a new version, and
    what somebody made of it a former one; what is missing comes back; pairs that no import wrote are retired. What
    no file has is counted.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.corpus_database import imported_lines
    from cli.render.text import emit_json, say_all

    require("pyarrow", "numpy")
    from cli.corpus_import import import_corpus

    with opened(*context.obj) as workspace:
        done = import_corpus(workspace, repair=repair)
    if as_json:
        emit_json(done)
    else:
        say_all(imported_lines(done))


def verify(
    context: typer.Context,
    *,
    sample: Annotated[int, typer.Option(min=0, help="Pairs that are compared column by column.")] = 1_000,
    seed: Annotated[int, typer.Option(help="Another seed, another sample.")] = 1,
    as_json: Json = False,
) -> None:
    """Compare the corpus in its files with the one in its database: every text, vectors, and a sample in full.

    Exits with status 1 and names what differs: pairs that lack, that are foreign, or that hold something else.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.corpus_database import verified_lines
    from cli.render.text import emit_json, say_all
    from core.errors import RefusedError
    from core.planning.naming import counted

    require("pyarrow", "numpy")
    from cli.corpus_verify import verify as verified

    with opened(*context.obj) as workspace:
        done = verified(workspace, sample, seed)
    if as_json:
        emit_json(done)
    else:
        say_all(verified_lines(done))
    if done.differences:
        raise RefusedError(
            f"{done.database} is not as the corpus is, in {counted(len(done.differences), 'way')}; `batchmill "
            "corpus import` brings it up to a newer corpus, and `batchmill corpus import --repair` puts right "
            "what was altered in it"
        )


def search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A question, or words.")],
    *,
    most: Annotated[int, typer.Option("-k", min=1, max=1_000, help="How many pairs to show.")] = 10,
    only: Annotated[Way | None, typer.Option(help="Search by meaning or by words alone.")] = None,
    as_json: Json = False,
) -> None:
    """Find pairs by meaning (vectors) and by words (full text), merged into one ranking.

    The two rankings are merged by reciprocal rank fusion: a pair's score is the sum of 1 / (60 + its place).
    Meaning needs vectors that were imported and the model they are of, which embeds the question in one call;
    without either, words alone decide, and the first line says why.
    """
    from cli.compose import opened
    from cli.corpus_extra import require
    from cli.render.corpus_database import searched_lines
    from cli.render.text import emit_json, say_all

    require("pyarrow", "numpy")
    from cli.corpus_search import search as searched

    with opened(*context.obj) as workspace:
        done = searched(workspace, text, most, only)
    if as_json:
        emit_json(done)
    else:
        say_all(searched_lines(done))
