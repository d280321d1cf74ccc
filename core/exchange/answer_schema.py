"""The schema that every request carries: what a refined pair is made of, in the words the provider takes."""

from __future__ import annotations

from typing import Final

Schema = dict[str, object]

_TEXT: Final[Schema] = {"type": "STRING"}
_TEXTS: Final[Schema] = {"type": "ARRAY", "items": _TEXT}
_FLAG: Final[Schema] = {"type": "BOOLEAN"}
_SCORE: Final[Schema] = {"type": "INTEGER", "minimum": 0, "maximum": 100}
_LEVEL: Final[Schema] = {"type": "STRING", "enum": ["beginner", "intermediate", "advanced"]}


def every(**fields: Schema) -> Schema:
    """Return an object that has all of these fields, which the model writes in this order."""
    names = list(fields)
    return {"type": "OBJECT", "properties": fields, "required": names, "propertyOrdering": names}


_PAIR: Final = every(
    pair_id=_TEXT,
    refined_question=_TEXT,
    refined_answer=_TEXT,
    quality_scores=every(overall=_SCORE, technical_accuracy=_SCORE, completeness=_SCORE, rag_readiness=_SCORE),
    duplicate_analysis=every(is_duplicate=_FLAG, similar_to=_TEXTS, merge_recommendation=_TEXT),
    rag_metadata=every(primary_tags=_TEXTS, secondary_tags=_TEXTS, difficulty_level=_LEVEL, use_cases=_TEXTS),
    enhancements_made=_TEXTS,
    flags=_TEXTS,
)

#: An array of refined pairs. It goes into `responseSchema`, the provider's own subset of OpenAPI, and not into
#: `responseJsonSchema`: the batch endpoint was seen to answer the latter with objects whose fields are shifted.
#: The number of pairs is not bounded in it: limits on long arrays make a schema too complex to be served.
ANSWER_SCHEMA: Final[Schema] = {"type": "ARRAY", "items": _PAIR}
