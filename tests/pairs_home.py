"""Pairs of batch 205 that came home, for what is done to them then, and faults that it may meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.emulator.emulator import Emulator
from adapters.emulator.provider import EmulatedProvider
from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from adapters.memory.read_model import MemoryReadModel
from core.pairs import ids
from core.projections.balance import Balance
from core.projections.catch_up import catch_up
from tests.mill import PENDING, RUNNING, Spy

if TYPE_CHECKING:
    from tests.mill import Mill

HOME = Balance(staged=4, refined=4)


def pair_ids(mill: Mill) -> list[str]:
    """Return the ids of the pairs of batch 205."""
    return list(ids(mill.batch(205).ranges))


def home(mill: Mill) -> Mill:
    """Bring the pairs of batch 205 home."""
    mill.stage(205)
    mill.drive()
    assert mill.balance() == HOME
    return mill


def rows(mill: Mill) -> MemoryReadModel:
    """Return the rows of the whole ledger."""
    model = MemoryReadModel()
    catch_up(mill.store, model)
    return model


def under(mill: Mill, name: str, *rules: str) -> None:
    """Let rows of the jobs of this name meet faults from now on."""
    text = "\n".join(f'[[row]]\ndisplay_name = "{name}"\n{rule}\n' for rule in rules)
    scenario = scenario_of(text, "the test's")
    settings = EmulatorSettings(pending_seconds=PENDING, running_seconds=RUNNING, scenario=scenario)
    mill.emulator = Emulator(settings, mill.clock)
    mill.provider = Spy(EmulatedProvider(mill.emulator))
