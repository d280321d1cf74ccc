"""Request lines: the prompt, a header and the pairs as JSON, in the form the Batch API takes."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.batch.events import Estimate, RequestLine
from core.batch.numbers import base_of, round_of
from core.planning.estimate import estimate
from core.planning.packing import Packing, Slot, pack
from core.planning.ranges import take

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.exchange.extracted import ExtractedPair
    from core.pairs import PairRange
    from core.planning.models import Model

#: Low, because a refinement shall keep the facts it was given.
TEMPERATURE = 0.2

_encode = msgspec.json.Encoder().encode


class Recipe(NamedTuple):
    """What every request of a wave has in common; the same recipe and pairs give the same bytes.

    `max_pairs` caps the pairs of a request (None: only the model's limits do); answers are expected to be `room`
    times as long as the texts alone lead to expect.
    """

    prompt: str
    model: Model
    max_pairs: int | None = None
    room: float = 1.0

    @property
    def packing(self) -> Packing:
        """What requests are packed by, the same as when the wave was planned."""
        return Packing(self.model, len(self.prompt), self.max_pairs, self.room)

    def slots(self, pairs: Sequence[ExtractedPair]) -> list[Slot]:
        """Return how a batch's pairs are cut into requests."""
        return pack([len(pair.question) for pair in pairs], [len(pair.answer) for pair in pairs], self.packing)

    def estimate(self, pairs: Sequence[ExtractedPair]) -> Estimate:
        """Return the expected tokens and price of these pairs' requests."""
        return estimate(self.slots(pairs), self.model)


class SentPair(msgspec.Struct, frozen=True, gc=False):
    """A pair as the model sees it."""

    pair_id: str
    question: str
    answer: str
    topic: str | None


def default_prompt() -> str:
    """Return the refinement prompt that comes with the program."""
    return resources.files("core.exchange").joinpath("refinement_prompt.md").read_text(encoding="utf-8")


def prompt_sha256(prompt: str) -> str:
    """Return the sha256 of a prompt's UTF-8 text in hex."""
    return sha256(prompt.encode()).hexdigest()


def render_requests(
    number: int, ranges: Sequence[PairRange], pairs: Sequence[ExtractedPair], recipe: Recipe, *, first: int = 1
) -> Iterator[tuple[RequestLine, bytes]]:
    """Yield every request of a batch: what it carries, and its line with the line feed.

    `pairs` are those of `ranges`, in their order. Keys are `batch_205/r01`, `batch_205/r02` …, counted from
    `first`; those of a repair are `batch_205r1/r01` …
    """
    name = batch_name(number)
    config = generation_config(recipe.model)
    for place, slot in enumerate(recipe.slots(pairs), start=first):
        key = f"{name}/r{place:02d}"
        text = _text(name, pairs[slot.start : slot.stop], recipe.prompt)
        request = {"contents": [{"role": "user", "parts": [{"text": text}]}], "generationConfig": config}
        line = _encode({"key": key, "request": request}) + b"\n"
        yield RequestLine(key, take(ranges, slot.start, slot.stop)), line


def batch_name(number: int) -> str:
    """Return how requests and files call a batch: `batch_205`, or `batch_205r1` for a repair."""
    repair = f"r{round_of(number)}" if round_of(number) else ""
    return f"batch_{base_of(number):03d}{repair}"


def generation_config(model: Model) -> dict[str, object]:
    """Return the generation settings: JSON as the answer's form and all the output that the model has."""
    return {
        "responseMimeType": "application/json",
        "maxOutputTokens": model.output_limit,
        "temperature": TEMPERATURE,
        "thinkingConfig": {"thinkingBudget": model.thinking_budget},
    }


def _text(name: str, pairs: Sequence[ExtractedPair], prompt: str) -> str:
    """Return the request's text; line feeds within pairs are escaped, so no pair can imitate a header."""
    sent = _encode([SentPair(pair.pair_id, pair.question, pair.answer, pair.topic) for pair in pairs]).decode()
    return f"{prompt}\n\nBATCH: refinement_{name}\nTOTAL Q&A PAIRS: {len(pairs)}\n\nQ&A PAIRS TO REFINE:\n\n{sent}"
