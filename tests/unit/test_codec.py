from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.events import BatchEvent, BatchFailed, BatchRetried
from core.corpus.events import CorpusEvent
from core.errors import UnreadableEventError
from core.ledger import codec
from core.wave.events import WaveEvent

GOLDEN = Path(__file__).parent.parent / "golden" / "events.jsonl"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


class Shape(msgspec.Struct, frozen=True):
    """A line of the golden file: a stored name and version, and one event's data exactly as it is stored."""

    name: str
    schema: int
    data: msgspec.Raw


SHAPES = [msgspec.json.decode(line, type=Shape) for line in GOLDEN.read_bytes().splitlines()]
CURRENT = [shape for shape in SHAPES if (shape.name, shape.schema) in codec.NAMES.values()]


def _classes(union: Any) -> tuple[type[Any], ...]:  # noqa: ANN401 - a union, or the one class it stands for
    return get_args(union) or (union,)


@pytest.mark.parametrize(
    "event",
    [*_classes(BatchEvent), *_classes(WaveEvent), *_classes(CorpusEvent)],
    ids=lambda event: event.__name__,
)
def test_every_event_has_a_stored_name(event: type[Any]) -> None:
    assert event in codec.NAMES


def test_no_two_events_share_a_name() -> None:
    names = [name for name, _ in codec.NAMES.values()]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(("name", "schema"), codec.NAMES.values())
def test_every_stored_shape_has_its_golden_line(name: str, schema: int) -> None:
    for version in range(1, schema + 1):
        assert any((shape.name, shape.schema) == (name, version) for shape in SHAPES), (
            f'add a line {{"name":"{name}","schema":{version},"data":…}} to {GOLDEN.name}, with every field filled'
        )


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: f"{shape.name} {shape.schema}")
def test_what_was_stored_once_is_read_today(shape: Shape) -> None:
    event = codec.decode(shape.name, shape.schema, bytes(shape.data))

    assert codec.NAMES[type(event)][0] == shape.name


@pytest.mark.parametrize("shape", CURRENT, ids=lambda shape: shape.name)
def test_a_current_shape_is_written_as_it_was_read(shape: Shape) -> None:
    event = codec.decode(shape.name, shape.schema, bytes(shape.data))

    assert codec.encode(event) == (shape.name, shape.schema, bytes(shape.data).decode())


@given(reason=st.text(), at=st.datetimes(timezones=st.just(UTC)))
def test_an_event_comes_back_equal(reason: str, at: datetime) -> None:
    event = BatchFailed(cause="failed", reason=reason, at=at)

    assert codec.decode(*codec.encode(event)) == event


@given(reason=st.text())
def test_stored_text_holds_no_raw_control_character(reason: str) -> None:
    _, _, data = codec.encode(BatchFailed(cause="failed", reason=reason, at=NOON))

    assert min(data) >= " "


@pytest.mark.parametrize(("name", "schema"), [("batch.teleported", 1), ("batch.failed", 99)])
def test_an_event_of_a_newer_program_asks_for_an_update(name: str, schema: int) -> None:
    with pytest.raises(UnreadableEventError, match=f"{name} of schema {schema}.*update batchmill"):
        codec.decode(name, schema, "{}")


@pytest.mark.parametrize("data", ["{}", "[]", '{"cause":"failed"}', "{", "", '{"cause":1,"reason":"","at":""}'])
def test_data_that_does_not_fit_its_name_is_unreadable(data: str) -> None:
    with pytest.raises(UnreadableEventError, match=r"batch\.failed"):
        codec.decode("batch.failed", 1, data)


def test_an_older_shape_is_brought_up_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_CURRENT", {"batch.again": (BatchRetried, 3)})
    monkeypatch.setattr(
        codec,
        "UPCASTERS",
        {
            ("batch.again", 1): lambda data: {"why": data["w"], "at": data["at"]},
            ("batch.again", 2): lambda data: {"reason": data["why"], "at": data["at"]},
        },
    )

    for schema, key in [(1, "w"), (2, "why")]:
        event = codec.decode("batch.again", schema, f'{{"{key}":"quota","at":"2026-11-02T12:00:00Z"}}')
        assert event == BatchRetried(reason="quota", at=NOON)


def test_a_missing_upcaster_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "_CURRENT", {"batch.again": (BatchRetried, 2)})

    with pytest.raises(UnreadableEventError, match=r"batch\.again \(schema 1\) cannot be brought up to date"):
        codec.decode("batch.again", 1, "{}")
