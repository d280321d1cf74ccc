"""The card of a dataset: what it holds, where it comes from, by what it was made and checked.

Markdown with the header that Hugging Face reads. Words from pairs and files stay words: nothing in them becomes
markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.corpus.choices import Figures
from core.corpus.splits import Split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.corpus.census import Census
    from core.corpus.choices import Form
    from core.corpus.manifest import BuildManifest, DedupManifest, ExportTerms

#: Rows of a table are shown so many at most.
MOST = 50
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~$&])")


def plain(text: str) -> str:
    """Return words from data as one line of Markdown in which nothing is markup."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return _MARKUP.sub(r"\\\1", shown)


def card(census: Census, terms: ExportTerms, built: BuildManifest, found: DedupManifest) -> Iterator[str]:
    """Yield the lines of the card, without their ends."""
    yield from _header(census, terms)
    yield ""
    yield "# Refined question and answer pairs"
    yield ""
    yield from _counts(census, terms, found)
    yield from _table("Sources", ("wave", "source", "pairs"), _sources(census))
    yield from _table("Models and prompt versions", ("model", "prompt version", "pairs"), _askings(census))
    if census.flags:
        yield from _table("Flags that the model raised", ("flag", "pairs"), census.flags.most_common())
    yield from _checks(census, built, found)


def _header(census: Census, terms: ExportTerms) -> Iterator[str]:
    yield "---"
    yield f"license: {terms.license.lower()}"
    yield "task_categories:"
    yield "- question-answering"
    yield "size_categories:"
    yield f"- {next((name for most, name in _SIZES if census.pairs < most), 'n>1M')}"
    yield "configs:"
    yield "- config_name: default"
    yield "  data_files:"
    for split in Split:
        if census.splits[split]:
            yield f"  - split: {split}"
            yield f"    path: {data_path(terms.form, split)}"
    yield "---"


def data_path(form: Form, split: Split) -> str:
    """Return where a split's files stand, as a pattern."""
    return f"{form.folder}{split}-*.parquet" if form.in_columns else f"{form.folder}{split}.jsonl"


def _counts(census: Census, terms: ExportTerms, found: DedupManifest) -> Iterator[str]:
    train, validation = census.splits[Split.TRAIN], census.splits[Split.VALIDATION]
    yield f"- {_many(census.pairs, 'pair')}: {train:,} to train, {validation:,} to validate."
    kept = "among them" if terms.archived else "left out"
    corpus = _many(found.counts.rows, "pair")
    yield f"- Of {corpus} in the corpus, {found.counts.archived:,} are duplicates, {kept}."
    yield "- Duplicates, and pairs that ask the same, are never parted between the two splits."
    yield f"- Licence: {'not stated' if terms.license == 'unknown' else terms.license}."
    if census.mean_score is not None:
        yield f"- Mean overall score by the model's own judgement: {census.mean_score:.1f} of 100."
    if census.emulated:
        number = _many(census.emulated, "emulated answer")
        yield f"- **{number}**: from an emulator that edits by rule, not from a model."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _sources(census: Census) -> list[tuple[object, ...]]:
    return [(wave, source, pairs) for (wave, source), pairs in sorted(census.sources.items())]


def _askings(census: Census) -> list[tuple[object, ...]]:
    return [(model, prompt, pairs) for (model, prompt), pairs in sorted(census.askings.items())]


def _table(title: str, names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield _row(names)
    yield _row("---" for _ in names)
    for row in rows[:MOST]:
        yield _row(plain(str(each)) for each in row)
    if len(rows) > MOST:
        yield ""
        yield f"And {len(rows) - MOST:,} more."


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _checks(census: Census, built: BuildManifest, found: DedupManifest) -> Iterator[str]:
    terms = found.terms
    yield ""
    yield "## Checks"
    yield ""
    waves = ", ".join(str(wave.wave) for wave in built.waves)
    yield f"- Every refined pair of the waves {waves} is accounted for; each file had the sha256 on record."
    near = f"word {terms.shingle}-shingles with a Jaccard similarity of {terms.threshold:g} or more"
    meant = (
        f", or vectors of {plain(found.vectors)} with a cosine similarity of {terms.cosine:g} or more "
        f"({found.counts.cosine:,} times)"
        if terms.cosine is not None
        else ""
    )
    yield f"- Duplicates: the same text, the same answer, or {near} ({found.counts.near:,} times){meant}."
    if found.counts.other_figures:
        done = "kept apart" if terms.figures is Figures.APART else "merged all the same"
        yield f"- Of these, pairs that state other figures, {done}: {_many(found.counts.other_figures, 'time')}."
    yield f"- Of duplicates stays: {found.rule}."
    asked = f"{found.counts.repeated_questions:,} questions are asked more than once and answered differently"
    yield f"- {asked}; by the policy: {terms.repeated}."
    for verdict, pairs in sorted(census.verdicts.items()):
        yield f"- Verdict {plain(verdict)}: {_many(pairs, 'pair')}."
    yield f"- Flagged by the model: {_many(census.flagged, 'pair')}."
    yield f"- Corpus {built.fingerprint}, deduplication {found.fingerprint}."
