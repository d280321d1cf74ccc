"""Checks of the corpus's database: whether it answers, and whether the ledger knows what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.corpus_database import corpus_database, shown
from cli.corpus_standing import OUTDATED, TAKEN_OUT, rejected_since
from cli.doctor.finding import DIVIDER, ok, warn
from core.corpus.events import CorpusImported
from core.corpus.history import history_of
from core.errors import DatabaseError
from core.ledger.recorded import stamp
from core.ledger.streams import CORPUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened
    from cli.doctor.finding import Finding
    from core.corpus.database import Standing

CHECK = "corpus database"
REPAIR = "`batchmill corpus verify` names what differs, and `batchmill corpus import --repair` puts it right"


def check_corpus(opened: Opened) -> Iterator[Finding]:
    """Look at the tables without reading their rows; no batch waits for them, so what is wrong is a warning."""
    try:
        with corpus_database(opened) as database:
            where, standing = shown(opened, database.place), database.standing()
    except DatabaseError as error:
        found, _, advice = str(error).partition(DIVIDER)
        yield warn(CHECK, found, advice)
        return
    last = standing.last if standing else None
    if last and (waves := rejected_since(opened, last.build)):
        yield warn(CHECK, f"in {where}, {OUTDATED.format(', '.join(map(str, waves)))}", TAKEN_OUT)
        return
    recorded = history_of(opened.database.store.read_stream(CORPUS)).last.get(f"import-{where}")
    yield judge_corpus(where, standing, recorded if isinstance(recorded, CorpusImported) else None)


def judge_corpus(where: str, standing: Standing | None, recorded: CorpusImported | None) -> Finding:
    """Compare what stands in the database with the last import into it that the ledger has."""
    again = "`batchmill corpus import` brings it there again"
    if standing is None or standing.last is None:
        if recorded is None:
            return ok(CHECK, "nothing was imported yet")
        return warn(CHECK, f"{where} holds no import, and the ledger has its import {recorded.number}", again)
    last = standing.last
    if recorded is None or last.number > recorded.number:
        return warn(
            CHECK,
            f"import {last.number} in {where} is not in the ledger",
            "`batchmill corpus import` puts it on record",
        )
    if last.number < recorded.number:
        found = f"{where} is at import {last.number}, and the ledger has its import {recorded.number}"
        return warn(CHECK, found, again)
    left = {"qa_pairs": last.tally.pairs, "qa_versions": last.tally.former, "embeddings": last.tally.vectors}
    for table, rows in standing.rows.items():
        if rows != left[table]:
            return warn(
                CHECK, f"{table} in {where} holds {rows:,} rows, and imports wrote {left[table]:,}", REPAIR
            )
    if standing.current != recorded.counts.current:
        found = f"{where} holds {standing.current:,} current pairs, and the ledger has {recorded.counts.current:,}"
        return warn(CHECK, found, REPAIR)
    return ok(
        CHECK,
        f"{where}, schema {standing.schema}, import {last.number} of {stamp(last.at)}: "
        f"{standing.current:,} pairs, {last.counts.vectors:,} with a vector",
    )
