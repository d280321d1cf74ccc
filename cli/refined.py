"""The refined pairs of a wave with their sources, a batch at a time: what checks and reviewers are shown."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from adapters.files.extract import read_extract
from core.batch.adopted_events import RefinedAdopted
from core.batch.events import AnswersRead
from core.errors import NotFoundError, RefusedError
from core.exchange.rows import UNREADABLE
from core.ledger.streams import batch_stream
from core.quality.assessment.examine import RefinedPair
from core.quality.findings import After, Before
from core.quality.review_pair import ReviewPair

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cli.compose import Opened
    from core.exchange.extracted import ExtractedPair
    from core.projections.rows import BatchRow
    from core.wave.state import Wave


_ANEW = "`batchmill replay --rebuild` makes it anew from the result"


class Home(msgspec.Struct, frozen=True):
    """One answer as it came home: its fields, and the batch or repair that brought it."""

    answer: dict[str, object]
    carrier: int
    prompt: str


def refined_batches(opened: Opened, wave: Wave, rows: Sequence[BatchRow]) -> Iterator[list[RefinedPair]]:
    """Yield the refined pairs of each batch of a wave with their sources, in the extract's order.

    Of the answers those of one batch and its repairs are held in memory. Raises RefusedError when the extract or a
    file of refined pairs is not what was recorded, or is missing.
    """
    extract = wave.extract
    if extract is None:
        raise NotFoundError(f"wave {wave.wave} has no plan; run `batchmill plan --wave {wave.wave}` first")
    carriers: dict[int, list[BatchRow]] = {}
    for row in rows:
        if row.wave == wave.wave and row.refined_path and row.refined and row.refines:
            carriers.setdefault(row.repairs or row.number, []).append(row)
    current: int | None = None
    home: dict[str, Home] = {}
    pairs: list[RefinedPair] = []
    for pair in read_extract(opened.root / extract.path, extract.sha256):
        if pair.batch is None:
            continue
        if pair.batch != current:
            if pairs:
                yield pairs
            current, pairs = pair.batch, []
            home = _answers(opened, carriers.get(pair.batch, ()))
        if pair.pair_id in home:
            pairs.append(_pair(pair, pair.batch, home[pair.pair_id]))
    if pairs:
        yield pairs


def reviewed(opened: Opened, wave: Wave, rows: Sequence[BatchRow]) -> Iterator[ReviewPair]:
    """Yield the refined pairs of a wave as whoever judges them is shown them, in the extract's order."""
    for pairs in refined_batches(opened, wave, rows):
        yield from map(review_pair, pairs)


def review_pair(pair: RefinedPair) -> ReviewPair:
    """Return a refined pair as people are shown it."""
    return ReviewPair(
        pair_id=pair.before.pair_id,
        category=pair.before.category,
        source=source_of(pair),
        question_before=pair.before.question,
        answer_before=pair.before.answer,
        question_after=pair.after.question,
        answer_after=pair.after.answer,
    )


def source_of(pair: RefinedPair) -> str:
    """Return the key of a pair's source."""
    return pair.before.pair_id.rpartition("-")[0]


def _answers(opened: Opened, carriers: Sequence[BatchRow]) -> dict[str, Home]:
    found: dict[str, Home] = {}
    for row in carriers:
        path, digest = row.refined_path or "", hashlib.sha256()
        try:
            with opened.files.open(path) as lines:
                for line in lines:
                    digest.update(line)
                    answer = msgspec.json.decode(line, type=dict[str, object])
                    home = Home(answer, row.number, str(answer.get("prompt") or ""))
                    found.setdefault(str(answer.get("pair_id")), home)
        except (NotFoundError, *UNREADABLE) as error:
            raise RefusedError(
                f"the refined pairs of batch {row.label} cannot be read from {path} ({error}); {_ANEW}"
            ) from error
        if digest.hexdigest() != _recorded(opened, row):
            raise RefusedError(
                f"the refined pairs of batch {row.label} in {path} are not what was recorded; put the file back, "
                f"or {_ANEW}"
            )
    return found


def _recorded(opened: Opened, row: BatchRow) -> str:
    """Return the sha256 with which a batch's file of refined pairs was recorded last."""
    sha256 = ""
    for recorded in opened.database.store.read_stream(batch_stream(row.number)):
        if isinstance(recorded.event, AnswersRead | RefinedAdopted):
            sha256 = recorded.event.sha256
    return sha256


def _pair(pair: ExtractedPair, batch: int, home: Home) -> RefinedPair:
    before = Before(pair.pair_id, pair.question, pair.answer, pair.topic, pair.indicator, pair.category)
    after = After(_text(home.answer, "refined_question"), _text(home.answer, "refined_answer"), home.answer)
    return RefinedPair(before, after, batch, home.carrier, home.prompt)


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    return value if isinstance(value, str) else ""
