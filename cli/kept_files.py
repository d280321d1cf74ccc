"""The files that events vouch for: whether each still stands as it was recorded, and which can be made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.adopted_events import RefinedAdopted
from core.batch.events import AnswersRead, BatchDownloaded, BatchWritten, VectorsLost
from core.engine.read import read_into
from core.errors import NotFoundError, StorageError
from core.ledger.load import load_batch
from core.ledger.streams import batch_number
from core.wave.course_events import WaveAssessed
from core.wave.events import WaveAdopted, WavePlanned

if TYPE_CHECKING:
    from cli.compose import Opened


class _Pairs(msgspec.Struct):
    """Of an assessment, the file that has its pairs."""

    pairs_path: str
    pairs_sha256: str


def recorded_files(opened: Opened) -> dict[str, str]:
    """Return the sha256 of every extract, batch file, result, file of answers and assessment, by path.

    It is the one that was recorded last. An assessment names the file of its pairs, which follows it. Vectors that
    were given up as lost are left out, with their result.
    """
    found: dict[str, str] = {}
    assessments: dict[str, str] = {}
    for recorded in opened.database.store.read():
        match recorded.event:
            case BatchWritten(path=path, sha256=sha256) | BatchDownloaded(path=path, sha256=sha256):
                found[path] = sha256
            case AnswersRead(path=path, sha256=sha256):
                found[path] = sha256
            case VectorsLost(path=path, result_path=result_path):
                found.pop(path, None)
                found.pop(result_path, None)
            case WavePlanned(extract_path=path, extract_sha256=sha256):
                found[path] = sha256
            case WaveAdopted(extract_path=path, extract_sha256=sha256) | RefinedAdopted(path=path, sha256=sha256):
                found[path] = sha256
            case WaveAssessed(report=path, report_sha256=sha256) if path:
                assessments[path] = sha256
            case _:
                pass
    for path, sha256 in assessments.items():
        found |= {path: sha256, **_assessed_pairs(opened, path, sha256)}
    return found


def _assessed_pairs(opened: Opened, path: str, sha256: str) -> dict[str, str]:
    """Return the sha256 of the file of an assessment's pairs, nothing where that is another one by now."""
    if opened.files.digest(path) != sha256:
        return {}
    with opened.files.open(path) as stream:
        kept = msgspec.json.decode(stream.read(), type=_Pairs)
    return {kept.pairs_path: kept.pairs_sha256}


def differing(opened: Opened) -> list[str]:
    """Return, in words, every recorded file that is missing or has other bytes; changes nothing."""
    differences = []
    for path, sha256 in recorded_files(opened).items():
        digest = opened.files.digest(path)
        if digest != sha256:
            differences.append(f"{path} is {'missing' if digest is None else 'not as it was recorded'}")
    return differences


def restore_refined(opened: Opened) -> list[str]:
    """Make files of refined pairs and judgements anew from the results that were kept, and return their paths.

    Only where the result still has the bytes that were recorded: the same bytes are read into the same file.
    """
    restored = []
    for recorded in opened.database.store.read():
        event, number = recorded.event, batch_number(recorded.stream)
        if not isinstance(event, AnswersRead) or number is None or opened.files.digest(event.path) == event.sha256:
            continue
        batch = load_batch(opened.database.store, number, until=recorded.position)
        if opened.files.digest(batch.result_path) != batch.result_sha256:
            continue
        try:
            read_into(opened.files, batch, event.path)
        except (NotFoundError, StorageError):
            continue
        restored.append(event.path)
    return restored
