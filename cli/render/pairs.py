"""One pair's way as a page of text: where it came from, what happened to it, and what it became."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import msgspec

from cli.render.text import clean, clock_time
from core.batch.numbers import label
from core.exchange.prompts import version_of
from core.ledger.recorded import stamp
from core.planning.naming import counted
from core.quality.scores import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cli.pairs import Answered, PairWay, Text
    from core.projections.way import Attempt, Passage
    from core.quality.scores import Score

#: The widest that text is set, and the narrowest that it still can be.
WIDEST, NARROWEST = 80, 30
#: Columns of the words at the left.
MARGIN = 10
MARKS = {"equal": ("  ", ""), "delete": ("- ", ""), "insert": ("", "+ "), "replace": ("- ", "+ ")}


def way_lines(way: PairWay, width: int | None = None) -> Iterator[str]:
    """Yield the lines, none wider than 80 columns (or `width`, if that is less) and each printable."""
    across = max(min(width or WIDEST, WIDEST), NARROWEST)
    for name, said in _facts(way):
        yield from _set(f"{name:<{MARGIN}}", " " * MARGIN, said, across)
    for name, text in (("question", way.question), ("answer", way.answer_text)):
        yield ""
        yield name
        yield from _text(text, across)
    if way.answer:
        yield ""
        for field, value in way.answer.items():
            yield from _set("", "  ", f"{field}: {_plain(value)}", across)
    for note in way.notes:
        yield ""
        yield from _set("note: ", "  ", note, across)


def _plain(value: object, *, depth: int = 2) -> str:
    """Return a field of an answer as words, its deeper parts as JSON."""
    if isinstance(value, str):
        return value
    if depth and isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each, depth=depth - 1)}" for name, each in value.items()) or "-"
    if depth and isinstance(value, list):
        return "; ".join(_plain(each, depth=depth - 1) for each in value) or "-"
    return msgspec.json.encode(value).decode()


def _facts(way: PairWay) -> Iterator[tuple[str, str]]:
    """Yield the word at the left and what is said beside it."""
    source = way.source
    yield "pair", f"{way.pair_id}: {way.place.replace('_', ' ')}"
    about = ", ".join(str(each) for each in (source.indicator, source.category, way.topic) if each)
    session = f"session {source.session}" if source.session is not None else "no session"
    inside = f"{session}; {about}" if about else session
    yield "source", f"{source.path}, pair {source.ordinal} of {source.found} ({inside})"
    yield (
        "",
        f"sha256 {source.sha256}" if source.sha256 else "the file is not at hand, so its pairs are only claimed",
    )
    if source.origin is not None:
        yield "wave", f"{source.wave}, adopted {_time(source.planned_at)} from {source.origin}"
    else:
        yield "wave", f"{source.wave}, plan revision {source.revision} of {_time(source.planned_at)}"
    if source.prompt_sha256:
        yield "prompt", f"{source.prompt_path}, version {version_of(source.prompt_sha256)}"
    if way.excluded is not None:
        yield "excluded", way.excluded
    answered = {each.label: each for each in way.requests}
    for each in way.passages:
        yield from _passage(each, answered.get(each.label), source.prompt_sha256)
    for score in way.scores:
        yield "score", _score(score)


def _score(score: Score) -> str:
    marks = ", ".join(
        f"{name.replace('_', ' ')} {mark}" for name, mark in zip(DIMENSIONS, score.marks, strict=True)
    )
    said = f": {score.comment}" if score.comment else ""
    return f"{score.weighted:.2f} by {score.reviewer} ({marks}), {_time(stamp(score.at))}{said}"


def _passage(each: Passage, answered: Answered | None, prompt_sha256: str) -> Iterator[tuple[str, str]]:
    yield from _batch(each, prompt_sha256)
    if each.request:
        yield "", f"request {each.request} with {counted(each.companions, 'pair')}, in {each.file_path}"
    for attempt in each.attempts:
        yield "", _attempt(attempt)
        if attempt.doubles:
            yield "", f"found twice, beside {', '.join(attempt.doubles)}"
    if answered is not None:
        yield "", _answered(answered)
    if each.verdict is not None:
        emulated = " (emulated)" if each.emulated else ""
        why = f": {each.reason}" if each.reason else ""
        read = f"; read {_time(each.read_at)}" if each.read_at else ""
        yield "verdict", f"{each.verdict}{emulated}{why}{read}"
    if each.handed_to is not None:
        yield "", f"taken over by its repair {label(each.handed_to)}"
    if each.given_up_at:
        yield "", f"given up {_time(each.given_up_at)}"


def _batch(each: Passage, prompt_sha256: str) -> Iterator[tuple[str, str]]:
    if each.origin is None:
        yield "batch", f"{each.label} ({each.title}), planned {_time(each.planned_at)} for {each.model}"
    else:
        yield "batch", f"{each.label}, which an older process sent"
    if each.original is not None:
        yield "", f"came with the id {each.original}"
    if each.prompt_sha256 not in {"", prompt_sha256}:
        yield "", f"with another prompt, version {version_of(each.prompt_sha256)}"


def _attempt(attempt: Attempt) -> str:
    said = f"attempt {attempt.attempt}: {attempt.display_name}, begun {_time(attempt.started_at)}"
    if attempt.job_name:
        said += f"; {attempt.job_name} ({attempt.how}) {_time(attempt.submitted_at)}"
    if attempt.outcome:
        ended = f" {_time(attempt.ended_at)}" if attempt.ended_at else ""
        said += f"; {attempt.outcome}{ended}" + (f": {attempt.reason}" if attempt.reason else "")
    return f"{said}; downloaded {_time(attempt.downloaded_at)}" if attempt.downloaded_at else said


def _answered(each: Answered) -> str:
    tokens = f"the request took {each.input_tokens:,} tokens in, {each.output_tokens:,} out"
    ended = "; ".join(
        f"{name} {said}"
        for name, said in (("ended", each.finish), ("blocked", each.blocked), ("error", each.error))
        if said
    )
    model = f"; answered by {each.model_version}" if each.model_version else ""
    return f"{tokens}{model}" + (f"; {ended}" if ended else "")


def _text(text: Text, across: int) -> Iterator[str]:
    if text.before is None and text.after is None:
        yield "  (not known)"
    elif text.after is None:
        for line in (text.before or "").splitlines():
            yield from _set("  ", "  ", line, across)
        yield "  (not refined)"
    for change in text.changes:
        before, after = MARKS[change.kind]
        yield from _marked(before, change.before, across)
        if after:
            yield from _marked(after, change.after, across)


def _marked(mark: str, sentences: Iterable[str], across: int) -> Iterator[str]:
    """Yield sentences with the mark before each of their lines, so that every line tells which text it is of."""
    for sentence in sentences:
        yield from _set(mark, mark, sentence, across)


def _set(first: str, following: str, said: str, across: int) -> list[str]:
    """Return text as printable lines; words that are longer than a line are broken."""
    lines = textwrap.wrap(
        clean(said), across, initial_indent=first, subsequent_indent=following, break_on_hyphens=False
    )
    return lines or [first.rstrip()]


def _time(at: str | None) -> str:
    return f"{clock_time(at)} UTC" if at else "at no known time"
