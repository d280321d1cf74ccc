"""Puts the steps of the corpus into the ledger: a step that stands in its folder, but not there, is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.corpus_standing import BUILD, DEDUP, FOLDER, export_step, last_of
from core.corpus.events import CorpusBuilt, CorpusDeduplicated, CorpusExported, CorpusImported
from core.corpus.history import evolve, history_of, is_news
from core.corpus.inputs import files_of, fingerprint
from core.corpus.outdated import outdated
from core.ledger.recorded import NewEvent
from core.ledger.streams import CORPUS

if TYPE_CHECKING:
    from adapters.corpus.folder import CorpusFolder
    from cli.compose import Opened
    from core.corpus.events import CorpusEvent
    from core.corpus.manifest import BuildManifest, DedupManifest, ExportManifest
    from core.corpus.stored import Import


def record_build(opened: Opened, home: CorpusFolder, build: BuildManifest) -> None:
    """Record that the corpus was built, unless that is on record; see `_record`.

    It is recorded anew when something in it was rejected or changed since, and a person wants it nevertheless.
    """
    last = last_of(opened, CorpusBuilt)
    anew = last is not None and outdated(build, opened.database.store.read(after=last.position)) is not None
    _record(opened, BUILD, _built(opened, home, build), anew=anew)


def record_dedup(opened: Opened, home: CorpusFolder, build: BuildManifest, dedup: DedupManifest) -> None:
    """Record that the corpus was deduplicated, and what that was made from; see `_record`."""
    _record(opened, DEDUP, _built(opened, home, build), _deduplicated(opened, home, dedup))


def record_export(
    opened: Opened, home: CorpusFolder, build: BuildManifest, dedup: DedupManifest, export: ExportManifest
) -> None:
    """Record that the corpus was exported, and what that was made from; see `_record`."""
    exported = CorpusExported(
        fingerprint=export.fingerprint,
        folder=f"{FOLDER}/{export.folder}",
        manifest_sha256=home.manifest_sha256(export_step(export.terms.form)),
        build=export.build,
        dedup=export.dedup,
        form=export.terms.form,
        train=export.train,
        validation=export.validation,
        at=opened.clock.now(),
    )
    before = (_built(opened, home, build), _deduplicated(opened, home, dedup))
    _record(opened, "export", *before, exported)


def record_import(
    opened: Opened, standing: tuple[CorpusFolder, BuildManifest, DedupManifest], database: str, last: Import
) -> None:
    """Record the last import into a database, and what stands in the folder; see `_record`."""
    home, build, dedup = standing
    imported = CorpusImported(
        fingerprint=fingerprint(last.build, last.dedup, last.space, last.tally, database, last.number),
        database=database,
        number=last.number,
        build=last.build,
        dedup=last.dedup,
        space=last.space,
        counts=last.counts,
        at=opened.clock.now(),
    )
    _record(opened, "import", _built(opened, home, build), _deduplicated(opened, home, dedup), imported)


def _record(opened: Opened, command: str, *steps: CorpusEvent, anew: bool = False) -> None:
    """Append what the ledger does not have of these steps, or all of them `anew`, in their order.

    A step counts from its manifest; one that was killed between the two is recorded when it is asked for again.
    Raises ConflictError when another command records a step at the same moment; asked again, it is recorded.
    """
    store, context = opened.database.store, opened.context(f"corpus-{command}")
    corpus = history_of(store.read_stream(CORPUS))
    news: list[NewEvent] = []
    for step in steps:
        if anew or is_news(corpus, step):
            corpus = evolve(corpus, step)
            news.append(NewEvent(CORPUS, corpus.version, step, context))
    if news:
        store.append(news)
        opened.catch_up()


def _built(opened: Opened, home: CorpusFolder, build: BuildManifest) -> CorpusBuilt:
    return CorpusBuilt(
        fingerprint=build.fingerprint,
        folder=f"{FOLDER}/{build.folder}",
        manifest_sha256=home.manifest_sha256(BUILD),
        waves=tuple(count.wave for count in build.waves),
        rows=build.rows,
        inputs=tuple(files_of(build.inputs)),
        at=opened.clock.now(),
    )


def _deduplicated(opened: Opened, home: CorpusFolder, dedup: DedupManifest) -> CorpusDeduplicated:
    return CorpusDeduplicated(
        fingerprint=dedup.fingerprint,
        folder=f"{FOLDER}/{dedup.folder}",
        manifest_sha256=home.manifest_sha256(DEDUP),
        build=dedup.build,
        terms=dedup.terms,
        engine=dedup.engine,
        counts=dedup.counts,
        at=opened.clock.now(),
    )
