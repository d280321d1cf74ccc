"""Batchmill: its finder on Daft, which also groups what has the same question and the same answer."""

from __future__ import annotations

import sys
import tempfile
from itertools import combinations, product
from pathlib import Path

from task import BANDS, ROWS, THRESHOLD, WORDS, report

from adapters.corpus.daft_finder import DaftFinder, use_native
from core.corpus.ports import Kind
from core.corpus.terms import Terms

use_native()
with tempfile.TemporaryDirectory(prefix="batchmill-bench-") as folder:
    found = DaftFinder(Path(folder) / "scratch").find(
        sys.argv[2:], Terms(threshold=THRESHOLD, bands=BANDS, rows=ROWS, shingle=WORDS)
    )
# A pair of the very same text is linked to its first alone; the others count pairs of each with each.
copies = {same.rows[0]: same.rows for same in found.same if same.kind is Kind.BOTH}
near = {ends for rows in copies.values() for ends in combinations(rows, 2)}
for link in found.near:
    ends = product(copies.get(link.one, (link.one,)), copies.get(link.other, (link.other,)))
    near.update((min(both), max(both)) for both in ends)
report(sys.argv[1], sorted(near), found.candidates)
