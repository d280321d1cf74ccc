"""What the ledger says of the corpus: the last event of each step, and what may follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.corpus.events import CorpusBuilt, CorpusDeduplicated, CorpusEvent, CorpusExported, CorpusImported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.ledger.recorded import Recorded


class CorpusHistory(msgspec.Struct, frozen=True):
    """The stream `corpus` up to a `version`: the last step of each name, and the fingerprints of all steps."""

    version: int = 0
    last: dict[str, CorpusEvent] = msgspec.field(default_factory=dict)
    known: frozenset[str] = frozenset()


def step_of(event: CorpusEvent) -> str:
    """Return what an event's step is called: `build`, `dedup`, `export-` its form, `import-` its database."""
    match event:
        case CorpusBuilt():
            return "build"
        case CorpusDeduplicated():
            return "dedup"
        case CorpusExported():
            return f"export-{event.form}"
        case CorpusImported():
            return f"import-{event.database}"


def evolve(corpus: CorpusHistory, event: CorpusEvent) -> CorpusHistory:
    """Return the history after one more event."""
    return CorpusHistory(
        corpus.version + 1, corpus.last | {step_of(event): event}, corpus.known | {event.fingerprint}
    )


def history_of(events: Iterable[Recorded]) -> CorpusHistory:
    """Fold the stream `corpus`."""
    corpus = CorpusHistory()
    for recorded in events:
        corpus = evolve(corpus, recorded.event)
    return corpus


def is_news(corpus: CorpusHistory, event: CorpusEvent) -> bool:
    """Whether a step is to be recorded: it is not the last one of its name already, whatever the hour."""
    last = corpus.last.get(step_of(event))
    return last is None or msgspec.structs.replace(last, at=event.at) != event


def unfounded(corpus: CorpusHistory, event: CorpusEvent) -> str | None:
    """Return, in words, which step an event is made from that the ledger does not have before it."""
    before = () if isinstance(event, CorpusBuilt) else (("build", event.build),)
    if isinstance(event, CorpusExported | CorpusImported):
        before = (*before, ("deduplication", event.dedup))
    lacking = [f"{name} {found[:12]}" for name, found in before if found not in corpus.known]
    return f"it is made from {' and '.join(lacking)}, which no event before it made" if lacking else None
