"""A tool that searches the corpus in its database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from cli.corpus_choices import Way
from cli.mcp.answers import answer, paged
from cli.mcp.tool import Effect, Limit, Listing, Tool
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk

#: Pairs that a search ranks, and pairs of a page: the best are meant, and an agent pays for every word it reads.
MOST_FOUND, USUAL = 100, 10


class CorpusSearchArguments(Listing, frozen=True, kw_only=True):
    """What `corpus_search` is asked."""

    limit: Limit = USUAL
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=4_000, description="A question, or words.")]
    meaning: Annotated[
        bool,
        msgspec.Meta(
            description="Rank by meaning too: the model embeds the query in one call, for a few millionths of $1."
        ),
    ] = False


def corpus_search(desk: Desk, asked: CorpusSearchArguments) -> Answer:
    """Find refined pairs in the imported corpus by words, and with meaning=true by meaning as well.

    The best 100 are given by pages, each with where it comes from. Without meaning no provider is asked.
    """
    from cli.corpus_extra import require

    require("pyarrow", "numpy")
    from cli.corpus_search import search

    with desk.opened() as opened:
        found = search(opened, asked.query, MOST_FOUND, None if asked.meaning else Way.TEXT)
    return answer(
        f"{counted(len(found.found), 'pair')}, the best first"
        if found.found
        else "no pair found; try other words",
        ways=found.ways,
        data={"note": found.note} if found.note else None,
        page=paged(found.found, asked.cursor, asked.limit),
    )


TOOLS = (Tool("corpus_search", CorpusSearchArguments, corpus_search, Effect.READS, abroad=True),)
