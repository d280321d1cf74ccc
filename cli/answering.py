"""Staged files beside the open requests, and the events of those that answer one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.ledger.load import load_wave
from core.ledger.streams import wave_stream
from core.quality.arrivals import Arrival, arrivals
from core.wave.request_events import RequestFulfilled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from core.planning.inventory import SourceStock, Stock
    from core.ports import EventStore
    from core.quality.asking import Asking


class Write(NamedTuple):
    """An event with the stream it belongs to, and its version there."""

    stream: str
    version: int
    event: object


class Staged(NamedTuple):
    """A staged file as it was read, and how many of its pairs content rules leave out."""

    stock: SourceStock
    left_out: int


def staged_of(stock: Stock) -> list[Staged]:
    """Return the sources of an inventory with what its rules leave out."""
    return [Staged(each, stock.content.of_no_use(each.path)) for each in stock.inventory.sources]


def judged(asking: Asking, staged: Sequence[Staged], known: Mapping[str, str]) -> list[Arrival]:
    """Return which open request each file answers, or why it answers none."""
    left_out = {each.stock.path: each.left_out for each in staged}
    return arrivals([each.request for each in asking.open], [each.stock for each in staged], known, left_out)


def of_note(found: Iterable[Arrival], known: Mapping[str, str]) -> tuple[Arrival, ...]:
    """Return the files that answer a request, or are about one with bytes that nobody knew."""
    return tuple(each for each in found if each.request and each.sha256 not in known)


def fulfilments(
    store: EventStore,
    found: Iterable[Arrival],
    folder: str,
    at: datetime,
    after: Sequence[tuple[str, int, object]] = (),
) -> list[Write]:
    """Return the events of the files in `folder` that answer a request, following on the ledger and `after`."""
    last = {stream: version for stream, version, _ in after}
    writes = []
    for each in found:
        if not each.answers or each.request is None or each.wave is None:
            continue
        stream = wave_stream(each.wave)
        if stream not in last:
            last[stream] = load_wave(store, each.wave).version
        last[stream] += 1
        event = RequestFulfilled(each.request, f"{folder}/{each.path}", each.sha256, each.pairs, at)
        writes.append(Write(stream, last[stream], event))
    return writes
