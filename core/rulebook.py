"""A lifecycle's rulebook: a machine that holds no model, built from one table and asked by a throw-away cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from transitions import Machine, MachineError

from core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from enum import Enum

S = TypeVar("S", bound="Enum")
T = TypeVar("T", bound="Enum")


class _Cursor:
    """A throw-away model: the machine writes its state here and nowhere else."""

    state: Any
    trigger: Any


def rulebook(first: S, table: Iterable[tuple[T, tuple[S, ...], S]]) -> Machine:
    """Return the machine of a table of (trigger, the statuses it may come from, the status it leads to)."""
    return Machine(
        model=None,
        states=type(first),
        initial=first,
        transitions=[
            {"trigger": trigger.value, "source": list(sources), "dest": dest} for trigger, sources, dest in table
        ],
        auto_transitions=False,
    )


def pull(machine: Machine, name: str, status: S, trigger: Enum) -> S:
    """Return the status that a trigger leads to, by the machine's own judgement.

    `name` is how the sentence calls what it is about. Raises RefusedError where the machine knows no such way.
    """
    cursor = _Cursor()
    machine.add_model(cursor, initial=status)
    try:
        cursor.trigger(trigger.value)
    except MachineError as error:
        raise RefusedError(_refusal(machine, name, status, trigger)) from error
    finally:
        machine.remove_model(cursor)
    reached: S = cursor.state
    return reached


def _refusal(machine: Machine, name: str, status: Enum, trigger: Enum) -> str:
    possible = (type(status)[source] for source in machine.events[trigger.value].transitions)
    words = [source.value for source in possible if source.name != machine.initial] or ["new"]
    return (
        f"{name} is {status.value} and cannot {trigger.value} now; "
        f"that is possible when it is {' or '.join(words)}"
    )


def drawn(first: S, table: Sequence[tuple[T, tuple[S, ...], S]], ends: Iterable[S]) -> str:
    """Return a table as a mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {dest.value}: {trigger.value}" for trigger, sources, dest in table if first in sources]
    for trigger, sources, dest in table:
        lines += [
            f"    {source.value} --> {dest.value}: {trigger.value}" for source in sources if source is not first
        ]
    lines += [f"    {status.value} --> [*]" for status in ends]
    return "\n".join(lines) + "\n"
