"""Where vectors may be compared with each other: one model, what it was told the texts are for, one length."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What a text is embedded for, as the provider names it: to be found, or to find.
DOCUMENT, QUERY = "RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY"


class Space(msgspec.Struct, frozen=True, gc=False):
    """A space of vectors: the model, and how many dimensions its vectors are cut to; each has length 1.

    Texts to be found and texts to find them share it: a model maps both tasks into one space. Any other task is
    a space of its own.
    """

    model: str
    dimensions: int
    task: str = DOCUMENT

    @property
    def name(self) -> str:
        """The space as a folder and a column name it: `gemini-embedding-001-768`."""
        task = "" if self.task in {DOCUMENT, QUERY} else f"-{self.task.lower()}"
        return f"{self.model.rpartition('/')[2]}-{self.dimensions}{task}"


class Embedder(Protocol):
    """Turns texts into vectors at once, without a batch."""

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""
        ...

    def embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        """Return one vector of length 1 a text, in order; `task` is `DOCUMENT` or `QUERY`.

        Raises ProviderError when the model cannot be reached or refuses.
        """
        ...


def text_to_embed(question: str, answer: str) -> str:
    """Return what is embedded of a pair: with equal `content_sha256` it is equal, so vectors are kept by that."""
    return f"{question}\n\n{answer}"
