"""The corpus as it stands in the workspace, built and deduplicated, where the ledger vouches for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.corpus.folder import CorpusFolder
from core.corpus.events import CorpusBuilt, CorpusDeduplicated
from core.corpus.history import step_of
from core.corpus.manifest import BuildManifest, DedupManifest
from core.corpus.outdated import outdated
from core.errors import BadInputError, NotFoundError, RefusedError
from core.ledger.streams import CORPUS, wave_stream
from core.wave.course_events import WaveAccepted, WaveRejected

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cli.compose import Opened
    from core.corpus.choices import Form
    from core.corpus.manifest import ExportManifest
    from core.ledger.recorded import Recorded

#: Where the corpus lies in the workspace, and the names of its steps.
FOLDER, BUILD, DEDUP = "corpus", "build", "dedup"
#: Of a database that was filled before a wave was rejected, and what is done about it.
OUTDATED = "pairs of wave {}, which was rejected since, are still among them"
TAKEN_OUT = "`batchmill corpus build`, `corpus dedup` and `corpus import` take them out"


def export_step(form: Form) -> str:
    """Return what the step of an export is called."""
    return f"export-{form}"


def locked(opened: Opened) -> AbstractContextManager[None]:
    """Let no other command write into the corpus meanwhile; RefusedError when one does."""
    return CorpusFolder(opened.root / FOLDER).locked()


def built(opened: Opened) -> tuple[CorpusFolder, BuildManifest]:
    """Return the corpus that was built last, whose parts are as they were written.

    Raises NotFoundError when none was built, BadInputError when its manifest is damaged or a part is missing or
    altered, RefusedError when the ledger has another corpus as the last one, or what it was built from is not to
    be used any more.
    """
    home = CorpusFolder(opened.root / FOLDER)
    manifest = home.manifest(BUILD, BuildManifest)
    if manifest is None:
        raise NotFoundError("there is no corpus yet; run `batchmill corpus build` first")
    recorded = _vouched(opened, home, BUILD, CorpusBuilt)
    if (reason := outdated(manifest, opened.database.store.read(after=recorded.position))) is not None:
        raise RefusedError(f"{reason}; run `batchmill corpus build` again, which takes what is accepted now")
    if (differs := home.differing(manifest.folder, manifest.parts, "the corpus was built")) is not None:
        raise BadInputError(f"{differs}; run `batchmill corpus build` again")
    return home, manifest


def deduplicated(opened: Opened) -> tuple[CorpusFolder, BuildManifest, DedupManifest]:
    """Return the corpus and its deduplication, with parts as they were written.

    Raises what `built` raises, NotFoundError when the corpus as it is now was not deduplicated, and of the
    deduplication what `searched` raises.
    """
    home, corpus = built(opened)
    manifest = searched(opened, home, corpus)
    if manifest is None:
        since = "since it was built again" if (home.root / f"{DEDUP}.json").exists() else "yet"
        raise NotFoundError(f"the corpus was not deduplicated {since}; run `batchmill corpus dedup` first")
    return home, corpus, manifest


def searched(opened: Opened, home: CorpusFolder, corpus: BuildManifest) -> DedupManifest | None:
    """Return the deduplication of this very corpus, with parts as they were written; None where there is none.

    Raises BadInputError when its manifest is damaged or a part is missing or altered, RefusedError when the
    ledger has another deduplication as the last one.
    """
    manifest = home.manifest(DEDUP, DedupManifest)
    if manifest is None or manifest.build != corpus.fingerprint:
        return None
    _vouched(opened, home, DEDUP, CorpusDeduplicated)
    if (differs := home.differing(manifest.folder, manifest.parts, "it was written")) is not None:
        raise BadInputError(f"{differs}; run `batchmill corpus dedup` again")
    return manifest


def stands(
    opened: Opened, home: CorpusFolder, step: str, former: BuildManifest | DedupManifest | ExportManifest
) -> bool:
    """Whether a step that was done need not be done again: its parts, and its manifest, are as they were written.

    The ledger tells of the manifest; one that it does not know yet was written by a command that was stopped.
    """
    known = _last(opened, lambda event: step_of(event) == step and event.fingerprint == former.fingerprint)
    as_written = known is None or known.event.manifest_sha256 == home.manifest_sha256(step)
    return as_written and home.differing(former.folder, former.parts) is None


def rejected_since(opened: Opened, build: str) -> list[int]:
    """Return the waves of a corpus, by its fingerprint, that were rejected after it was built last."""
    last = _last(opened, lambda event: isinstance(event, CorpusBuilt) and event.fingerprint == build)
    if last is None:
        return []
    found = []
    for wave in last.event.waves:
        decided = [
            each
            for each in opened.database.store.read_stream(wave_stream(wave))
            if isinstance(each.event, WaveAccepted | WaveRejected) and each.position > last.position
        ]
        if decided and isinstance(decided[-1].event, WaveRejected):
            found.append(wave)
    return found


def paths_of(home: CorpusFolder, corpus: BuildManifest) -> list[Path]:
    """Return where the parts of a corpus stand, in order."""
    return [home.root / corpus.folder / part.path for part in corpus.parts]


def last_of(opened: Opened, kind: type[CorpusBuilt | CorpusDeduplicated]) -> Recorded | None:
    """Return the last event of a step, None when the ledger has none."""
    return _last(opened, lambda event: isinstance(event, kind))


def _last(opened: Opened, fits: Callable[[Any], bool]) -> Recorded | None:
    """Return the last event of the corpus that fits, None when none does."""
    found = None
    for recorded in opened.database.store.read_stream(CORPUS):
        if fits(recorded.event):
            found = recorded
    return found


def _vouched(
    opened: Opened, home: CorpusFolder, step: str, kind: type[CorpusBuilt | CorpusDeduplicated]
) -> Recorded:
    """Return the event of the manifest that stands; RefusedError when it is not that of the step's last event."""
    recorded = last_of(opened, kind)
    if recorded is None or recorded.event.manifest_sha256 != home.manifest_sha256(step):
        raise RefusedError(
            f"{home.root / step}.json is not what the ledger has of the last `corpus {step}`: the command was "
            "stopped before it was on record, an older ledger was put back, or the file was changed or comes from "
            f"elsewhere; run `batchmill corpus {step}` again"
        )
    return recorded
