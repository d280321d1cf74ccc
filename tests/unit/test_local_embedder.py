"""Vectors from a model on this machine: what is told where the model, or the library, is not there."""

from __future__ import annotations

import pytest

from core.corpus.space import DOCUMENT, QUERY, Space
from core.errors import BadInputError, UnavailableError

pytest.importorskip("fastembed", reason="needs pip install 'batchmill[local]'")


def test_the_space_of_a_model_is_known_before_it_is_loaded() -> None:
    from adapters.embedding.local import LocalEmbedder  # noqa: PLC0415 - an extra

    assert LocalEmbedder("BAAI/bge-small-en-v1.5").space == Space("BAAI/bge-small-en-v1.5", 384)
    assert LocalEmbedder("BAAI/bge-small-en-v1.5").space.name == "bge-small-en-v1.5-384"


def test_a_model_that_the_library_does_not_have_is_told_with_those_it_has() -> None:
    from adapters.embedding.local import LocalEmbedder  # noqa: PLC0415 - an extra

    with pytest.raises(BadInputError, match="fastembed has no model x; set "):
        LocalEmbedder("x")


@pytest.mark.parametrize("task", [DOCUMENT, QUERY])
def test_a_model_that_is_not_here_and_cannot_be_fetched_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, task: str
) -> None:
    from adapters.embedding.local import LocalEmbedder  # noqa: PLC0415 - an extra

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("FASTEMBED_CACHE_PATH", str(tmp_path_factory.mktemp("cache")))

    with pytest.raises(UnavailableError, match="is not on this machine and could not be fetched"):
        LocalEmbedder("BAAI/bge-small-en-v1.5").embed(["a text"], task)
