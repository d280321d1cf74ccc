"""Reads assessments that were recorded."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from core.quality.assessment.report import Assessment

if TYPE_CHECKING:
    from cli.compose import Opened
    from core.wave.course_events import WaveAssessed


def read_assessment(opened: Opened, event: WaveAssessed) -> Assessment | None:
    """Return an assessment from its file, None where it is not what was recorded, or of another form."""
    if not event.report or opened.files.digest(event.report) != event.report_sha256:
        return None
    with opened.files.open(event.report) as stream, suppress(msgspec.MsgspecError):
        return msgspec.json.decode(stream.read(), type=Assessment)
    return None
