"""What a content check says about one pair, in words that are safe to print."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from core.one_line import one_line

EVIDENCE_LIMIT = 120


class Severity(StrEnum):
    """What is to become of a pair with a finding: left out, held until somebody decides, or only named."""

    EXCLUDE = "exclude"
    HOLD = "hold"
    WARN = "warn"


class ContentFinding(msgspec.Struct, frozen=True, gc=False):
    """One rule's finding on one pair; `source` is its file's path and `ordinal` the pair's place in it, from 1.

    `evidence` is one printable line of at most 120 characters that says what was seen in this pair. `repeats` is
    the place (source, ordinal) of the same pair earlier in the wave, for the rule that looks for that. `pair_id`
    is known once the wave is.
    """

    source: str
    ordinal: int
    rule: str
    severity: Severity
    evidence: str
    repeats: tuple[str, int] | None = None
    pair_id: str | None = None


def evidence(text: str) -> str:
    """Return `text` as one printable line of at most 120 characters, its cut marked by an ellipsis."""
    line = one_line(text[: 4 * EVIDENCE_LIMIT])
    return line if len(line) <= EVIDENCE_LIMIT else f"{line[: EVIDENCE_LIMIT - 1]}…"
