"""Expected tokens, cost and hours, computed from the texts' lengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.batch.parts import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.planning.models import Model
    from core.planning.packing import Slot

#: The provider's own rule of thumb for English text.
CHARACTERS_PER_TOKEN = 4

#: A pair's JSON around its texts in the prompt: field names, pair id, topic.
_FRAME_CHARACTERS = 150

#: What a request holds beside prompt and pairs: the frame around the pairs, and the schema of the answer.
_HEADER_CHARACTERS = 2_400

#: A refined answer's fields beside the two texts: scores, duplicate analysis, tags, list of enhancements.
_METADATA_CHARACTERS = 1_000

#: The prompt asks for 2,000 to 4,000 characters an answer; short ones are expected to grow to the middle.
_ASKED_CHARACTERS = 3_000

#: Provider's promise in hours from a job's creation to its result, and how many jobs may be open at once.
TARGET_HOURS = 24
JOBS_AT_ONCE = 100


class Tokens(NamedTuple):
    """Tokens expected in and out."""

    input: int
    output: int


def pair_tokens(question: int, answer: int) -> Tokens:
    """Return the tokens of one pair whose question and answer have this many characters.

    In: (question + answer + 150 of JSON around them) / 4. Out: the refined answer, 15 % longer than the given one
    but at least 3,000 characters (the prompt asks for 2,000 to 4,000), a question a third longer, and 1,000
    characters of metadata in the form the prompt shows, all / 4. For the 3,000 characters of a typical answer that
    is 1,140 tokens out, in line with the 100,000 that a request of 100 pairs was seen to need. Text in other
    scripts than Latin has more tokens than this says.
    """
    refined = max(_ASKED_CHARACTERS, answer * 115 // 100) + question * 4 // 3 + _METADATA_CHARACTERS
    return Tokens(_tokens(question + answer + _FRAME_CHARACTERS), _tokens(refined))


def expected_tokens(questions: Sequence[int], answers: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return what `pair_tokens` says of many pairs: the tokens in, and the tokens out."""
    pairs = list(map(pair_tokens, questions, answers))
    return [pair.input for pair in pairs], [pair.output for pair in pairs]


def request_tokens(prompt_characters: int) -> int:
    """Return the tokens that every request has beside its pairs: the prompt, the frame and the answer's schema."""
    return _tokens(prompt_characters + _HEADER_CHARACTERS)


def _tokens(characters: int) -> int:
    return -(-characters // CHARACTERS_PER_TOKEN)


def estimate(slots: Iterable[Slot], model: Model) -> Estimate:
    """Return the expected tokens and price of requests, each priced by itself (long ones may cost more)."""
    tokens_in = tokens_out = 0
    cost = 0.0
    for slot in slots:
        tokens_in += slot.input_tokens
        tokens_out += slot.output_tokens
        cost += model.cost(slot.input_tokens, slot.output_tokens)
    return Estimate(tokens_in, tokens_out, round(cost, 6))


def total(estimates: Iterable[Estimate]) -> Estimate:
    """Return the sum of estimates."""
    known = list(estimates)
    return Estimate(
        sum(each.input_tokens for each in known),
        sum(each.output_tokens for each in known),
        round(sum(each.cost_usd for each in known), 6),
    )


def expected_hours(batches: int, jobs_at_once: int = JOBS_AT_ONCE) -> int:
    """Return the hours by which all jobs should be done: the provider's 24-hour target for each round of jobs.

    A round is as many jobs as may be open at once. Most jobs end far sooner, and the target is not a guarantee: a
    job may run 48 h before it expires.
    """
    return -(-batches // jobs_at_once) * TARGET_HOURS
