"""What the corpus commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import table
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.corpus_build import Built
    from cli.corpus_export import Exported
    from core.corpus.manifest import WaveCount


def built_lines(built: Built) -> list[str]:
    """Return a line a wave, how the count closes, and where the corpus stands."""
    manifest = built.manifest
    rows = [
        (each.wave, f"{each.balance.staged:,}", f"{each.balance.refined:,}", f"{each.rows:,}", _elsewhere(each))
        for each in manifest.waves
    ]
    size = sum(part.size for part in manifest.parts)
    files = counted(len(manifest.parts), "file")
    where = f"{counted(manifest.rows, 'pair')} in {files}, {size:,} bytes: {built.folder}"
    done = where if built.new else f"nothing to do, the corpus was built from these very files: {where}"
    return [*table(("wave", "staged", "refined", "rows", "elsewhere"), rows, right=range(4)), "", done]


def exported_lines(done: Exported) -> list[str]:
    """Return how many pairs went where, and each file with its size."""
    manifest = done.manifest
    files = [(part.path, f"{part.rows:,}", f"{part.size:,}") for part in manifest.parts]
    went = f"{manifest.train:,} pairs to train, {manifest.validation:,} to validate"
    where = f"{went}; {manifest.left_out:,} archived duplicates left out: {done.folder}"
    said = where if done.new else f"nothing to do, this was exported before: {where}"
    return [*table(("file", "lines", "bytes"), files, right=(1, 2)), "", said]


def _elsewhere(each: WaveCount) -> str:
    """Return where the pairs are that are not in the corpus."""
    names = ("excluded", "planned", "in_flight", "missing", "given_up")
    return ", ".join(
        f"{number:,} {name.replace('_', ' ')}" for name in names if (number := getattr(each.balance, name))
    )
