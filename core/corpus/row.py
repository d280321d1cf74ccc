"""One row of the corpus: a refined pair with everything that says where it comes from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from core.corpus.inputs import BatchInput, WaveInput
    from core.corpus.refined_line import RefinedLine
    from core.corpus.verdicts import PairVerdict
    from core.exchange.extracted import ExtractedPair

#: Changes whenever a column does, so that what was built before is built again.
SHAPE = 2


class CorpusRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A pair of the corpus. `row` counts from 0 in the order of waves, batches and staged places: older is lower.

    `batch` is the batch of the plan, `round` the repair that brought the pair home (0: none), `key` its request.
    `model` is what was asked, `prompt` the version it was asked by; `emulated` answers come from no model at all.
    `source` is the staged file in the inbox, `source_key` what its pair ids begin with. Scores are the model's own
    judgement, 0 to 100, None where it gave none that can be used; `is_duplicate`, `similar_to` and
    `merge_recommendation` its duplicate analysis. The text before stands in the file `before` under the pair id.
    `verdict` is the last assessment's on the pair, `sound` or `faulty` for the checks in `verdict_reasons`, None
    where its wave was not assessed since the pair came home. `content_sha256` is that of question and answer
    together: text that stays the same keeps it.
    """

    row: int
    pair_id: str
    wave: int
    batch: int
    round: int
    attempt: int
    key: str
    source: str | None
    source_key: str
    session: int | None
    indicator: str | None
    category: str | None
    topic: str | None
    created_date: str | None
    question: str
    answer: str
    overall: float | None
    technical_accuracy: float | None
    completeness: float | None
    rag_readiness: float | None
    primary_tags: tuple[str, ...]
    secondary_tags: tuple[str, ...]
    difficulty_level: str | None
    use_cases: tuple[str, ...]
    enhancements_made: tuple[str, ...]
    flags: tuple[str, ...]
    is_duplicate: bool | None
    similar_to: tuple[str, ...]
    merge_recommendation: str | None
    model: str
    prompt: str
    emulated: bool
    before: str | None
    refined_path: str
    verdict: str | None = None
    verdict_reasons: tuple[str, ...] = ()
    content_sha256: str


def content_sha256(question: str, answer: str) -> str:
    """Return the sha256 (hex) of a pair's text; no shift of words between question and answer keeps it."""
    return hashlib.sha256(f"{len(question)}:{question}{answer}".encode()).hexdigest()


def corpus_row(
    row: int,
    home: tuple[RefinedLine, BatchInput],
    staged: ExtractedPair | None,
    wave: WaveInput,
    judged: PairVerdict | None = None,
) -> CorpusRow:
    """Return the row of a pair that came home with a batch.

    `staged` is how it was before, where an extract tells, `judged` what its wave's assessment says.
    """
    line, batch = home
    scores, tags, hint = line.scores(), line.tags(), line.hint()
    return CorpusRow(
        row=row,
        pair_id=line.pair_id,
        wave=wave.wave,
        batch=batch.base,
        round=batch.round,
        attempt=line.attempt,
        key=line.key,
        source=staged.source if staged else None,
        source_key=line.source,
        session=staged.session if staged else None,
        indicator=staged.indicator if staged else None,
        category=staged.category if staged else None,
        topic=staged.topic if staged else None,
        created_date=staged.created_date if staged else None,
        question=line.refined_question,
        answer=line.refined_answer,
        overall=scores.overall,
        technical_accuracy=scores.technical_accuracy,
        completeness=scores.completeness,
        rag_readiness=scores.rag_readiness,
        primary_tags=tags.primary_tags,
        secondary_tags=tags.secondary_tags,
        difficulty_level=tags.difficulty_level,
        use_cases=tags.use_cases,
        enhancements_made=line.enhancements(),
        flags=line.flagged(),
        is_duplicate=hint.is_duplicate,
        similar_to=hint.similar_to,
        merge_recommendation=hint.merge_recommendation,
        model=line.model,
        prompt=line.prompt,
        emulated=batch.emulated,
        before=wave.extract.path if wave.extract else None,
        refined_path=batch.refined.path,
        verdict=judged.verdict if judged else None,
        verdict_reasons=judged.reasons if judged else (),
        content_sha256=content_sha256(line.refined_question, line.refined_answer),
    )
