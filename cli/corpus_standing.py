"""The corpus as it stands in the workspace: what was built last, and how it was deduplicated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.corpus.folder import CorpusFolder
from core.corpus.manifest import BuildManifest, DedupManifest
from core.errors import BadInputError, NotFoundError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cli.compose import Opened
    from core.corpus.choices import Form

#: Where the corpus lies in the workspace, and the names of its steps.
FOLDER, BUILD, DEDUP = "corpus", "build", "dedup"


def export_step(form: Form) -> str:
    """Return what the step of an export is called."""
    return f"export-{form}"


def locked(opened: Opened) -> AbstractContextManager[None]:
    """Let no other command write into the corpus meanwhile; RefusedError when one does."""
    return CorpusFolder(opened.root / FOLDER).locked()


def built(opened: Opened) -> tuple[CorpusFolder, BuildManifest]:
    """Return the corpus that was built last, whose parts are as they were written.

    Raises NotFoundError when none was built, BadInputError when a part is missing or altered.
    """
    home = CorpusFolder(opened.root / FOLDER)
    manifest = home.manifest(BUILD, BuildManifest)
    if manifest is None:
        raise NotFoundError("there is no corpus yet; run `batchmill corpus build` first")
    if (differs := home.differing(manifest.folder, manifest.parts)) is not None:
        raise BadInputError(f"{differs} since the corpus was built; run `batchmill corpus build` again")
    return home, manifest


def deduplicated(opened: Opened) -> tuple[CorpusFolder, BuildManifest, DedupManifest]:
    """Return the corpus and its deduplication, with parts as they were written.

    Raises NotFoundError when the corpus as it is now was not deduplicated, BadInputError for an altered part.
    """
    home, corpus = built(opened)
    manifest = home.manifest(DEDUP, DedupManifest)
    if manifest is None or manifest.build != corpus.fingerprint:
        since = "since it was built again" if manifest else "yet"
        raise NotFoundError(f"the corpus was not deduplicated {since}; run `batchmill corpus dedup` first")
    if (differs := home.differing(manifest.folder, manifest.parts)) is not None:
        raise BadInputError(f"{differs} since it was written; run `batchmill corpus dedup` again")
    return home, corpus, manifest


def paths_of(home: CorpusFolder, corpus: BuildManifest) -> list[Path]:
    """Return where the parts of a corpus stand, in order."""
    return [home.root / corpus.folder / part.path for part in corpus.parts]
