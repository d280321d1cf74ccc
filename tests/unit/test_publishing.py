from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.memory.read_model import MemoryReadModel
from core.projections.publish import AT_ONCE, publish, stale
from core.projections.rows import BatchRow, Outline
from tests.batches import HAPPY, PLAN
from tests.documents import history, rendered_by, tracked
from tests.mill import MemoryFiles

if TYPE_CHECKING:
    from collections.abc import Iterable


def test_documents_are_written_once_and_again_when_they_differ() -> None:
    model, files = history(HAPPY), MemoryFiles()
    paths = ["submissions/batch_tracking.json", "timeline.md"]

    assert [each.path for each in stale(model, files, "submissions")] == paths
    assert publish(model, files, "submissions") == paths
    assert publish(model, files, "submissions") == []
    assert stale(model, files, "submissions") == []
    files.kept["timeline.md"] += b"scribbled"
    assert [each.path for each in stale(model, files, "submissions")] == ["timeline.md"]
    assert files.kept["timeline.md"].endswith(b"scribbled")
    assert publish(model, files, "submissions") == ["timeline.md"]


def test_documents_are_rendered_again_when_the_rows_move_on_meanwhile() -> None:
    model = history(HAPPY[:2])
    late = history(HAPPY)

    class Moving(MemoryFiles):
        def digest(self, path: str) -> str | None:
            if model.checkpoint() < late.checkpoint():
                model.save(late.waves(), late.batches(), was=model.checkpoint(), checkpoint=late.checkpoint())
            return super().digest(path)

    files = Moving()
    publish(model, files, "submissions")

    assert files.kept == rendered_by(late)


class Counting(MemoryReadModel):
    """A model that notes how many rows are asked for at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def batches(self, numbers: Iterable[int] | None = None) -> list[BatchRow]:
        found = super().batches(numbers)
        self.asked.append(len(found))
        return found

    def outlines(self) -> list[Outline]:
        return [Outline(row.number, row.wave, row.status, row.pairs, row.repairs) for row in super().batches()]


def test_however_many_batches_there_are_few_of_their_rows_are_in_memory_at_a_time() -> None:
    [row] = history((PLAN,)).batches()
    rows = [msgspec.structs.replace(row, number=205 + place) for place in range(AT_ONCE * 3)]
    model = Counting()
    model.save((), rows, was=0, checkpoint=1)

    assert [each["batch_number"] for each in tracked(model)["batches"]] == [each.number for each in rows]
    assert max(model.asked) == AT_ONCE
