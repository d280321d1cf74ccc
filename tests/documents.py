"""Short histories of a wave, and the documents of a read model as they would stand on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adapters.memory.read_model import MemoryReadModel
from adapters.memory.store import MemoryEventStore
from core.batch import events as e
from core.ledger.codec import decode, encode
from core.ledger.recorded import NewEvent
from core.projections.catch_up import catch_up
from core.projections.publish import TRACKING, documents, render
from tests.batches import told
from tests.ledgers import CONTEXT, SetClock
from tests.waves import plan_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.batch.commands import BatchCommand
    from core.ports import ReadModel

SUBMISSIONS = "submissions"


def rendered_by(model: ReadModel) -> dict[str, bytes]:
    """Return every document's bytes by its path."""
    return {each.path: render(model, each) for each in documents(model, SUBMISSIONS)}


def tracked(model: ReadModel) -> dict[str, Any]:
    """Return the tracking file as other tools read it."""
    found: dict[str, Any] = json.loads(rendered_by(model)[f"{SUBMISSIONS}/{TRACKING}"])
    return found


def history(*lives: Sequence[BatchCommand], extra: bool = False) -> MemoryReadModel:
    """Return the read model of wave 2 with one batch for each life, and `extra` one withdrawn again."""
    store, model = MemoryEventStore(SetClock()), MemoryReadModel()
    numbers = range(205, 205 + len(lives))
    plan = plan_of(*numbers, 299) if extra else plan_of(*numbers)
    events: list[tuple[str, int, object]] = [("wave-2", 1, plan.planned)]
    if extra:
        last = plan.batches[-1]
        events += [("batch-299", 1, last), ("batch-299", 2, e.BatchWithdrawn("not needed", last.at))]
        events += [("wave-2", 2, plan_of(*numbers, revision=2, fingerprint="two").planned)]
    for planned, life in zip(plan.batches, lives, strict=False):
        told_of = [planned, *(renamed(event, planned.number) for event in told(life)[0][1:])]
        events += [(f"batch-{planned.number}", version, event) for version, event in enumerate(told_of, start=1)]
    store.append([NewEvent(stream, version, event, CONTEXT) for stream, version, event in events])
    catch_up(store, model)
    return model


def renamed(event: object, number: int) -> object:
    """Return an event of batch 205 as it would be told of another one."""
    name, schema, data = encode(event)
    return decode(name, schema, data.replace("batch_205", f"batch_{number}").replace("/one", f"/job{number}"))
