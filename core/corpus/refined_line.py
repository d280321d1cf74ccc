"""Reads a line of a refined-pairs file; what the model said beside the texts is taken as far as it has a shape."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import BadInputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from core.corpus.inputs import RecordedFile

#: Scores are asked for from 0 to 100; another number says nothing.
BEST = 100


class Scores(NamedTuple):
    """The model's judgement of its own answer, 0 to 100."""

    overall: float | None
    technical_accuracy: float | None
    completeness: float | None
    rag_readiness: float | None


class Tags(NamedTuple):
    """What the model filed the pair under."""

    primary_tags: tuple[str, ...]
    secondary_tags: tuple[str, ...]
    difficulty_level: str | None
    use_cases: tuple[str, ...]


class Hint(NamedTuple):
    """What the model thinks of the pair among those of its own request."""

    is_duplicate: bool | None
    similar_to: tuple[str, ...]
    merge_recommendation: str | None


class RefinedLine(msgspec.Struct, frozen=True, gc=False):
    """A line as `core.exchange.refined_lines` writes it; the model's fields may hold anything."""

    pair_id: str
    batch: int
    attempt: int
    source: str
    key: str
    model: str
    prompt: str
    refined_question: str
    refined_answer: str
    quality_scores: object = None
    duplicate_analysis: object = None
    rag_metadata: object = None
    enhancements_made: object = None
    flags: object = None

    def scores(self) -> Scores:
        """Return the scores that are numbers from 0 to 100."""
        given = _mapping(self.quality_scores)
        return Scores(*(_score(given.get(name)) for name in Scores._fields))

    def tags(self) -> Tags:
        """Return the tags that are texts."""
        given = _mapping(self.rag_metadata)
        return Tags(
            _texts(given.get("primary_tags")),
            _texts(given.get("secondary_tags")),
            _text(given.get("difficulty_level")),
            _texts(given.get("use_cases")),
        )

    def hint(self) -> Hint:
        """Return the duplicate analysis as far as it has a shape."""
        given = _mapping(self.duplicate_analysis)
        said = given.get("is_duplicate")
        return Hint(
            said if isinstance(said, bool) else None,
            _texts(given.get("similar_to")),
            _text(given.get("merge_recommendation")),
        )

    def enhancements(self) -> tuple[str, ...]:
        """Return what the model says it changed."""
        return _texts(self.enhancements_made)

    def flagged(self) -> tuple[str, ...]:
        """Return what the model says a person should look at."""
        return _texts(self.flags)


_decode = msgspec.json.Decoder(RefinedLine).decode


def refined_lines_in(stream: BinaryIO, file: RecordedFile) -> Iterator[RefinedLine]:
    """Yield the pairs of a refined-pairs file, one line in memory at a time.

    Raises BadInputError for a line that is none; and, once all is read, RefusedError when the bytes are not those
    that were recorded.
    """
    digest = hashlib.sha256()
    for number, line in enumerate(stream, 1):
        digest.update(line)
        try:
            found = _decode(line)
        except msgspec.MsgspecError as error:
            raise BadInputError(
                f"{file.path}, line {number} is no refined pair: {error}; restore the file"
            ) from None
        yield found
    if digest.hexdigest() != file.sha256:
        raise RefusedError(f"{file.path} is not as it was recorded; restore it")


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _score(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= BEST:
        return None
    return float(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list; one text by itself counts as a list of it."""
    if isinstance(value, str):
        value = [value]
    return tuple(each for each in value if _text(each)) if isinstance(value, list) else ()
