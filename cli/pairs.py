"""One pair's whole way, from its staged file through batch and repairs to its answer."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from cli.differences import Change, changes
from cli.locating import Source, carriers, find_source
from cli.scoring import scores_of
from core.batch.numbers import label
from core.errors import NotFoundError, StorageError
from core.exchange.extracted import ExtractedPair
from core.exchange.forms import FIELDS
from core.exchange.rows import read_row
from core.pairs import pair_id
from core.projections.balance import place_of
from core.projections.catch_up import catch_up
from core.projections.way import Passage  # noqa: TC001 - msgspec reads the annotations at run time
from core.quality.scores import Score, latest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.compose import Opened


class Answered(msgspec.Struct, frozen=True):
    """What the result line of the pair's request says; tokens are those of the whole request."""

    label: str
    request: str
    input_tokens: int
    output_tokens: int
    model_version: str
    finish: str
    blocked: str
    error: str


class Text(msgspec.Struct, frozen=True):
    """A question or an answer, before and after (None: not home), and the change from one to the other."""

    before: str | None
    after: str | None
    changes: list[Change]


class PairWay(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is known of one pair; `place` is the balance's, `notes` say what could not be looked up.

    `revision` is the wave's plan that the source is of, `excluded` why that plan left the pair out. `answer` has
    the fields of the refined answer but for its two texts; `scores` are what people and models gave it last.
    """

    pair_id: str
    place: str
    source: Source
    topic: str | None
    excluded: str | None
    passages: list[Passage]
    requests: list[Answered]
    question: Text
    answer_text: Text
    answer: dict[str, object] | None
    scores: list[Score]
    notes: list[str]


def way_of(opened: Opened, asked: str) -> PairWay:
    """Return a pair's way; raises NotFoundError, with the nearest id that there is, for an id of no pair.

    Of extract, result and refined pairs one line each is held in memory; a file that is missing is a note.
    """
    catch_up(opened.database.store, opened.database.read_model)
    source = find_source(opened.database.store, asked)
    name = pair_id(source.key, source.ordinal)
    notes: list[str] = []
    before = _extracted(opened, source, name, notes)
    batch = before.batch if before else None
    passages = carriers(opened, source, name, named=batch, known=before is not None)
    answer = _answer(opened, passages, name, notes)
    after = answer or {}
    return PairWay(
        pair_id=name,
        place=_place(opened, passages),
        source=source,
        topic=before.topic if before else None,
        excluded=None if passages or before is None else before.excluded,
        passages=passages,
        requests=list(_answered(opened, passages, notes)),
        question=_text(before.question if before else None, after.get("refined_question")),
        answer_text=_text(before.answer if before else None, after.get("refined_answer")),
        answer={field: after[field] for field in FIELDS[2:] if field in after} if answer else None,
        scores=[each for each in latest(scores_of(opened, source.wave)) if each.pair_id == name],
        notes=notes,
    )


def _place(opened: Opened, passages: Sequence[Passage]) -> str:
    if not passages:
        return "excluded"
    last = passages[-1]
    if last.verdict is None:
        return place_of(opened.database.read_model.batches([last.batch])[0])
    if last.verdict == "refined":
        return "refined"
    return "given_up" if last.given_up_at else "missing"


def _text(before: str | None, after: object) -> Text:
    if not isinstance(after, str):
        return Text(before, None, [])
    return Text(before, after, changes(before or "", after))


def _extracted(opened: Opened, source: Source, name: str, notes: list[str]) -> ExtractedPair | None:
    if source.origin is not None and not source.sha256:
        notes.append(
            f"{source.path} was not at hand when wave {source.wave} was adopted, so the pair's text is not known; "
            "put it there and run `batchmill adopt tracking` again"
        )
        return None
    told = len(notes)
    for line in _lines_with(opened, source.extract_path, msgspec.json.encode(name), notes):
        with suppress(msgspec.MsgspecError):
            pair = msgspec.json.decode(line.rstrip(b",\n"), type=ExtractedPair)
            if pair.pair_id == name:
                return pair
    if len(notes) == told:
        notes.append(f"{source.extract_path} does not hold the pair; `batchmill replay --check` tells more")
    return None


def _answer(opened: Opened, passages: Sequence[Passage], name: str, notes: list[str]) -> dict[str, object] | None:
    home = next((each for each in passages if each.verdict == "refined"), None)
    if home is None or home.refined_path is None:
        return None
    told = len(notes)
    for line in _lines_with(opened, home.refined_path, msgspec.json.encode(name), notes):
        with suppress(msgspec.MsgspecError):
            found = msgspec.json.decode(line, type=dict[str, object])
            if found.get("pair_id") == name:
                return found
    if len(notes) == told:
        notes.append(f"{home.refined_path} does not hold the answer; `batchmill replay --rebuild` makes it anew")
    return None


def _answered(opened: Opened, passages: Sequence[Passage], notes: list[str]) -> Iterator[Answered]:
    """Yield what came for the pair's request in each batch whose result was kept."""
    for each in passages:
        if each.result_path is None or each.request is None:
            continue
        for line in _lines_with(opened, each.result_path, msgspec.json.encode(each.request), notes):
            row = read_row(line)
            if row is not None and row.key == each.request:
                yield Answered(
                    label=label(each.batch),
                    request=each.request,
                    input_tokens=row.input_tokens,
                    output_tokens=row.output_tokens,
                    model_version=row.model,
                    finish=row.finish,
                    blocked=row.blocked,
                    error=row.error,
                )
                break


def _lines_with(opened: Opened, path: str, text: bytes, notes: list[str]) -> Iterator[bytes]:
    """Yield the lines of a workspace file that hold a JSON string; other lines are not even decoded."""
    other = text.replace(b"/", rb"\/")
    try:
        with opened.files.open(path) as lines:
            for line in lines:
                if text in line or other in line:
                    yield line
    except (NotFoundError, StorageError) as error:
        notes.append(str(error))
