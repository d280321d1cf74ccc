"""Request lines for vectors: one text a request, known again by the content hash in the request's key."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.batch.parts import Estimate, RequestLine
from core.corpus.row import content_sha256
from core.corpus.space import Space, text_to_embed
from core.errors import BadInputError
from core.exchange.requests import batch_name
from core.planning.estimate import CHARACTERS_PER_TOKEN
from core.planning.ranges import take

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.pairs import PairRange
    from core.planning.models import Model

_encode = msgspec.json.Encoder().encode


class Text(NamedTuple):
    """A refined pair as it is embedded, and the hash under which its vector is kept."""

    pair_id: str
    content_sha256: str
    text: str


class About(NamedTuple):
    """What a request asks for, as its key says: the task, how many values, and of which content."""

    task: str
    dimensions: int
    content_sha256: str


def text_of(pair_id: str, question: str, answer: str) -> Text:
    """Return a refined pair as it is embedded."""
    return Text(pair_id, content_sha256(question, answer), text_to_embed(question, answer))


def key_of(name: str, place: int, about: About) -> str:
    """Return a request's key: `batch_e001/r01/RETRIEVAL_DOCUMENT/768/5f3a…`.

    The ledger keeps keys, so it tells for ever which text, under which terms, was asked about and paid for.
    """
    return f"{name}/r{place:02d}/{about.task}/{about.dimensions}/{about.content_sha256}"


def about(key: str) -> About:
    """Return what a key of `key_of` says; raises BadInputError for any other key."""
    try:
        _, _, task, dimensions, sha256 = key.split("/")
        return About(task, int(dimensions), sha256)
    except ValueError:
        raise BadInputError(f"{key!r} is no key of a request for a vector") from None


class EmbedRecipe(NamedTuple):
    """What all requests for vectors of a batch have in common; the same recipe and texts give the same bytes."""

    model: Model
    dimensions: int
    task: str

    @property
    def space(self) -> Space:
        """The space that the vectors lie in."""
        return Space(self.model.name, self.dimensions, self.task)

    def tokens(self, text: Text) -> int:
        """Return the tokens of a text that are expected to be read; what exceeds the limit is passed over."""
        return min(-(-len(text.text) // CHARACTERS_PER_TOKEN), self.model.input_limit)

    def estimate(self, pairs: Sequence[Text]) -> Estimate:
        """Return the expected tokens and price of these texts; vectors cost nothing."""
        tokens = [self.tokens(each) for each in pairs]
        return Estimate(sum(tokens), 0, round(sum(self.model.cost(each, 0) for each in tokens), 6))

    def once_more(self, *, max_pairs: int, spare: float) -> EmbedRecipe:
        """Return the recipe for texts that are asked about again: the same, a request has one text anyway."""
        del max_pairs, spare
        return self

    def request(self, text: Text) -> dict[str, object]:
        """Return the EmbedContentRequest for a text, as a line of a file holds it."""
        return {
            "content": {"parts": [{"text": text.text}]},
            "taskType": self.task,
            "output_dimensionality": self.dimensions,
        }

    def render(
        self, number: int, ranges: Sequence[PairRange], pairs: Sequence[Text], *, first: int = 1
    ) -> Iterator[tuple[RequestLine, bytes]]:
        """Yield every request of a batch and its line; see `core.exchange.asking`."""
        name = batch_name(number)
        for place, text in enumerate(pairs):
            key = key_of(name, first + place, About(self.task, self.dimensions, text.content_sha256))
            line = _encode({"key": key, "request": self.request(text)}) + b"\n"
            yield RequestLine(key, take(ranges, place, place + 1)), line
