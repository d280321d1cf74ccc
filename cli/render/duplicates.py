"""What `batchmill corpus dedup` prints; texts of pairs stay one printable line."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from cli.render.text import clean, table
from core.corpus.choices import Figures
from core.corpus.figures import Figured
from core.corpus.hints import Hinted
from core.corpus.outcome import Asked, Member
from core.planning.naming import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.corpus_dedup import Deduplicated
    from cli.corpus_explain import Explained

#: A question is cut there in a list.
_LONGEST = 60
#: Members and ties are shown so many at most; `--json` has them all.
_MOST = 20
#: Figures of a pair are shown so many at most.
_FIGURES = 5
_KINDS = {
    "both": "the same text",
    "answer": "the same answer",
    "question": "the same question",
    "near": "many shingles",
    "cosine": "the same meaning",
}


def dedup_lines(done: Deduplicated) -> list[str]:
    """Return what was found and what came of it, each under a word."""
    said = [f"{word:<11}{text}" for word, text in _findings(done)]
    where = f"{done.folder}: members, ties, repeated, hints, figures (Parquet)"
    return [*said, "", where if done.new else f"nothing to do, this was found before: {where}"]


def _findings(done: Deduplicated) -> Iterator[tuple[str, str]]:
    counts, terms = done.manifest.counts, done.manifest.terms
    yield "pairs", f"{counts.rows:,}: {counts.kept:,} stay, {counts.archived:,} are archived as duplicates"
    yield "clusters", f"{counts.clusters:,}, the largest of {counted(counts.largest_cluster, 'pair')}"
    yield "stays", done.manifest.rule
    yield "exact", f"the same text {counts.same_both:,} times, the same answer {counts.same_answer:,} times"
    yield "near", f"{counts.near:,} of {counts.candidates:,} compared, from a similarity of {terms.threshold:g}"
    chance = f"found with probability {done.manifest.chance:g}"
    yield "", f"({terms.bands} bands of {terms.rows}: one that lies just there is {chance})"
    if counts.wide_buckets:
        yield (
            "",
            f"{counted(counts.wide_buckets, 'bucket')} of more than {terms.widest} texts: not every two compared",
        )
    if terms.cosine is not None:
        by = clean(done.manifest.vectors)
        yield "meaning", f"{counts.cosine:,} links, from a cosine similarity of {terms.cosine:g} by {by}"
    if counts.without_vector:
        lacking = counted(counts.without_vector, "pair")
        yield "", f"{lacking} without a vector not compared by meaning (`batchmill corpus embed`)"
    if counts.other_figures:
        links = counted(counts.other_figures, "link")
        done_so = "merged all the same" if terms.figures is Figures.MERGE else "kept apart"
        yield "figures", f"{links} of pairs that state other figures, {done_so} (--which figures)"
    asked = f"{counts.repeated_questions:,} are answered in more than one way"
    yield "questions", f"{asked}, by {counts.pairs_of_repeated_questions:,} pairs (--which repeated)"
    yield (
        "model",
        f"takes {counts.hints_both:,} of the pairs in clusters for duplicates too, {counts.hints_ours:,} not",
    )
    yield "", f"and {counts.hints_model:,} that were not found to be any (--which hints)"


def listed_line(each: Member | Asked | Hinted | Figured) -> str:
    """Return a line of a list."""
    match each:
        case Member():
            return f"{clean(each.pair_id)} -> {clean(each.merged_into or '')}"
        case Asked():
            merged = f" -> {clean(each.stays)}" if each.stays != each.pair_id else ""
            return f"{each.group}  {clean(each.pair_id)}{merged}  {_cut(each.question)}"
        case Hinted():
            return f"{clean(each.pair_id)}  {_hint(each)}"
        case Figured():
            became = "merged" if each.joined else "apart"
            return f"{_stated(each.one, each.only_one)}  {_stated(each.other, each.only_other)}  {became}"


def explained_lines(found: Explained) -> Iterator[str]:
    """Yield why a pair stays or was archived."""
    name = clean(found.pair_id)
    if not found.members:
        meant = "" if found.cosine is None else f", or a cosine of {found.cosine:g}"
        like = f"a similarity of {found.threshold:g}{meant}"
        states = " and states the figures that it states" if found.apart else ""
        yield f"{name} stays: no other pair has its text, its answer, or {like}{states}"
    elif found.merged_into is None:
        yield f"{name} stays, for a cluster of {len(found.members)} pairs, by the rule:"
        yield found.rule
    else:
        yield f"{name} is archived, merged into {clean(found.merged_into)}, which stays by the rule:"
        yield found.rule
    if found.members:
        yield from _cluster(found)
    if found.apart:
        yield ""
        yield "kept apart, as alike as that and with other figures:"
        yield from (f"  {listed_line(each)}" for each in found.apart[:_MOST])
        yield from _rest(len(found.apart))
    for question, group in groupby(found.repeated, key=lambda each: each.question):
        yield ""
        yield f"asked again with other answers: {_cut(question)}"
        yield from (f"  {clean(each.pair_id)}" for each in group)
    if found.hint is not None:
        yield ""
        yield f"hint: {_hint(found.hint)}"


def _cluster(found: Explained) -> Iterator[str]:
    """Yield the members of a pair's cluster, the way to the one that stays, and the pair's other ties."""
    order = sorted(found.members, key=lambda each: (each.merged_into is not None, each.pair_id != found.pair_id))
    rows = [(_mark(each), each.pair_id, each.overall, each.completeness, each.row) for each in order]
    yield ""
    yield from table(("", "pair", "overall", "completeness", "row"), rows[:_MOST], right=(2, 3, 4))
    yield from _rest(len(rows))
    own = [each for each in found.ties if found.pair_id in {each.one, each.other} and each not in found.way]
    ties = [(each.one, each.other, _KINDS[each.kind], f"{each.similarity:.3f}") for each in [*found.way, *own]]
    yield ""
    yield from table(("pair", "and", "have", "similarity"), ties[:_MOST], right=(3,))
    yield from _rest(len(ties))


def _rest(number: int) -> Iterator[str]:
    if number > _MOST:
        yield f"and {number - _MOST:,} more (--json)"


def _mark(each: Member) -> str:
    return "stays" if each.merged_into is None else "archived"


def _hint(each: Hinted) -> str:
    who = {"both": "the model and the search", "ours": "the search alone", "model": "the model alone"}[
        each.opinion
    ]
    said = f"{who} for a duplicate"
    if each.similar_to:
        said += (
            f"; the model names {', '.join(map(clean, each.similar_to))}, of which {len(each.confirmed)} confirmed"
        )
    if each.merge_recommendation:
        said += f"; it recommends {clean(each.merge_recommendation)}"
    return f"taken by {said}"


def _stated(pair_id: str, figures: Sequence[str]) -> str:
    more = "" if len(figures) <= _FIGURES else f" and {len(figures) - _FIGURES} more"
    return f"{clean(pair_id)} ({', '.join(map(clean, figures[:_FIGURES]))}{more})"


def _cut(text: str) -> str:
    shown = clean(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
