"""One line a transition on standard error, for people or for machines; the API key never gets there."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from cli.compose import api_key
from cli.render.text import clean
from core.batch.numbers import label
from core.errors import LedgerError
from core.ledger.streams import batch_number, wave_number

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from core.engine.books import Books
    from core.ledger.recorded import Recorded

#: Fields of an event that say nothing new in its log line.
SILENT = {"at", "number", "ranges", "requests", "unrefined", "estimate", "sha256", "prompt_sha256"}
#: Of a list, so many are logged.
FIRST = 3


def open_log(*, as_json: bool) -> structlog.typing.FilteringBoundLogger:
    """Return the log: JSON lines, or `time level event key=value` for people."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(serializer=lambda value, **_: msgspec.json.encode(value).decode())
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0, sort_keys=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%fZ", utc=True),
            _fit_to_print,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log


def tell(
    log: structlog.typing.FilteringBoundLogger,
    events: Sequence[Recorded],
    beside: Callable[[Recorded], dict[str, Any]] = lambda _: {},
) -> None:
    """Log one line for each event that was appended; `beside` gives fields that its event does not have."""
    for recorded in events:
        fields = {
            name: value
            for name, value in msgspec.structs.asdict(recorded.event).items()
            if name not in SILENT and value is not None
        }
        level = log.warning if recorded.type in TROUBLES else log.info
        level(
            recorded.type,
            stream=recorded.stream,
            position=recorded.position,
            **{**beside(recorded), **_plain(fields)},
        )


def whereabouts(books: Books, recorded: Recorded) -> dict[str, Any]:
    """Return what a machine looks lines up by: batch as people write it, wave, correlation, actor and cause.

    A batch that this event closed is read from the ledger again, which is one small query; if that fails, the line
    does without the wave, since the event itself is recorded.
    """
    fields: dict[str, Any] = {
        "correlation": recorded.correlation,
        "actor": recorded.actor,
        "causation": recorded.causation,
    }
    number = batch_number(recorded.stream)
    if number is None:
        return {"wave": wave_number(recorded.stream), **fields}
    fields = {"batch": label(number), **fields}
    try:
        return {**fields, "wave": books.get(number).wave}
    except LedgerError:
        return fields


TROUBLES = {
    "batch.failed",
    "batch.submission_deferred",
    "batch.submission_unclear",
    "batch.submission_refused",
    "batch.submission_quarantined",
    "batch.submission_held",
    "batch.double_found",
    "batch.pairs_given_up",
    "wave.held",
    "wave.rejected",
}


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        if isinstance(value, int | float | str)
        else _listed(value)
        if isinstance(value, tuple)
        else str(value)
        for name, value in fields.items()
    }


def _listed(values: tuple[object, ...]) -> str:
    """Return how many there are and the first of them, pairs by their ids: `534 (w2-s30-tvl-001, …)`."""
    first = [str(getattr(value, "pair_id", value)) for value in values[:FIRST]]
    return f"{len(values)} ({', '.join(first + ['…'] * (len(values) > FIRST))})" if values else "0"


def _fit_to_print(logger: object, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Free every text of the key and of what would steer a terminal."""
    del logger, method
    secret = api_key()
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = clean(value.replace(secret, "***") if secret else value)
    return line
