"""Request lines: the prompt as system instruction, the pairs as data, and the schema of the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.batch.numbers import LETTERS, kind_of, round_of, serial_of
from core.batch.parts import Estimate, RequestLine
from core.exchange.answer_schema import ANSWER_SCHEMA
from core.exchange.framing import framed
from core.planning.estimate import estimate
from core.planning.packing import Packing, Slot, pack
from core.planning.ranges import take

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.exchange.answer_schema import Schema
    from core.exchange.extracted import ExtractedPair
    from core.pairs import PairRange
    from core.planning.models import Model

#: Low, because a refinement shall keep the facts it was given.
TEMPERATURE = 0.2

_encode = msgspec.json.Encoder().encode


class Recipe(NamedTuple):
    """What every request of a wave has in common; the same recipe and pairs give the same bytes.

    `max_pairs` caps the pairs of a request (None: only the model's limits do); answers are expected to be `room`
    times as long as the texts alone lead to expect; a batch is cut into `requests` (None: as few as fit).
    Requests are filled as if answers were `spare` times longer still, which nobody expects to pay for.
    """

    prompt: str
    model: Model
    max_pairs: int | None = None
    room: float = 1.0
    requests: int | None = None
    spare: float = 1.0

    @property
    def packing(self) -> Packing:
        """What requests are packed by, the same as when the wave was planned."""
        return Packing(self.model, len(self.prompt), self.max_pairs, self.room * self.spare, self.requests)

    def slots(self, pairs: Sequence[ExtractedPair]) -> list[Slot]:
        """Return how a batch's pairs are cut into requests."""
        return pack([len(pair.question) for pair in pairs], [len(pair.answer) for pair in pairs], self.packing)

    def estimate(self, pairs: Sequence[ExtractedPair]) -> Estimate:
        """Return the expected tokens and price of these pairs' requests.

        No request is expected to write more than the model's output limit, where it is stopped.
        """
        limit, expecting = self.model.output_limit, self._replace(spare=1.0, max_pairs=None, requests=1)
        slots = [
            whole._replace(output_tokens=min(whole.output_tokens, limit))
            for slot in self.slots(pairs)
            for whole in expecting.slots(pairs[slot.start : slot.stop])
        ]
        return estimate(slots, self.model)

    def once_more(self, *, max_pairs: int, spare: float) -> Recipe:
        """Return the recipe for pairs that are asked about again; see `core.exchange.asking`."""
        return self._replace(max_pairs=max_pairs, spare=spare)

    def render(
        self, number: int, ranges: Sequence[PairRange], pairs: Sequence[ExtractedPair], *, first: int = 1
    ) -> Iterator[tuple[RequestLine, bytes]]:
        """Yield every request of a batch; see `render_requests`."""
        return render_requests(number, ranges, pairs, self, first=first)


def render_requests(
    number: int, ranges: Sequence[PairRange], pairs: Sequence[ExtractedPair], recipe: Recipe, *, first: int = 1
) -> Iterator[tuple[RequestLine, bytes]]:
    """Yield every request of a batch: what it carries, and its line with the line feed.

    `pairs` are those of `ranges`, in their order. Keys are `batch_205/r01`, `batch_205/r02` …, counted from
    `first`; those of a repair are `batch_205r1/r01` …
    """
    name = batch_name(number)
    common = {
        "systemInstruction": {"parts": [{"text": recipe.prompt}]},
        "generationConfig": generation_config(recipe.model),
    }
    for place, slot in enumerate(recipe.slots(pairs), start=first):
        key = f"{name}/r{place:02d}"
        text = framed(name, pairs[slot.start : slot.stop])
        request = {"contents": [{"role": "user", "parts": [{"text": text}]}], **common}
        line = _encode({"key": key, "request": request}) + b"\n"
        yield RequestLine(key, take(ranges, slot.start, slot.stop)), line


def batch_name(number: int) -> str:
    """Return how requests call a batch: `batch_205`, `batch_205r1` for a repair, `batch_j003` where it judges."""
    repair = f"r{round_of(number)}" if round_of(number) else ""
    return f"batch_{LETTERS[kind_of(number)]}{serial_of(number):03d}{repair}"


def generation_config(
    model: Model, schema: Schema = ANSWER_SCHEMA, temperature: float = TEMPERATURE
) -> dict[str, object]:
    """Return the generation settings: the answer's form (refined pairs), and all the output the model has."""
    return {
        "responseMimeType": "application/json",
        "responseSchema": schema,
        "maxOutputTokens": model.output_limit,
        "temperature": temperature,
        "thinkingConfig": {"thinkingBudget": model.thinking_budget},
    }
