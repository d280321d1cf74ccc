"""What can happen on a wave's way from its plan to its acceptance: approved, started, assessed, decided."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations at run time

import msgspec


class WaveApproved(msgspec.Struct, frozen=True, gc=False):
    """A person wants one plan of the wave to be sent and paid for.

    The plan is named by its `revision` and by the version of its event in the wave's stream, which tells plans
    for missing pairs apart as well; `expected_usd` is what it was expected to cost.
    """

    reason: str
    revision: int
    plan_version: int
    expected_usd: float
    at: datetime


class WaveStarted(msgspec.Struct, frozen=True, gc=False):
    """The first submission of the approved plan is about to begin."""

    at: datetime


class WaveFoundRunning(msgspec.Struct, frozen=True, gc=False):
    """Something of the wave was sent before waves had to be approved: it counts as approved, and runs."""

    reason: str
    at: datetime


class CriterionJudged(msgspec.Struct, frozen=True, gc=False):
    """One criterion of an assessment, and what came of it.

    `figure` and `threshold` are None where nothing could be measured or nothing is asked for, `passed` where it
    cannot be told; `sample` is how many pairs or batches were looked at, and `worst` names the worst of them.
    """

    name: str
    figure: float | None
    threshold: float | None
    sample: int
    passed: bool | None
    sentence: str
    worst: tuple[str, ...] = ()


class WaveAssessed(msgspec.Struct, frozen=True, gc=False):
    """The wave was judged by rule: `verdict` is "good", "not good" or "undecided", for the reasons in `criteria`.

    `seed` and `parameters` (name and value) make the judgement again; `compared_with` is the wave it was compared
    with. The report is named with its sha256, both "" where none was written.
    """

    verdict: str
    criteria: tuple[CriterionJudged, ...]
    seed: int
    parameters: tuple[tuple[str, str], ...]
    compared_with: int | None
    report: str
    report_sha256: str
    at: datetime


class WaveAccepted(msgspec.Struct, frozen=True, gc=False):
    """The wave is good enough for the next one to be paid for.

    `verdict` is the last assessment's, "" where there is none; `overruled` says that this decision does not
    follow from it, and `reverses` that the wave was rejected before.
    """

    reason: str
    verdict: str
    overruled: bool
    reverses: bool
    at: datetime


class WaveRejected(msgspec.Struct, frozen=True, gc=False):
    """The wave is not good enough: no more of it is sent, and nothing that depends on it.

    The fields are those of WaveAccepted; `reverses` says that the wave was accepted before.
    """

    reason: str
    verdict: str
    overruled: bool
    reverses: bool
    at: datetime


Decided = WaveAccepted | WaveRejected
CourseEvent = WaveApproved | WaveStarted | WaveFoundRunning | WaveAssessed | Decided
