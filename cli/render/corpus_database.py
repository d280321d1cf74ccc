"""What the commands between the corpus and its database print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.corpus_choices import Way
from cli.render.text import clean
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.corpus_import import Imported
    from cli.corpus_search import Found, Searched
    from cli.corpus_verify import Verified
    from core.corpus.stored import Repaired

#: Characters of a question and of an answer that a search shows.
_QUESTION, _ANSWER = 160, 240
#: Differences that are named; --json has all.
_MOST = 20


def imported_lines(done: Imported) -> Iterator[str]:
    """Yield what an import changed, and what stands there now."""
    counts = done.counts
    now = f"{counted(counts.current, 'pair')} in {clean(done.database)}"
    if done.new:
        changes = ("new", "changed", "revived", "retired", "unchanged")
        said = ", ".join(f"{number:,} {name}" for name in changes if (number := getattr(counts, name)))
        yield f"imported: {said or 'no pairs'}; {counted(counts.vectors_new, 'new vector')}"
        yield f"{now} now"
    else:
        yield (
            f"nothing to change: {now}, as the last import left them; `batchmill corpus verify` reads them"
            if counts.repaired is None
            else f"nothing to put right: {now}, all read and hashed anew"
        )
    if counts.repaired is not None:
        yield from _repaired(counts.repaired)
    if done.replaced:
        yield (
            f"U+FFFD stands for the character NUL, which PostgreSQL cannot hold, in "
            f"{counted(len(done.replaced), 'pair')}:"
        )
        named = [f"  {pair} ({', '.join(names)})" for pair, names in done.replaced.items()]
        yield from (clean(each) for each in named[:_MOST])
        if len(named) > _MOST:
            yield f"  and {len(named) - _MOST:,} more (--json has all)"
    if done.space is None:
        yield "without vectors; `batchmill corpus embed` makes them"
    else:
        lack = f"; {counts.vectors_missing:,} texts have none (`batchmill corpus embed`)"
        yield (
            f"{counted(counts.vectors, 'vector')} of {clean(done.space)}{lack if counts.vectors_missing else ''}"
        )
    indexed = done.indexed
    made = [f"the words of {counted(indexed.texts, 'text')}"] if indexed.texts or indexed.text_index else []
    made += ["vectors"] if indexed.vector_index else []
    if made:
        yield f"indexed: {' and '.join(made)}"


def _repaired(found: Repaired) -> Iterator[str]:
    if found.pairs or found.vectors:
        yield (
            f"put right: {counted(found.pairs, 'altered pair')} (what was found is a former version now), "
            f"{counted(found.vectors, 'altered vector')}"
        )
    if found.references or found.texts:
        yield (
            f"put right: {counted(found.references, 'reference')} to sessions and indicators, the words of "
            f"{counted(found.texts, 'text')}"
        )
    if found.aside:
        yield f"set aside: {counted(found.aside, 'vector')} that no import wrote"
    if found.lost:
        yield (
            f"not put right: {counted(found.lost, 'row')} that the corpus does not hold (retired pairs, former "
            "versions); a copy of the database brings them back, or a corpus in which such a pair stays again"
        )


def verified_lines(done: Verified) -> Iterator[str]:
    """Yield what was compared and what differs."""
    yield f"corpus    {done.corpus:>9,} pairs  {done.corpus_hash}"
    yield f"database  {done.stored:>9,} pairs  {done.stored_hash}  {clean(done.database)}"
    if done.space is not None:
        yield f"vectors   {done.vectors:>9,}, in the database {done.stored_vectors:,} of {clean(done.space)}"
    yield f"sample    {done.sampled:>9,} pairs column by column and vector by vector (seed {done.seed})"
    yield from (clean(each) for each in (*done.notes, *done.differences[:_MOST]))
    if len(done.differences) > _MOST:
        yield f"and {len(done.differences) - _MOST:,} more (--json has all)"


def searched_lines(done: Searched) -> Iterator[str]:
    """Yield the note, and each pair with where it comes from, its question and how its answer begins."""
    if done.note is not None:
        yield clean(done.note)
    if not done.found:
        yield (
            "nothing found: no pair has one of these words; try others"
            if done.ways == (Way.TEXT,)
            else "nothing found: the corpus has no vectors to compare with, and no pair has one of these words"
        )
    for found in done.found:
        yield from _pair(found)


def _pair(found: Found) -> Iterator[str]:
    pair = found.pair
    places = ", ".join(
        f"{name} {place}{said}"
        for name, place, said in (
            ("vector", found.by_vector, f" at {found.similarity:.2f}" if found.similarity is not None else ""),
            ("text", found.by_text, ""),
        )
        if place
    )
    origin = [f"wave {pair.wave}", f"batch {pair.batch}"]
    origin += [f"session {pair.session}"] if pair.session is not None else []
    origin += [clean(each) for each in (pair.indicator, pair.source) if each]
    yield f"{found.rank:>3}. {clean(pair.pair_id)}  ({places})  {', '.join(origin)}"
    yield f"     {_cut(pair.question, _QUESTION)}"
    yield f"     {_cut(pair.answer, _ANSWER)}"


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text from data on one line that steers no terminal."""
    shown = " ".join(text.split())
    return clean(shown if len(shown) <= most else f"{shown[: most - 1]}…")
