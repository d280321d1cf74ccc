"""Events as lines of a file, to be carried to another database: plain JSON lines, or CloudEvents 1.0.

The first line says where the file begins and where it ends (two heads, see core.ledger.chain), so that a file that
was cut short is found out; each further line is an event. Its `data` is the ledger's own text, byte for byte,
since the hash covers that: a tool that formats JSON anew makes a file that is refused. As CloudEvents:

| attribute | of the ledger |
|---|---|
| `id` | the event's chain (a sha256, unique) |
| `source` | `urn:batchmill:ledger` |
| `type` | `batchmill.` and the stored name, as `batchmill.batch.submitted` |
| `subject` | the stream |
| `time` | recorded_at |
| `datacontenttype`, `data` | `application/json`, the event |
| `position`, `streamversion`, `schemaversion`, `actor`, `correlation`, `causation` | extensions: the rest of the
row |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from core.errors import BadInputError
from core.ledger.chain import Head, parse_head
from core.ledger.stored import StoredEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: The `type` of the first line of CloudEvents, and the mark in the first line of plain ones.
EXTENT: Literal["batchmill.export"] = "batchmill.export"
SOURCE = "urn:batchmill:ledger"
_PREFIX = "batchmill."
FORMATS = ("jsonl", "cloudevents")


class Extent(NamedTuple):
    """What part of a ledger a file carries: the events after one head, up to and with another."""

    after: Head
    head: Head


class _Heads(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    after: str
    head: str


class _First(msgspec.Struct, frozen=True):
    format: Literal["batchmill.export"]
    version: Literal[1]
    after: str
    head: str


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    position: int
    stream: str
    version: int
    type: str
    schema: int
    data: msgspec.Raw
    recorded_at: str
    actor: str
    correlation: str
    causation: str
    chain: str


class _CloudEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    datacontenttype: Literal["application/json"]
    data: msgspec.Raw
    subject: str = ""
    time: str = ""
    position: int = 0
    streamversion: int = 0
    schemaversion: int = 0
    actor: str = ""
    correlation: str = ""
    causation: str = ""


_ENCODE = msgspec.json.Encoder().encode
_LINE = msgspec.json.Decoder(_Line).decode
_CLOUD = msgspec.json.Decoder(_CloudEvent).decode


def lines_of(extent: Extent, rows: Iterable[StoredEvent], *, cloud: bool) -> Iterator[bytes]:
    """Yield the lines of a file, each with its line end; BadInputError for a row that does not hold JSON."""
    heads = _Heads(str(extent.after), str(extent.head))
    if cloud:
        data = msgspec.Raw(_ENCODE(heads))
        yield (
            _ENCODE(_CloudEvent("1.0", f"export-{extent.head}", SOURCE, EXTENT, "application/json", data)) + b"\n"
        )
    else:
        yield _ENCODE(_First(EXTENT, 1, heads.after, heads.head)) + b"\n"
    for row in rows:
        data = msgspec.Raw(str(row.data).encode())
        yield _ENCODE(_cloud_event(row, data) if cloud else _line(row, data)) + b"\n"


def _line(row: StoredEvent, data: msgspec.Raw) -> _Line:
    return _Line(**{**msgspec.structs.asdict(row), "data": data})


def _cloud_event(row: StoredEvent, data: msgspec.Raw) -> _CloudEvent:
    return _CloudEvent(
        specversion="1.0",
        id=row.chain,
        source=SOURCE,
        type=f"{_PREFIX}{row.type}",
        datacontenttype="application/json",
        data=data,
        subject=row.stream,
        time=row.recorded_at,
        position=row.position,
        streamversion=row.version,
        schemaversion=row.schema,
        actor=row.actor,
        correlation=row.correlation,
        causation=row.causation,
    )


def read_extent(line: bytes) -> tuple[Extent, bool]:
    """Return what a file carries, by its first line, and whether in CloudEvents; BadInputError for other lines."""
    try:
        if b'"specversion"' in line:
            first = _CLOUD(line)
            heads = msgspec.json.decode(first.data, type=_Heads)
            if first.type == EXTENT:
                return Extent(parse_head(heads.after), parse_head(heads.head)), True
        else:
            plain = msgspec.json.decode(line, type=_First)
            return Extent(parse_head(plain.after), parse_head(plain.head)), False
    except (msgspec.MsgspecError, BadInputError):
        pass
    raise BadInputError(
        "its first line is not that of an export; make the file with `batchmill export events`, in one piece"
    )


def rows_from(lines: Iterable[bytes], *, cloud: bool) -> Iterator[StoredEvent]:
    """Yield the events of the lines after the first; BadInputError names the line that is none."""
    for number, line in enumerate(lines, start=2):
        try:
            yield _from_cloud(line) if cloud else _from_line(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadInputError(f"line {number} is no event of an export: {error}") from None


def _from_line(line: bytes) -> StoredEvent:
    found = _LINE(line)
    fields = {name: getattr(found, name) for name in _Line.__struct_fields__}
    return StoredEvent(**{**fields, "data": bytes(found.data).decode()})


def _from_cloud(line: bytes) -> StoredEvent:
    found = _CLOUD(line)
    return StoredEvent(
        position=found.position,
        stream=found.subject,
        version=found.streamversion,
        type=found.type.removeprefix(_PREFIX),
        schema=found.schemaversion,
        data=bytes(found.data).decode(),
        recorded_at=found.time,
        actor=found.actor,
        correlation=found.correlation,
        causation=found.causation,
        chain=found.id,
    )
