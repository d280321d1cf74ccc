"""Vectors at once through google-genai: one attempt a call, a time limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from google.genai import types

from adapters.gemini.client import client_of
from adapters.gemini.translate import translated
from core.embedding.vectors import fault_of, normalised
from core.engine.at_once import Came
from core.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.space import Space


#: The header of answers that no model made.
EMULATED = "x-batchmill-emulated"


class GeminiEmbedder:
    """Implements `core.engine.at_once.OnlineEmbedder` over the Gemini API of the Developer API."""

    def __init__(
        self,
        space: Space,
        api_key: str,
        base_url: str | None = None,
        api_version: str = "v1beta",
        timeout_seconds: float = 60.0,
    ) -> None:
        """Prepare a client; nothing is sent yet. Raises CredentialsError when the key is empty."""
        self._space = space
        self._client = client_of(api_key, base_url, api_version, timeout_seconds)
        self._secret = api_key

    @property
    def space(self) -> Space:
        """The space that its vectors lie in."""
        return self._space

    def embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        """Return one vector of length 1 a text, in order.

        Raises ProviderError when the model cannot be reached, refuses, or answers something else.
        """
        found = self.ask(texts, task).values
        faults = [fault for each in found if (fault := fault_of(each, self._space.dimensions))]
        if len(found) != len(texts) or faults:
            said = faults[0] if faults else f"{len(found)} vectors came for {len(texts)} texts"
            raise RejectedError(f"embedding with {self._space.model}: {said}; try again")
        return [normalised(each) for each in found]

    def ask(self, texts: Sequence[str], task: str) -> Came:
        """Return what came for the texts by a single call; nothing is checked."""
        with translated(f"embedding with {self._space.model}", effect=True, secret=self._secret):
            config = types.EmbedContentConfig(task_type=task, output_dimensionality=self._space.dimensions)
            contents = [types.Content(parts=[types.Part(text=text)]) for text in texts]
            answer = self._client.models.embed_content(
                model=self._space.model, contents=cast("types.ContentListUnion", contents), config=config
            )
            headers = (answer.sdk_http_response and answer.sdk_http_response.headers) or {}
            return Came(
                [each.values or [] for each in answer.embeddings or ()], EMULATED in map(str.lower, headers)
            )
