"""`batchmill corpus build`: from the refined pairs of accepted waves to Parquet, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.corpus.folder import CorpusFolder, folder_name
from adapters.corpus.parts import ROWS_A_GROUP, ROWS_A_PART, WRITER, write_parts
from adapters.files.extract import read_extract
from cli.corpus_inputs import differing, wave_inputs
from cli.corpus_recording import record_build
from cli.corpus_standing import BUILD, FOLDER, stands
from core.corpus.gathering import gather
from core.corpus.inputs import fingerprint
from core.corpus.manifest import BuildManifest, WaveCount
from core.corpus.refined_line import refined_lines_in
from core.corpus.row import SHAPE
from core.corpus.verdicts import verdicts_in
from core.errors import BadInputError, BatchmillError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from cli.compose import Opened
    from core.corpus.inputs import RecordedFile, WaveInput
    from core.corpus.manifest import Part
    from core.corpus.refined_line import RefinedLine
    from core.corpus.verdicts import PairVerdict
    from core.exchange.extracted import ExtractedPair


class Built(msgspec.Struct, frozen=True):
    """The corpus as it stands, and whether this command wrote it (`new`) or found it as it would be written."""

    new: bool
    folder: str
    manifest: BuildManifest


def build(opened: Opened, named: Collection[int]) -> Built:
    """Gather the pairs of the accepted waves, or of those named, unless that very corpus stands already.

    Raises BadInputError that names every missing or altered file, a pair with two refinements, or a count that
    does not close; StorageError when the disk refuses. Whatever goes wrong, the corpus is as before.
    """
    waves = wave_inputs(opened, named)
    if differing(opened, waves, bytes_too=False):
        _refuse(differing(opened, waves, bytes_too=True))
    home = CorpusFolder(opened.root / FOLDER)
    made_from = fingerprint(waves, SHAPE, ROWS_A_PART, ROWS_A_GROUP, WRITER)
    former = home.former(BUILD, BuildManifest)
    if former and former.fingerprint == made_from and stands(opened, home, BUILD, former):
        record_build(opened, home, former)
        return Built(new=False, folder=f"{FOLDER}/{former.folder}", manifest=former)
    with home.begin(BUILD, made_from) as step:
        try:
            parts, counts = _write(opened, waves, step.path)
        except BatchmillError:
            _refuse(differing(opened, waves, bytes_too=True))
            raise
        manifest = BuildManifest(
            fingerprint=made_from,
            folder=folder_name(BUILD, made_from),
            shape=SHAPE,
            rows=sum(count.rows for count in counts),
            waves=tuple(counts),
            parts=tuple(parts),
            inputs=waves,
            rows_a_part=ROWS_A_PART,
            rows_a_group=ROWS_A_GROUP,
            writer=WRITER,
        )
        step.commit(manifest)
    record_build(opened, home, manifest)
    return Built(new=True, folder=f"{FOLDER}/{manifest.folder}", manifest=manifest)


def _write(opened: Opened, waves: Sequence[WaveInput], folder: Path) -> tuple[list[Part], list[WaveCount]]:
    def lines(file: RecordedFile) -> Iterator[RefinedLine]:
        with opened.files.open(file.path) as stream:
            yield from refined_lines_in(stream, file)

    def extract(file: RecordedFile) -> Iterator[ExtractedPair]:
        return read_extract(opened.root / file.path, file.sha256)

    def verdicts(wave: WaveInput) -> dict[str, PairVerdict]:
        if wave.assessed is None:
            return {}
        with opened.files.open(wave.assessed.path) as stream:
            return verdicts_in(stream, wave.assessed)

    parts: list[Part] = []
    counts: list[WaveCount] = []
    for wave in waves:
        first = sum(count.rows for count in counts)
        rows = gather(wave, extract, lines, first, verdicts(wave))
        mine = list(write_parts(folder, f"wave-{wave.wave:04d}", rows))
        counts.append(WaveCount(wave.wave, sum(part.rows for part in mine), wave.balance))
        parts += mine
    return parts, counts


def _refuse(differences: Sequence[str]) -> None:
    if differences:
        raise BadInputError(
            f"{'; '.join(differences)}: nothing was built; put it back (`batchmill replay --rebuild` makes "
            "refined-pairs files anew from the results that were kept), and build again"
        )
