"""All that a wave's reports are made from: rows, what events tell, and files that the ledger vouches for."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec reads the annotations at run time
from dataclasses import dataclass

from core.batch.lifecycle import Status
from core.planning.models import Model  # noqa: TC001 - the same
from core.projections.rows import BatchRow, WaveRow  # noqa: TC001 - the same
from core.quality.assessment.report import Assessment  # noqa: TC001 - the same
from core.quality.review_pair import ReviewPair  # noqa: TC001 - the same
from core.reports.record import Record  # noqa: TC001 - the same


@dataclass(frozen=True)
class Samples:
    """Pairs to show before and after; `drawn` says that they are of the sample that people score.

    `missing` is why there are none.
    """

    pairs: tuple[ReviewPair, ...] = ()
    drawn: bool = False
    missing: str = ""


@dataclass(frozen=True)
class Material:
    """The ledger up to `position`, recorded `as_of`; rows are of all waves.

    `assessments` are by wave those that stand in their files as they were recorded; `unread` says why this wave's
    is not among them ("": it is, or there is none). `prompt_of` has the version of the prompt by pair, for
    pairs that were scored. `models` are what prices are reckoned with.
    """

    position: int
    as_of: str
    row: WaveRow
    waves: tuple[WaveRow, ...]
    batches: tuple[BatchRow, ...]
    record: Record
    models: Mapping[str, Model]
    assessments: Mapping[int, Assessment]
    unread: str
    prompt_of: Mapping[str, str]
    samples: Samples

    @property
    def wave(self) -> int:
        """The number of the wave."""
        return self.row.wave

    @property
    def adopted(self) -> bool:
        """Whether an older process sent the wave."""
        return self.row.origin is not None

    @property
    def paid(self) -> list[BatchRow]:
        """All that was or will be paid for the wave: batches, repairs and judging, those withdrawn left out."""
        return [row for row in self.batches if row.wave == self.wave and row.status != Status.WITHDRAWN.value]

    @property
    def own(self) -> list[BatchRow]:
        """The wave's batches and repairs, which carry its pairs."""
        return [row for row in self.paid if row.refines]

    @property
    def planned(self) -> list[BatchRow]:
        """The wave's batches without the repairs."""
        return [row for row in self.own if row.repairs is None]

    @property
    def assessment(self) -> Assessment | None:
        """The wave's last assessment, if its file is as it was recorded."""
        return self.assessments.get(self.wave)
