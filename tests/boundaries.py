"""Every boundary between an effect and its event, by name: how a daemon is stopped there, and what shows that.

Two batches are driven one after the other, and jobs end at once unless the scenario says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.bad_lines import CREATE
from tests.kills import Point, unanswered, unasked, unfolded, unpublished, unrecorded

if TYPE_CHECKING:
    from tests.kills import Stop

RESULT = "batch_205_results.jsonl"
REFINED = "batch_205_refined.jsonl"


def call(verb: str, fault: str) -> str:
    """Return a scenario in which the first call of `verb` meets this fault."""
    return f'[[call]]\nverb = "{verb}"\non = "1"\nfault = {fault}\n'


def job(fault: str) -> str:
    """Return a scenario in which the first job meets this fault."""
    return f'[[job]]\non = "1"\nfault = {fault}\n'


NO_EFFECT = '"hang"'
NO_ANSWER = '"hang"\nafter_effect = true'


class Boundary(NamedTuple):
    """A point at which the daemon is stopped, how, and what sets the scene for it."""

    name: str
    stop: Stop
    point: Point
    scenario: str = ""
    job_hours: float = 48.0


BOUNDARIES = (
    Boundary(
        "intent recorded, upload not begun",
        unasked("POST /upload/"),
        Point("submission_started"),
    ),
    Boundary(
        "upload done, reply outstanding",
        unanswered,
        Point("submission_started", uploads=1),
        call("upload.continue", NO_ANSWER),
    ),
    Boundary(
        "upload answered, create not asked",
        unasked(CREATE),
        Point("submission_started", uploads=1),
    ),
    Boundary(
        "create asked, effect not done",
        unanswered,
        Point("submission_started", uploads=1, creates=1),
        call("batches.create", NO_EFFECT),
    ),
    Boundary(
        "create done, reply outstanding",
        unanswered,
        Point("submission_started", uploads=1, creates=1, jobs=1),
        call("batches.create", NO_ANSWER),
    ),
    Boundary(
        "create answered, not recorded",
        unrecorded("submitted"),
        Point("submission_started", uploads=1, creates=1, jobs=1),
    ),
    Boundary(
        "create lost, doubt not recorded",
        unrecorded("submission_unclear"),
        Point("submission_started", uploads=1, creates=1, jobs=1),
        call("batches.create", '"lost"\nafter_effect = true'),
    ),
    Boundary(
        "lost job found, not recorded",
        unrecorded("submitted"),
        Point("submission_unclear", uploads=1, creates=1, jobs=1, looks=1, folded=True),
        call("batches.create", '"lost"\nafter_effect = true'),
    ),
    Boundary(
        "create refused, refusal not recorded",
        unrecorded("submission_refused"),
        Point("submission_started", uploads=1, creates=1),
        call("batches.create", '"refused"\ncode = 400'),
    ),
    Boundary(
        "rate limit answered, deferral not recorded",
        unrecorded("submission_deferred"),
        Point("submission_started", uploads=1, creates=1),
        call("batches.create", '"refused"\ncode = 429'),
    ),
    Boundary(
        "job recorded, nothing else",
        unasked("GET /v1beta/batches"),
        Point("submitted", uploads=1, creates=1, jobs=1),
    ),
    Boundary(
        "job seen running, not recorded",
        unrecorded("processing"),
        Point("submitted", uploads=1, creates=1, jobs=1, looks=1),
        job('"late"\nseconds = 1'),
    ),
    Boundary(
        "success seen, not recorded",
        unrecorded("succeeded"),
        Point("submitted", uploads=1, creates=1, jobs=1, looks=1),
    ),
    Boundary(
        "success recorded, download not begun",
        unasked(":download"),
        Point("succeeded", uploads=1, creates=1, jobs=1, looks=1, results=("part",)),
    ),
    Boundary(
        "download under way",
        unanswered,
        Point("succeeded", uploads=1, creates=1, jobs=1, looks=1, downloads=1, results=("part",)),
        call("files.download", NO_ANSWER),
    ),
    Boundary(
        "result in place, not recorded",
        unrecorded("downloaded"),
        Point("succeeded", uploads=1, creates=1, jobs=1, looks=1, downloads=1, results=(RESULT,)),
    ),
    Boundary(
        "result recorded, answers not read",
        unasked(CREATE, after=1),
        Point("downloaded", uploads=2, creates=1, jobs=1, looks=1, downloads=1, results=(RESULT,)),
    ),
    Boundary(
        "refined pairs in place, not recorded",
        unrecorded("answers_read"),
        Point("downloaded", uploads=2, creates=2, jobs=2, looks=1, downloads=1, results=(REFINED, RESULT)),
    ),
    Boundary(
        "events recorded, read model behind",
        unfolded(),
        Point("answers_read", uploads=2, creates=2, jobs=2, looks=1, downloads=1, results=(REFINED, RESULT)),
    ),
    Boundary(
        "read model saved, documents behind",
        unpublished,
        Point(
            "answers_read",
            uploads=2,
            creates=2,
            jobs=2,
            looks=1,
            downloads=1,
            results=(REFINED, RESULT),
            folded=True,
        ),
    ),
    Boundary(
        "failure seen, not recorded",
        unrecorded("failed"),
        Point("submitted", uploads=1, creates=1, jobs=1, looks=1),
        job('"failed"'),
    ),
    Boundary(
        "failure recorded, retry not yet",
        unrecorded("retried"),
        Point("failed", uploads=1, creates=1, jobs=1, looks=1),
        job('"failed"'),
    ),
    Boundary(
        "overdue job not yet cancelled",
        unasked(":cancel"),
        Point("submitted", uploads=1, creates=1, jobs=1, looks=1),
        job('"stuck"'),
        job_hours=1e-9,
    ),
    Boundary(
        "cancel of an overdue job done, reply outstanding",
        unanswered,
        Point("submitted", uploads=1, creates=1, jobs=1, looks=1, cancels=1),
        job('"stuck"') + call("batches.cancel", NO_ANSWER),
        job_hours=1e-9,
    ),
    Boundary(
        "cancel of an overdue job answered, not recorded",
        unrecorded("failed"),
        Point("submitted", uploads=1, creates=1, jobs=1, looks=2, cancels=1),
        job('"stuck"'),
        job_hours=1e-9,
    ),
)
