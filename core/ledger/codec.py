"""Between events and stored bytes: literal names, schema versions, and upcasters for what shipped before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from core.batch import adopted_events as adopted
from core.batch import events as batch
from core.corpus import events as corpus
from core.errors import UnreadableEventError
from core.wave import course_events as course
from core.wave import events as wave
from core.wave import request_events as asked
from core.wave import score_events as scores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: Stored name and schema version of every event. A name is never reused, a shipped shape never changes: a new
#: shape gets the next version here, an upcaster below and a golden file in the tests.
NAMES: Mapping[type[Any], tuple[str, int]] = {
    wave.WavePlanned: ("wave.planned", 3),
    wave.WaveReleased: ("wave.released", 1),
    wave.WaveHeld: ("wave.held", 1),
    wave.FormCompared: ("wave.form_compared", 1),
    batch.BatchPlanned: ("batch.planned", 1),
    batch.BatchWithdrawn: ("batch.withdrawn", 1),
    batch.BatchWritten: ("batch.written", 1),
    batch.SubmissionStarted: ("batch.submission_started", 1),
    batch.FileUploaded: ("batch.file_uploaded", 1),
    batch.BatchSubmitted: ("batch.submitted", 1),
    batch.SubmissionDeferred: ("batch.submission_deferred", 1),
    batch.SubmissionUnclear: ("batch.submission_unclear", 1),
    batch.SubmissionRefused: ("batch.submission_refused", 1),
    batch.SubmissionQuarantined: ("batch.submission_quarantined", 1),
    batch.SubmissionHeld: ("batch.submission_held", 1),
    batch.DoubleFound: ("batch.double_found", 1),
    batch.BatchProcessing: ("batch.processing", 1),
    batch.BatchSucceeded: ("batch.succeeded", 1),
    batch.BatchFailed: ("batch.failed", 1),
    batch.BatchDownloaded: ("batch.downloaded", 1),
    batch.AnswersRead: ("batch.answers_read", 1),
    batch.PairsHandedOver: ("batch.pairs_handed_over", 1),
    batch.PairsGivenUp: ("batch.pairs_given_up", 1),
    batch.BatchRetried: ("batch.retried", 1),
    batch.CancelRequested: ("batch.cancel_requested", 1),
    batch.CancelSent: ("batch.cancel_sent", 1),
    batch.BatchPaused: ("batch.paused", 1),
    batch.BatchResumed: ("batch.resumed", 1),
    batch.DeletionAsked: ("batch.deletion_asked", 1),
    batch.VectorsLost: ("batch.vectors_lost", 1),
    wave.WaveAdopted: ("wave.adopted", 1),
    wave.JobsListed: ("wave.jobs_listed", 1),
    wave.WaveReplanned: ("wave.replanned", 1),
    course.WaveApproved: ("wave.approved", 1),
    course.WaveStarted: ("wave.started", 1),
    course.WaveFoundRunning: ("wave.found_running", 1),
    course.WaveAssessed: ("wave.assessed", 1),
    course.WaveAccepted: ("wave.accepted", 1),
    course.WaveRejected: ("wave.rejected", 1),
    scores.SampleDrawn: ("wave.sample_drawn", 1),
    scores.PairScored: ("wave.pair_scored", 1),
    asked.RegenerationRequested: ("wave.regeneration_requested", 1),
    asked.RequestFulfilled: ("wave.request_fulfilled", 1),
    corpus.CorpusBuilt: ("corpus.built", 1),
    corpus.CorpusDeduplicated: ("corpus.deduplicated", 2),
    corpus.CorpusExported: ("corpus.exported", 1),
    corpus.CorpusImported: ("corpus.imported", 2),
    adopted.BatchAdopted: ("batch.adopted", 1),
    adopted.AdoptedFileRead: ("batch.adopted_file_read", 1),
    adopted.JobClaimed: ("batch.job_claimed", 1),
    adopted.FormClaimed: ("batch.form_claimed", 1),
    adopted.ClaimSettled: ("batch.claim_settled", 1),
    adopted.JobSighted: ("batch.job_sighted", 1),
    adopted.JobAdopted: ("batch.job_adopted", 1),
    adopted.RefinedAdopted: ("batch.refined_adopted", 1),
}


def _planned_by_the_file(planned: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as it is stored today.

    What its requests are packed by was not recorded then, and a file was left out as a whole or not at all.
    """
    sources = [source | {"left_out": []} for source in planned["sources"]]
    return planned | {"settings": planned["settings"] | {"packing": None}, "sources": sources}


def _planned_without_dependency(planned: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as it is stored today: a wave waited for no other then."""
    return planned | {"depends_on": None}


def _deduplicated_without_figures(deduplicated: dict[str, Any]) -> dict[str, Any]:
    """Return a deduplication as it is stored today: whether pairs state other figures was not looked at then."""
    terms, counts = deduplicated["terms"], deduplicated["counts"]
    return deduplicated | {"terms": terms | {"figures": "merge"}, "counts": counts | {"other_figures": 0}}


def _imported_without_repair(imported: dict[str, Any]) -> dict[str, Any]:
    """Return an import as it is stored today: none repaired or replaced anything then."""
    return imported | {"counts": imported["counts"] | {"replaced": 0, "repaired": None}}


#: From the data of (name, version) to the data of (name, version + 1).
UPCASTERS: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("wave.planned", 1): _planned_by_the_file,
    ("wave.planned", 2): _planned_without_dependency,
    ("corpus.deduplicated", 1): _deduplicated_without_figures,
    ("corpus.imported", 1): _imported_without_repair,
}

_CURRENT = {name: (cls, schema) for cls, (name, schema) in NAMES.items()}
#: Decodes what is stored under today's (name, schema), for readers of many rows; `decode` takes the rest.
DECODERS: Mapping[tuple[str, int], Callable[[str | bytes], Any]] = {
    (name, schema): msgspec.json.Decoder(cls).decode for cls, (name, schema) in NAMES.items()
}
_ENCODE = msgspec.json.Encoder().encode


def encode(event: object) -> tuple[str, int, str]:
    """Return (name, schema, JSON text) of an event."""
    name, schema = NAMES[type(event)]
    return name, schema, _ENCODE(event).decode()


def decode(name: str, schema: int, data: str | bytes) -> Any:  # noqa: ANN401 - any event
    """Return the event that was stored under these names.

    Raises UnreadableEventError for a name or version this program does not know, or data that does not fit.
    """
    try:
        return DECODERS[name, schema](data)
    except KeyError:
        return _decode_older(name, schema, data)
    except msgspec.MsgspecError as error:
        raise UnreadableEventError(
            f"a stored {name} (schema {schema}) does not have its shape: {error}"
        ) from error


def _decode_older(name: str, schema: int, data: str | bytes) -> Any:  # noqa: ANN401 - any event
    if name not in _CURRENT or schema > _CURRENT[name][1]:
        raise UnreadableEventError(
            f"the ledger holds a {name} of schema {schema}, which this version does not know; update batchmill"
        )
    cls, current = _CURRENT[name]
    try:
        raw = msgspec.json.decode(data)
        for step in range(schema, current):
            raw = UPCASTERS[name, step](raw)
        return msgspec.convert(raw, cls)
    except (msgspec.MsgspecError, KeyError) as error:
        raise UnreadableEventError(
            f"a stored {name} (schema {schema}) cannot be brought up to date: {error}"
        ) from error
