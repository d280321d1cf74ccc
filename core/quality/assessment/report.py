"""An assessment as it is kept beside the ledger: all that the verdict rests on."""

from __future__ import annotations

import msgspec

from core.quality.agreement import Agreement  # noqa: TC001 - msgspec reads the annotations at run time
from core.quality.assessment.groups import Group  # noqa: TC001 - the same
from core.quality.assessment.verdict import Completion  # noqa: TC001 - the same
from core.quality.means import WaveMeans  # noqa: TC001 - the same
from core.wave.course_events import CriterionJudged  # noqa: TC001 - the same


class Beside(msgspec.Struct, frozen=True):
    """A figure beside that of the wave before: the difference, and whether it is more than chance."""

    name: str
    wave: int
    before: float
    now: float
    sentence: str


class Assessment(msgspec.Struct, frozen=True):
    """A wave judged at a position of the ledger: that of the last event that it rests on.

    `checker` names the language checker: two names are not to be compared with each other. `pairs_path` has a line
    a pair (`PairQuality`), with its sha256; `groups` are by batch, indicator, category and prompt version.
    """

    wave: int
    position: int
    verdict: str
    criteria: tuple[CriterionJudged, ...]
    seed: int
    checker: str
    completion: Completion
    whole: Group
    groups: dict[str, tuple[Group, ...]]
    people: WaveMeans | None
    models: WaveMeans | None
    agreement: Agreement | None
    compared: tuple[Beside, ...]
    pairs_path: str
    pairs_sha256: str
