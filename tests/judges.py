"""Judging batches of a few pairs for tests: their texts, their recipe, and the events that plan and write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.events import BatchPlanned, BatchWritten
from core.batch.numbers import label
from core.ledger.streams import batch_stream
from core.pairs import ranges_of
from core.planning.models import models_with
from core.quality.judge_form import default_judge_prompt
from core.quality.judging import JudgeRecipe, coin_of
from core.quality.review_pair import ReviewPair
from tests.batches import MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from core.ports import StoredFile
    from tests.mill import MemoryFiles

AFTER = "TVL is the value locked.\n\n- Example: 5\n- Use: trend\n- Risk: double counting\n" + "It grows. " * 200


def judged_pair(pair_id: str) -> ReviewPair:
    return ReviewPair(
        pair_id=pair_id,
        category="dex",
        source=pair_id.rpartition("-")[0],
        question_before="what is tvl",
        answer_before="Sure! TVL is 5. I hope this helps!",
        question_after="What is TVL?",
        answer_after=AFTER,
    )


def judge_recipe(number: int) -> JudgeRecipe:
    return JudgeRecipe(default_judge_prompt(), models_with()[MODEL], coin_of(number), max_pairs=2)


def judging(
    files: MemoryFiles, number: int, pair_ids: Sequence[str], at: datetime
) -> list[tuple[str, int, object]]:
    """Return what plans and writes a batch of wave 2 that judges these pairs, and put its file there."""
    recipe, pairs = judge_recipe(number), [judged_pair(pair_id) for pair_id in pair_ids]
    runs = ranges_of(pair_ids)
    rendered = list(recipe.render(number, runs, pairs))
    stored: StoredFile = files.put(
        f"submissions/judge_{label(number)}.jsonl", b"".join(line for _, line in rendered)
    )
    planned = BatchPlanned(number, 2, 1, "judging", runs, MODEL, "d" * 64, recipe.estimate(pairs), at)
    written = BatchWritten(stored.path, stored.sha256, stored.size, tuple(each for each, _ in rendered), at)
    return [(batch_stream(number), 1, planned), (batch_stream(number), 2, written)]
