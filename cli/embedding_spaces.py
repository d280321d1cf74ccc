"""Which vectors the settings mean, and what embeds a query into their space: the provider, or a model here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.corpus_extra import require
from cli.embedding import Wishes, recipe_by

if TYPE_CHECKING:
    from adapters.embedding.local import LocalEmbedder
    from cli.compose import Opened
    from core.corpus.space import Embedder, Space


def settings_space(opened: Opened) -> Space:
    """Return the space that the settings have pairs embedded in.

    Raises BadInputError for a model that nobody knows, RefusedError when a local model's library is not there.
    """
    if opened.settings.embedding.local:
        return local_embedder(opened).space
    return recipe_by(opened, Wishes()).space


def embedder_of(opened: Opened) -> Embedder:
    """Return what embeds into that space at once; CredentialsError where the provider does and there is no key."""
    if opened.settings.embedding.local:
        return local_embedder(opened)
    return opened.embedder(settings_space(opened))


def local_embedder(opened: Opened, model: str | None = None) -> LocalEmbedder:
    """Return a model of this machine (None: the settings'), not loaded yet; raises as `settings_space` does."""
    require("fastembed", extra="local")
    from adapters.embedding.local import LocalEmbedder  # noqa: PLC0415 - an extra

    return LocalEmbedder(model or opened.settings.embedding.local_model)
