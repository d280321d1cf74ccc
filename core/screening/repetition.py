"""Answers that say the same again: sentences that return, and texts made of the same few phrases."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.screening.subject import Limits, Subject

#: Of the phrases of four words in an answer, the share that stood in it before. Measured: in the nine real files
#: of wave 2 the median is 0.035, one answer in a hundred has 0.13 and the highest 0.19; in 14 batch files of
#: wave 1 the highest is 0.28, of two answers that do say whole passages twice.
MOST_REPEATED = 0.30
_PHRASE_WORDS = 4
_FEWEST_WORDS = 20

#: A quick look first: what follows the first letter of each word in “t” is one phrase in eight, and as often
#: repeated as the rest. All phrases are counted where half of the limit is reached, or where samples are few.
_SAMPLE = " t"
_SAMPLE_LENGTH = 28
_FEWEST_SAMPLES = 16
_LEAST_SAMPLED = MOST_REPEATED / 2

#: A sentence of this many characters, said this often, that makes up this share of the answer. The nine real files
#: hold no such sentence even twice; answers of wave 1 have a line of sources three times, at 6 % of the text.
_SENTENCE = 40
_TIMES = 3
_SHARE = 0.10


def repetition(pair: Subject, _limits: Limits) -> str | None:
    """Find an answer of which 30 % of the phrases, or a tenth in one sentence, stood before."""
    return (_phrases(pair.words) if _suspicious(pair.lowered) else None) or _sentences(pair.answer)


def _suspicious(lowered: str) -> bool:
    samples = lowered.split(_SAMPLE)
    total = len(samples)
    if total < _FEWEST_SAMPLES:
        return True
    return total - len({sample[:_SAMPLE_LENGTH] for sample in samples}) >= _LEAST_SAMPLED * total


def repeated_phrases(words: list[str]) -> tuple[int, int]:
    """Return how many of a text's phrases of four words stood before, and how many phrases it has."""
    total = max(0, len(words) - _PHRASE_WORDS + 1)
    return total - len(set(zip(words, words[1:], words[2:], words[3:], strict=False))), total


def _phrases(words: list[str]) -> str | None:
    repeated, total = repeated_phrases(words)
    if total < _FEWEST_WORDS or repeated < MOST_REPEATED * total:
        return None
    ((most, times),) = Counter(zip(words, words[1:], words[2:], words[3:], strict=False)).most_common(1)
    return f"{100 * repeated // total} % of the phrases stood before: “{' '.join(most)}” {times} times"


def _sentences(answer: str) -> str | None:
    parts = (answer.replace("\n", ". ") if "\n" in answer else answer).split(". ")
    if len(set(parts)) > len(parts) - _TIMES + 1:
        return None
    said = Counter(part for part in parts if len(part) >= _SENTENCE)
    for sentence, times in said.most_common(1):
        if times >= _TIMES and times * len(sentence) >= _SHARE * len(answer):
            return f"{times} times: “{sentence.strip()}”"
    return None
