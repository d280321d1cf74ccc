"""What can be measured about how one text is written, and its score."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from core.quality.language import SPELLING
from core.quality.written.prose import paragraphs, sentences, words
from core.quality.written.readability import reading_ease
from core.quality.written.traces import traces
from core.screening.repetition import repeated_phrases

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from core.quality.language import LanguageChecker, LanguageError

#: Words added to a text's own in its score, so that one error in a sentence of three words is not 33 in a hundred.
_CUSHION = 10


class Measures(msgspec.Struct, frozen=True):
    """One text, question and answer together.

    `errors` are those of language by kind, among `checked` of its `words`. `traces` is what a model or tool left
    in it, by name. `ease` is the Flesch Reading Ease (None without words), `sentence_length` the mean number of
    words a sentence, `repeated` the share of its phrases of four words that stood before.
    """

    words: int
    checked: int
    errors: dict[str, int]
    traces: dict[str, str]
    ease: float | None
    sentence_length: float
    repeated: float

    @property
    def error_rate(self) -> float:
        """Errors of language per 100 words of what was checked."""
        return 100 * sum(self.errors.values()) / max(1, self.checked)

    @property
    def score(self) -> float:
        """How well it is written; greater is better and 0 the best.

        -100 * (errors of language + traces) / (checked words + 10). Readability, sentence length and repetition
        are measured beside it and have no weight: on learner sentences readability does not tell a correction from
        its source, and neither of the others is right or wrong by itself.
        """
        return -100 * (sum(self.errors.values()) + len(self.traces)) / (self.checked + _CUSHION)


def measure(
    question: str,
    answer: str,
    checker: LanguageChecker,
    most_words: float,
    glossary: AbstractSet[str] = frozenset(),
) -> Measures:
    """Measure one pair's text; the checker reads about `most_words` of it, whole sentences spread over the text.

    `glossary` holds terms in small letters that are spelled right whatever the checker says.
    """
    said = sentences([*paragraphs(question), *paragraphs(answer)])
    parts = [words(sentence) for sentence in said]
    every = [word for part in parts for word in part]
    excerpt = _excerpt([len(part) for part in parts], most_words)
    errors = checker.errors("\n\n".join(said[at] for at in excerpt))
    repeated, phrases = repeated_phrases([word.lower() for word in every])
    return Measures(
        words=len(every),
        checked=sum(len(parts[at]) for at in excerpt),
        errors=dict(Counter(error.kind for error in errors if _counts(error, glossary))),
        traces=traces(question, answer),
        ease=reading_ease(every, len(said)),
        sentence_length=len(every) / max(1, len(said)),
        repeated=repeated / max(1, phrases),
    )


def _excerpt(lengths: list[int], most_words: float) -> list[int]:
    """Return the places of sentences, by their lengths, that hold about that many words, evenly spread."""
    share = most_words / max(1, sum(lengths))
    if share >= 1:
        return list(range(len(lengths)))
    excerpt, taken, passed = [], 0, 0
    for at, length in enumerate(lengths):
        if taken <= passed * share:
            excerpt.append(at)
            taken += length
        passed += length
    return excerpt


def _counts(error: LanguageError, glossary: AbstractSet[str]) -> bool:
    """Whether an error is one: a word with a capital or a digit is a name or a ticker that no dictionary has."""
    if error.kind != SPELLING:
        return True
    if any(letter.isupper() or letter.isdigit() for letter in error.text):
        return False
    word = error.text.lower().removesuffix("'s").removesuffix("\u2019s")
    return word not in glossary and word.removesuffix("s") not in glossary
