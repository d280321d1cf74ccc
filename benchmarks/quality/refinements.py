"""The real pairs of wave 2 with refinements that damage nothing, to spoil and to leave as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.emulator.editing import refine_answer, refine_question
from core.quality.draws import Draws
from core.quality.findings import After, Before

if TYPE_CHECKING:
    from collections.abc import Callable

STAGING = Path(__file__).parents[3] / "shared" / "data" / "wave2_staging"

_SUFFIX = "_qa_pairs"
_THOUSAND = 1_000
_SENTENCE = re.compile(r"(?<=[a-z)][.!?]) (?=[A-Z])")


def sources() -> list[list[Before]]:
    """Return the pairs of each staged file that holds any."""
    found = []
    for file in sorted(STAGING.glob(f"*{_SUFFIX}.json")):
        indicator = file.stem.removesuffix(_SUFFIX)
        pairs = json.loads(file.read_bytes())["qa_pairs"]
        found.append(
            [
                Before(f"w2-{indicator}-{ordinal:03d}", pair["question"], pair["answer"], indicator=indicator)
                for ordinal, pair in enumerate(pairs, 1)
            ]
        )
    return [batch for batch in found if batch]


def unchanged(before: Before) -> After:
    """Return the pair as it was, with fields as the prompt asks for."""
    return After(before.question, before.answer, fields())


def edited(before: Before) -> After:
    """Return the pair as the emulated model refines it: another form, the same facts."""
    return After(refine_question(before.question), refine_answer(before.answer)[0], fields())


def shortened(before: Before) -> After:
    """Return the pair without a sixth of its sentences, and the rest in the form of `edited`."""
    parts = _SENTENCE.split(before.answer)
    draws = Draws(before.pair_id).below(_THOUSAND, len(parts))
    kept = [part for part, draw in zip(parts[:-1], draws, strict=False) if draw * 6 >= _THOUSAND]
    answer = " ".join([*kept, parts[-1]])
    return After(refine_question(before.question), refine_answer(answer)[0], fields())


def fields() -> dict[str, object]:
    """Return what the prompt asks the model to say about its refinement."""
    return {
        "quality_scores": dict.fromkeys(("overall", "technical_accuracy", "completeness", "rag_readiness"), 85),
        "duplicate_analysis": {"is_duplicate": False, "similar_to": [], "merge_recommendation": "keep_separate"},
        "rag_metadata": {
            "primary_tags": ["volume"],
            "secondary_tags": [],
            "difficulty_level": "intermediate",
            "use_cases": ["trend_analysis"],
        },
        "enhancements_made": ["Cleaned up spacing"],
        "flags": [],
    }


REFINEMENTS: dict[str, Callable[[Before], After]] = {
    "unchanged": unchanged,
    "edited": edited,
    "shortened": shortened,
}
