"""What a refinement has against what its source had: only what it brought in itself is its fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.quality.findings import FAULT, NOTE, QualityFinding, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.quality.findings import After, Before

    #: Looks at one text and returns each thing it saw, in one clause.
    Seer = Callable[[str], list[str]]

_CLAUSE = 140


def against_source(check: str, see: Seer, before: Before, after: After) -> Iterator[QualityFinding]:
    """Yield at most one finding a text: a fault where more is seen than in the source, else a note."""
    for place, old, new in (
        ("question", before.question, after.question),
        ("answer", before.answer, after.answer),
    ):
        if seen := see(new):
            severity = FAULT if len(seen) > len(see(old)) else NOTE
            yield QualityFinding(check, severity, shown(seen[0], _CLAUSE), place)
