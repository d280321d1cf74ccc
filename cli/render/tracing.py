"""Histories and faults, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from cli.render.text import clean, table
from core.batch.events import AnswersRead, PairsHandedOver
from core.batch.numbers import base_of, label, round_of
from core.pairs import count
from core.planning.naming import counted
from core.wave.course_events import WaveAssessed
from core.wave.events import WavePlanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.history import History, Verified
    from core.ledger.recorded import Recorded
    from core.ledger.verify import Fault

#: The longest a field's value is shown; `--json` shows all of it.
LONGEST = 60
SILENT = {"at", "estimate", "settings"}
#: The longest list that is shown.
MOST = 100


def history_lines(history: History) -> list[str]:
    """Return one line an event, then what each says, then the state they lead to."""
    rows = [
        (
            each.version,
            each.position,
            each.recorded_at[:19].replace("T", " "),
            each.type,
            each.actor,
            each.causation,
        )
        for each in history.events
    ]
    lines = [clean(history.stream), ""]
    lines += table(("version", "position", "time (UTC)", "event", "actor", "cause"), rows, right=(0, 1))
    lines.append("")
    for each in history.events:
        lines.append(f"{each.version:>3} {each.type}: {_said(each)}")
        lines += _listed(each.event)
    if history.state is not None:
        state = history.state
        hold = f", {state.hold.value}: {clean(state.hold_reason)}" if state.hold else ""
        then = f" at position {history.until}" if history.until is not None else ""
        lines += [
            "",
            f"{state.name}{then}: {state.status.value}, attempt {state.attempt}, {state.pairs} pairs{hold}",
            *_relatives(history),
        ]
    return lines


def _relatives(history: History) -> list[str]:
    """Return a line for the batch that this one repairs, and one for its own repair."""
    number = history.state.number
    lines = [f"It repairs batch {label(base_of(number))}."] if round_of(number) else []
    for event in (each.event for each in history.events):
        if isinstance(event, PairsHandedOver):
            pairs, to = counted(count(event.ranges), "pair"), label(event.to)
            lines.append(f"Its repair {to} took over {pairs}: `batchmill history {to}`.")
    return lines


def _said(recorded: Recorded) -> str:
    fields = msgspec.structs.asdict(recorded.event)
    return ", ".join(
        f"{name} {_short(_named(name, value))}" for name, value in fields.items() if name not in SILENT
    )


def _named(name: str, value: object) -> object:
    """Return a batch's number as people write it, anything else as it is."""
    return label(value) if name in {"number", "to"} and isinstance(value, int) else value


def _listed(event: object) -> list[str]:
    """Return what an event lists, a line each, as far as a screen goes: decisions, criteria, pairs not refined."""
    match event:
        case WavePlanned(decisions=decisions):
            found = [f"{one.subject}: {one.action} ({one.reason})" for one in decisions]
        case AnswersRead(unrefined=unrefined):
            found = [f"{pair.pair_id} {pair.verdict}: {pair.reason}" for pair in unrefined]
        case WaveAssessed(criteria=criteria):
            found = [f"{one.name}: {one.sentence}" for one in criteria]
        case _:
            return []
    more = [f"… and {len(found) - MOST} more; --json has them all"] if len(found) > MOST else []
    return [f"      {clean(line)}" for line in found[:MOST] + more]


def _short(value: Any) -> str:  # noqa: ANN401 - any field of any event
    if isinstance(value, tuple):
        return f"({len(value)})"
    text = clean(str(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """Return one line a fault."""
    return [clean(f"position {fault.position}{_where(fault)}: {fault.reason}") for fault in faults]


def _where(fault: Fault) -> str:
    return f", {fault.stream} v{fault.version}" if fault.stream else ""


def verified_lines(found: Verified) -> list[str]:
    """Return the verdict in one line, and the head of a whole ledger that holds."""
    faults = counted(len(found.faults), "fault") if found.faults else "no faults"
    lines = [f"{counted(found.streams, 'stream')} walked through the chain of hashes and the lifecycle: {faults}"]
    sound = found.head and not found.faults
    return lines + ([f"The events lead to the head {found.head}"] if sound else [])
