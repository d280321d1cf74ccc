"""What the model says about its own refinement: there, of the right type, and within its range."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from core.quality.findings import FAULT, NOTE, QualityFinding, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.quality.findings import After, Before, Terms

SCORES = ("overall", "technical_accuracy", "completeness", "rag_readiness")
LEVELS = ("beginner", "intermediate", "advanced")
_TAGS = ("primary_tags", "secondary_tags", "use_cases")
_MERGES = ("keep_separate", "discard")
_MERGE_WITH = "merge_with_"


def quality_scores(_before: Before, after: After, terms: Terms) -> Iterator[QualityFinding]:
    """Find scores that are missing, are no numbers, or lie outside their range."""
    scores = after.fields.get("quality_scores")
    if not isinstance(scores, dict):
        yield _fault("quality-scores", "quality_scores", scores, "an object")
        return
    lowest, highest = terms["lowest_score"], terms["highest_score"]
    for name in SCORES:
        value = scores.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield _fault("quality-scores", f"quality_scores.{name}", value, "a number")
        elif not lowest <= value <= highest:
            reason = f"quality_scores.{name} is {shown(str(value))}, outside {lowest:g} to {highest:g}"
            yield QualityFinding("quality-scores", FAULT, reason, "fields")


def duplicate_analysis(before: Before, after: After, terms: Terms) -> Iterator[QualityFinding]:
    """Find an analysis that is missing or of wrong types, as a fault; one that contradicts itself, as a note."""
    check = "duplicate-analysis"
    found = after.fields.get("duplicate_analysis")
    if not isinstance(found, dict):
        yield _fault(check, "duplicate_analysis", found, "an object")
        return
    said, similar, advice = (found.get(name) for name in ("is_duplicate", "similar_to", "merge_recommendation"))
    if not isinstance(said, bool):
        yield _fault(check, "duplicate_analysis.is_duplicate", said, "true or false")
    if not isinstance(advice, str):
        yield _fault(check, "duplicate_analysis.merge_recommendation", advice, "text")
    elif advice not in _MERGES and not advice.startswith(_MERGE_WITH):
        reason = f"merge_recommendation is “{shown(advice)}”, none that the prompt offers"
        yield QualityFinding(check, NOTE, reason, "fields")
    if not _texts(similar):
        yield _fault(check, "duplicate_analysis.similar_to", similar, "a list of pair ids")
    elif before.pair_id in similar:
        yield QualityFinding(check, NOTE, "the pair is named as similar to itself", "fields")
    elif said is True and not similar:
        yield QualityFinding(check, NOTE, "is_duplicate is true and no pair is named", "fields")
    elif len(similar) > terms["most_flags"]:
        yield QualityFinding(check, NOTE, f"{len(similar):,} pairs are named as similar", "fields")


def flags(_before: Before, after: After, terms: Terms) -> Iterator[QualityFinding]:
    """Find flags or enhancements that are no list of texts, or too many to mean anything."""
    for name in ("flags", "enhancements_made"):
        yield from _list("flags", name, after.fields.get(name), terms)


def metadata(_before: Before, after: After, terms: Terms) -> Iterator[QualityFinding]:
    """Find tags that are no lists of texts, and a level of difficulty that does not exist."""
    found = after.fields.get("rag_metadata")
    if not isinstance(found, dict):
        yield _fault("rag-metadata", "rag_metadata", found, "an object")
        return
    for name in _TAGS:
        yield from _list("rag-metadata", f"rag_metadata.{name}", found.get(name), terms)
    if found.get("difficulty_level") not in LEVELS:
        yield _fault(
            "rag-metadata",
            "rag_metadata.difficulty_level",
            found.get("difficulty_level"),
            f"one of {', '.join(LEVELS)}",
        )


def _list(check: str, name: str, value: object, terms: Terms) -> Iterator[QualityFinding]:
    if not _texts(value):
        yield _fault(check, name, value, "a list of texts")
    elif len(value) > terms["most_flags"]:
        yield QualityFinding(check, NOTE, f"{name} has {len(value):,} entries", "fields")


def _texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _fault(check: str, name: str, value: object, wanted: str) -> QualityFinding:
    reason = f"{name} is missing" if value is None else f"{name} is “{shown(str(value)[:200])}” and not {wanted}"
    return QualityFinding(check, FAULT, reason, "fields")
