from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from adapters.corpus.vectors import VectorFolder
from core.corpus.space import Space
from core.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

SPACE = Space("models/gemini-embedding-001", 2)


def _vectors(*values: list[float]) -> pa.Array:
    return pa.array(values, pa.list_(pa.float32(), 2))


def test_vectors_are_found_again_by_the_hash_of_their_text(tmp_path: Path) -> None:
    folder = VectorFolder(tmp_path, SPACE)
    folder.add("e1", ["aa", "bb"], _vectors([1.0, 0.0], [0.0, 1.0]))
    folder.add("e2", ["cc"], _vectors([0.6, 0.8]))
    assert folder.held() == {"aa", "bb", "cc"}
    rows = [row for batch in folder.read() for row in batch.to_pylist()]
    assert rows[1] == {"content_sha256": "bb", "vector": [0.0, 1.0]}


def test_a_space_is_named_after_its_model_and_length() -> None:
    assert SPACE.name == "gemini-embedding-001-2"


def test_a_file_with_vectors_of_another_size_is_named(tmp_path: Path) -> None:
    VectorFolder(tmp_path, Space("gemini-embedding-001", 3)).add(
        "e1", ["aa"], pa.array([[1.0, 0.0, 0.0]], pa.list_(pa.float32(), 3))
    )
    folder = VectorFolder(tmp_path, SPACE)
    folder.root.parent.joinpath("gemini-embedding-001-3").rename(folder.root)
    with pytest.raises(BadInputError, match=r"e1\.[0-9a-f]{12}\.parquet does not hold vectors of 2 dimensions"):
        folder.held()


def test_a_file_that_is_not_as_it_was_written_is_dropped(tmp_path: Path) -> None:
    folder = VectorFolder(tmp_path, SPACE)
    folder.add("e1", ["aa", "bb"], _vectors([1.0, 0.0], [0.0, 1.0]))
    folder.add("e2", ["cc"], _vectors([0.6, 0.8]))
    [spoiled, sound] = folder.files()
    spoiled.write_bytes(spoiled.read_bytes()[:-9])

    assert folder.drop_altered() == [spoiled]
    assert (folder.files(), folder.names(), folder.held()) == ([sound], {"e2"}, {"cc"})
