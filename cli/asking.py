"""Pairs that are asked for again: requests laid out and recorded, and the staged files that answer them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from core.errors import RefusedError
from core.ledger.load import load_wave
from core.ledger.recorded import NewEvent
from core.ledger.streams import WAVE, wave_number, wave_stream
from core.quality.asking import Asked, Asking, asking_of, requested, still_to_ask
from core.quality.distribution import targets_of
from core.quality.request_documents import request_documents
from core.quality.requests import RegenerationRequest, requests_for
from core.wave.request_events import RequestDocument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.compose import Opened
    from core.ports import EventStore
    from core.wave.events import PlannedSource


class AskedAgain(msgspec.Struct, frozen=True):
    """What a wave asks for: requests that are new, and those that stood open.

    `restored` are documents of the latter that were missing or changed, and are laid out again.
    """

    wave: int
    new: tuple[RegenerationRequest, ...]
    open: tuple[Asked, ...]
    restored: tuple[str, ...]


def asking_in(store: EventStore) -> Asking:
    """Return the requests of all waves, open and fulfilled."""
    recorded = [
        (each.position, number, each.event)
        for number in _waves(store)
        for each in store.read_stream(wave_stream(number))
    ]
    return asking_of((number, event) for _, number, event in sorted(recorded, key=lambda each: each[0]))


def ask_again(opened: Opened, number: int, *, dry_run: bool = False) -> AskedAgain:
    """Ask again for what the sources of a wave lack; asking a second time only lays out what is missing.

    Raises RefusedError for a wave that was not planned here.
    """
    store = opened.database.store
    wave = load_wave(store, number)
    if wave.plan is None:
        raise RefusedError(
            f"wave {number} was not planned here, so nothing of it can be asked for again; "
            f"plan it first: `batchmill plan --wave {number}`"
        )
    asking = asking_in(store)
    new = still_to_ask(asking, lacking(opened, wave.plan.sources, number, wave.plan.settings.low_count_below))
    names = {each.name for each in new}
    own = (each for each in asking.open if each.request.wave == number)
    standing = tuple(each for each in own if each.request.name not in names)
    if dry_run:
        return AskedAgain(number, tuple(new), standing, ())
    restored = [path for each in standing for path in _laid_out(opened, each.request)[1]]
    events = [requested(each, _laid_out(opened, each)[0], at=opened.clock.now()) for each in new]
    if events:
        context = opened.context(f"request --wave {number}")
        stream, versions = wave_stream(number), range(wave.version + 1, wave.version + 1 + len(events))
        numbered = zip(versions, events, strict=True)
        store.append([NewEvent(stream, version, event, context) for version, event in numbered])
        opened.catch_up()
    return AskedAgain(number, tuple(new), standing, tuple(restored))


def lacking(
    opened: Opened, sources: Iterable[PlannedSource], wave: int, low_count_below: int
) -> list[RegenerationRequest]:
    """Return what the sources of a wave lack, beside the targets of the settings."""
    targets = targets_of(dict(opened.settings.targets))
    return requests_for(wave, sources, low_count_below=low_count_below, targets=targets)


def known_bytes(store: EventStore, asking: Asking, *, but: int | None = None) -> dict[str, str]:
    """Return, by sha256, where the bytes of every file stand that a wave (other than `but`) or a request has."""
    known = {
        source.sha256: f"{source.path} of wave {number}"
        for number in _waves(store)
        if number != but
        for source in load_wave(store, number).sources
        if source.sha256
    }
    for each in (*asking.open, *asking.fulfilled):
        known.setdefault(each.request.sha256, f"{each.request.path} of wave {each.request.wave}")
        if each.fulfilled:
            known.setdefault(each.fulfilled.sha256, f"{each.fulfilled.path}, which answered {each.request.name}")
    return known


def _waves(store: EventStore) -> list[int]:
    return sorted(number for number in map(wave_number, store.streams(WAVE)) if number is not None)


def _laid_out(opened: Opened, request: RegenerationRequest) -> tuple[list[RequestDocument], list[str]]:
    """Lay out a request's documents, each whole or not at all; return them, and the paths that were written."""
    documents, written = [], []
    for path, content in request_documents(request).items():
        document = RequestDocument(path, sha256(content).hexdigest())
        if opened.files.digest(path) != document.sha256:
            with opened.files.create(path) as file:
                file.sink.write(content)
                file.commit()
            written.append(path)
        documents.append(document)
    return documents, written
