"""`core.corpus.space.Embedder` by fastembed: a small model that runs here, on the processor.

The library fetches a model from its hub at the first use and keeps it (`FASTEMBED_CACHE_PATH` says where,
`HF_HUB_OFFLINE=1` that nothing is fetched).
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from fastembed import TextEmbedding
from loguru import logger

from core.corpus.space import QUERY, Space
from core.embedding.vectors import normalised
from core.errors import BadInputError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

# What goes wrong is said once, as a sentence.
logger.disable("fastembed")


class LocalEmbedder:
    """A model by its name at the hub, such as `BAAI/bge-small-en-v1.5`, loaded when it is first needed."""

    def __init__(self, model: str) -> None:
        """Load nothing yet; BadInputError for a model that the library does not have."""
        known = {each["model"]: int(each["dim"]) for each in TextEmbedding.list_supported_models()}
        if model not in known:
            raise BadInputError(
                f"fastembed has no model {model}; set embedding.local_model to one of {', '.join(sorted(known))}"
            )
        self._space = Space(model, known[model])

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""
        return self._space

    def embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        """Return one vector of length 1 a text, in order.

        Raises UnavailableError when the model is not here and cannot be fetched.
        """
        ask = self._model.query_embed if task == QUERY else self._model.passage_embed
        return [normalised(vector.tolist()) for vector in ask(list(texts))]

    @cached_property
    def _model(self) -> TextEmbedding:
        try:
            return TextEmbedding(self._space.model)
        except (ValueError, OSError) as error:
            raise UnavailableError(
                f"the model {self._space.model} is not on this machine and could not be fetched ({error}); let "
                "fastembed fetch it once where its hub can be reached, and keep FASTEMBED_CACHE_PATH"
            ) from error
