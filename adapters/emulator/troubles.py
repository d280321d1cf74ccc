"""Deals out a scenario's faults: the same ones for the same seed and the same order of calls."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from typing import TYPE_CHECKING, Generic, TypeVar

from adapters.emulator.when import When

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.emulator.call_faults import CallFault
    from adapters.emulator.job_faults import JobFault
    from adapters.emulator.row_faults import RowFault
    from adapters.emulator.scenario import Scenario

Rule = TypeVar("Rule", bound=When)


class Dealer(Generic[Rule]):
    """Counts turns for some rules and says which one strikes; `salt` keeps the luck of two dealers apart."""

    def __init__(self, rules: Sequence[Rule], salt: str) -> None:
        self._rules = rules
        self._salt = salt
        self._turns: Counter[tuple[int, str]] = Counter()
        self._struck: Counter[tuple[int, str]] = Counter()
        self._lock = threading.Lock()

    def deal(self, display_name: str, subject: str = "", text: Callable[[], str] = str) -> Rule | None:
        """Take a turn: every rule that concerns it counts it, and the first that is due strikes.

        `subject` is a call's verb or a row's key, `text` gives a row's answer to a rule that asks for it.
        """
        chosen = None
        with self._lock:
            for index, rule in enumerate(self._rules):
                if not rule.concerns(display_name, subject, text):
                    continue
                count = (index, display_name if rule.per == "display_name" else "")
                self._turns[count] += 1
                if chosen is None and self._due(rule, count):
                    self._struck[count] += 1
                    chosen = rule
        return chosen

    def _due(self, rule: Rule, count: tuple[int, str]) -> bool:
        if rule.times is not None and self._struck[count] >= rule.times:
            return False
        number = self._turns[count]
        return rule.due(number, lambda: _luck(f"{self._salt}/{count}/{number}"))


class Troubles:
    """A scenario at work; `injected` counts the faults dealt out, as `call.lost` or `row.missing`.

    `of_calls` and `of_rows` say whether it has such rules, `by_name` whether a call's display name matters.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._calls = Dealer(scenario.call, f"{scenario.seed}/call")
        self._jobs = Dealer(scenario.job, f"{scenario.seed}/job")
        self._lock = threading.Lock()
        self.injected: Counter[str] = Counter()
        self.of_calls = bool(scenario.call)
        self.of_rows = bool(scenario.row)
        self.by_name = any(rule.per == "display_name" or rule.display_name != "*" for rule in scenario.call)

    def for_call(self, verb: str, display_name: str) -> CallFault | None:
        """Return the fault of the next call of this verb."""
        fault = self._calls.deal(display_name, verb)
        self._count("call", fault)
        return fault

    def for_job(self, display_name: str) -> JobFault | None:
        """Return the fault of the job that is now created."""
        fault = self._jobs.deal(display_name)
        self._count("job", fault)
        return fault

    def row_dealer(self, display_name: str) -> Dealer[RowFault]:
        """Return what deals out the faults of one job's rows, from the first on."""
        return Dealer(self._scenario.row, f"{self._scenario.seed}/row/{display_name}")

    def count_row(self, fault: RowFault | None) -> None:
        """Count a fault that struck a row."""
        self._count("row", fault)

    def _count(self, kind: str, rule: When | None) -> None:
        if rule is None:
            return
        with self._lock:
            self.injected[f"{kind}.{rule.__struct_config__.tag}"] += 1


def _luck(seed: str) -> float:
    """Return a number from 0 up to 1 that looks like chance and is the same for the same seed."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest()) / 2**64
