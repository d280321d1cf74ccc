"""Checks of the files that events vouch for, and of the documents that are made from the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.doctor.finding import fail, ok, warn
from cli.doctor.ledger import REBUILD, listed
from cli.kept_files import recorded_files
from cli.prompts import versions
from core.batch.lifecycle import Status
from core.errors import RefusedError, StorageError
from core.projections.publish import documents, stale

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from cli.compose import Opened
    from cli.doctor.finding import Finding
    from cli.doctor.ledger import Rows
    from cli.prompts import PromptVersion
    from core.ports import ReadModel, WorkspaceFiles

FILELESS = {Status.PLANNED.value, Status.WITHDRAWN.value}
#: What brings each kind of file back.
ADVICE = {
    "extracts": "put it back from a backup: batch files that are not written yet need it",
    "batch files": "`batchmill write --wave N` makes those anew that were not sent; put others back from a backup",
    "results": "put it back from a backup: the provider keeps a result for a short time only",
    "refined pairs": "`batchmill replay --rebuild` makes it anew from its result",
    "judgements": "`batchmill replay --rebuild` makes it anew from its result",
    "vectors": (
        "`batchmill replay --rebuild` makes it anew from its result; where that is gone too, it is needed only if "
        "corpus/vectors lacks it as well, and `batchmill corpus embed --again` then pays for it anew"
    ),
    "prompt versions": "put its text back from a backup: its wave is not written or repaired without it",
}


def kinds(rows: Rows) -> dict[str, list[str]]:
    """Return the files that ought to stand there, by what they are."""
    batches = rows.batches
    paths: dict[str, list[str | None]] = {
        "extracts": [row.extract_path for row in rows.waves],
        "batch files": [row.file_path for row in batches if row.status not in FILELESS],
        "results": [row.result_path for row in batches],
        "refined pairs": [row.refined_path for row in batches if row.refines],
        "judgements": [row.refined_path for row in batches if row.judges],
        "vectors": [row.refined_path for row in batches if row.embeds],
    }
    return {kind: sorted({path for path in found if path}) for kind, found in paths.items()}


def check_recorded(opened: Opened, rows: Rows) -> Iterator[Finding]:
    """Compare the sha256 of every file with the ledger; files are read in pieces, one after the other."""
    recorded = recorded_files(opened)
    for kind, named in kinds(rows).items():
        paths = [path for path in named if path in recorded]  # not those that were given up as lost
        wrong = differences(opened.files, paths, recorded)
        if wrong:
            # A daemon may have written one of them anew since the ledger was read.
            wrong = differences(opened.files, wrong, recorded_files(opened))
        if wrong:
            yield fail(kind, f"{len(wrong)} of {len(paths)}: {listed(list(wrong.values()))}", ADVICE[kind])
        else:
            yield ok(kind, f"{len(paths)}, all as they were recorded" if paths else "none yet")
    yield judge_prompts(versions(opened), unfinished(rows))


def unfinished(rows: Rows) -> set[int]:
    """Return the waves of which a batch may still be written, or repaired."""
    rows_left = (row for row in rows.batches if row.status != Status.WITHDRAWN.value and row.refines)
    return {row.wave for row in rows_left if not row.read_at or row.missing_now > 0}


def judge_prompts(known: Iterable[PromptVersion], waves: Collection[int]) -> Finding:
    """Say which versions of the prompt are lost that these waves are written and repaired with."""
    needed = [version for version in known if not set(version.waves).isdisjoint(waves)]
    lost = [version for version in needed if version.state != "kept"]
    if not lost:
        return ok("prompt versions", f"{len(needed)} in use, all kept" if needed else "none in use")
    said = [
        f"{each.path}, with which wave {' and '.join(map(str, each.waves))} was planned, is {each.state}"
        for each in lost
    ]
    return fail("prompt versions", f"{len(lost)} of {len(needed)}: {listed(said)}", ADVICE["prompt versions"])


def differences(files: WorkspaceFiles, paths: Collection[str], recorded: Mapping[str, str]) -> dict[str, str]:
    """Return, in words and by path, every file that is not as the ledger says."""
    found = {}
    for path in paths:
        try:
            digest = files.digest(path)
        except (StorageError, RefusedError) as error:
            found[path] = str(error)
            continue
        if digest is None:
            found[path] = f"{path} is missing"
        elif digest != recorded.get(path):
            found[path] = f"{path} is not as it was recorded"
    return found


def check_documents(
    model: ReadModel, files: WorkspaceFiles, submissions: str, *, driven: bool
) -> Iterator[Finding]:
    """Compare the documents on disk with the tables; the daemon writes them every few seconds."""
    if not model.checkpoint():
        yield ok("documents", "none yet")
        return
    wrong = [each.path for each in stale(model, files, submissions)]
    if wrong and driven:
        yield ok("documents", f"{' and '.join(wrong)} will be written anew by the process that drives the ledger")
    elif wrong:
        yield warn("documents", f"{' and '.join(wrong)} is missing or not what the tables say", REBUILD)
    else:
        yield ok(
            "documents",
            f"{' and '.join(each.path for each in documents(model, submissions))} are as the tables say",
        )
