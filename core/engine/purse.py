"""What each wave has cost and is expected to cost: reserved when a job is intended, settled when it came home."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from core.batch import events as e
from core.projections.money import price

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.batch.events import BatchEvent
    from core.batch.state import Batch
    from core.planning.models import Model


class Purse:
    """US dollars by wave, folded from the ledger: the expectation for jobs under way, and the price of the rest.

    A batch counts with its expected price from the intent to send it, until it is known that no job came of it,
    its job ended without a result, or its answers were read and the provider's token counts say what it cost.
    """

    def __init__(self, models: Mapping[str, Model]) -> None:
        """Begin with nothing spent; `models` has the prices."""
        self._models = models
        self._reserved: dict[int, float] = {}
        self._by_wave: defaultdict[int, float] = defaultdict(float)

    def fold(self, batch: Batch, event: BatchEvent) -> None:
        """Take in one event of a batch, which is as the event left it.

        What an older process spent is no matter of this ledger's budget.
        """
        if batch.adoption is not None:
            return
        match event:
            case e.SubmissionStarted():
                self._reserve(batch, batch.expected_usd)
            case e.SubmissionDeferred() | e.SubmissionRefused() | e.BatchFailed():
                self._reserve(batch, 0.0)
            case e.AnswersRead(input_tokens=input_tokens, output_tokens=output_tokens):
                self._reserve(batch, 0.0)
                model = self._models.get(batch.model)
                settled = batch.expected_usd
                if model:
                    settled = price(model, len(batch.requests), input_tokens, output_tokens, batch.job_name)
                self._by_wave[batch.wave] += settled

    def committed(self, wave: int | None = None) -> float:
        """Return what a wave (all: None) has cost and is expected to cost with the jobs under way."""
        return sum(self._by_wave.values()) if wave is None else self._by_wave.get(wave, 0.0)

    def reserved(self) -> float:
        """Return what of that is expected of jobs under way, and not settled yet."""
        return sum(self._reserved.values())

    def _reserve(self, batch: Batch, usd: float) -> None:
        self._by_wave[batch.wave] += usd - self._reserved.pop(batch.number, 0.0)
        if usd:
            self._reserved[batch.number] = usd
