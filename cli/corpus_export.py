"""`batchmill corpus export`: the pairs that stay, in a form that trains or feeds a search, with a card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.exporting import write_export
from adapters.corpus.folder import folder_name
from adapters.corpus.parts import WRITER
from adapters.corpus.tables import read_structs
from cli.corpus_recording import record_export
from cli.corpus_standing import FOLDER, deduplicated, export_step, paths_of, stands
from core.corpus.card import card
from core.corpus.census import Census
from core.corpus.inputs import fingerprint
from core.corpus.manifest import ExportManifest
from core.corpus.outcome import Asked, Member
from core.corpus.splits import Split, Splitter
from core.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cli.compose import Opened
    from core.corpus.manifest import ExportTerms

CARD = "README.md"
#: Changes whenever a form or the card does.
_SHAPE = 1
_LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}")


class Exported(msgspec.Struct, frozen=True):
    """An export as it stands, and whether this command wrote it (`new`)."""

    new: bool
    folder: str
    manifest: ExportManifest


def export(opened: Opened, terms: ExportTerms) -> Exported:
    """Write the pairs that stay, unless that very export stands already.

    Raises BadInputError for a licence that is no SPDX id, what `deduplicated` raises, and StorageError when the
    disk refuses; then everything is as before.
    """
    if not _LICENSE.fullmatch(terms.license):
        raise BadInputError("the licence must be an SPDX id such as CC-BY-4.0; give it as --license CC-BY-4.0")
    home, built, found = deduplicated(opened)
    made_from = fingerprint(built.fingerprint, found.fingerprint, terms, _SHAPE, WRITER)
    step_name = export_step(terms.form)
    former = home.former(step_name, ExportManifest)
    if former and former.fingerprint == made_from and stands(opened, home, step_name, former):
        record_export(opened, home, built, found, former)
        return Exported(new=False, folder=f"{FOLDER}/{former.folder}", manifest=former)
    census = Census()
    with home.begin(step_name, made_from) as step:
        left_out, splitter = _placing(home.root / found.folder, terms)

        def placing(row: int, pair_id: str) -> Split | None:
            split = splitter.split(row, pair_id)
            return None if row in left_out else split

        parts = write_export(step.path, paths_of(home, built), terms, placing, census)
        text = "\n".join(card(census, terms, built, found)) + "\n"
        parts.append(step.put(CARD, text.encode()))
        manifest = ExportManifest(
            fingerprint=made_from,
            folder=folder_name(step_name, made_from),
            build=built.fingerprint,
            dedup=found.fingerprint,
            terms=terms,
            train=census.splits[Split.TRAIN],
            validation=census.splits[Split.VALIDATION],
            left_out=len(left_out),
            parts=tuple(parts),
        )
        step.commit(manifest)
    record_export(opened, home, built, found, manifest)
    return Exported(new=True, folder=f"{FOLDER}/{manifest.folder}", manifest=manifest)


def _placing(folder: Path, terms: ExportTerms) -> tuple[set[int], Splitter]:
    """Return the rows that are left out, and what says where the others go."""
    members = list(read_structs(folder / "members.parquet", Member))
    repeated = read_structs(folder / "repeated.parquet", Asked)
    left_out = set() if terms.archived else {each.row for each in members if each.merged_into is not None}
    together = [*_grouped((each.cluster, each.row) for each in members)]
    together += _grouped((each.group, each.row) for each in repeated)
    return left_out, Splitter(together, terms.validation, terms.seed)


def _grouped(rows: Iterable[tuple[object, int]]) -> list[list[int]]:
    found: dict[object, list[int]] = {}
    for group, row in rows:
        found.setdefault(group, []).append(row)
    return list(found.values())
