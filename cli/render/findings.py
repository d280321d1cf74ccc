"""What the content rules saw: a line a rule, and a line a finding where that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, table
from core.planning.naming import counted
from core.screening.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.planning.content import RuleFound
    from core.screening.findings import ContentFinding

#: As much of the evidence as the summary has room for.
SHOWN = 70


def content_lines(
    found: Sequence[RuleFound],
    findings: Sequence[ContentFinding],
    warnings: Sequence[str],
    *,
    listed: bool,
    brief: bool = False,
) -> list[str]:
    """Return the warnings, what the rules saw in sum, and every finding if they are to be `listed`.

    A `brief` answer says no more than a line where all that was seen is a warning.
    Evidence is text from the pairs: it is shown as one printable line and never as anything else.
    """
    lines = [f"warning: {clean(warning)}" for warning in warnings]
    if not found:
        return lines
    if brief and not listed and all(each.severity is Severity.WARN for each in found):
        rules = ", ".join(f"{each.rule} {each.pairs}" for each in found)
        return [*lines, f"content: only warnings ({rules}); --findings lists them."]
    rows = [
        (each.rule, each.severity, each.pairs, _place(each.sample), _short(each.sample.evidence)) for each in found
    ]
    lines += ["", *table(("content rule", "policy", "pairs", "first", "seen there"), rows, right=(2,))]
    if not listed:
        return [*lines, f"{counted(sum(each.pairs for each in found), 'finding')}; --findings lists them all."]
    return [*lines, "", *(_line(each) for each in findings)]


def _short(evidence: str) -> str:
    return evidence if len(evidence) <= SHOWN else evidence[: SHOWN - 1] + "…"


def _line(finding: ContentFinding) -> str:
    return clean(f"{finding.severity}: {_place(finding)}: {finding.rule}: {finding.evidence}")


def _place(finding: ContentFinding) -> str:
    """Return where the pair stands, with its id where the wave is known."""
    place = f"{finding.source} pair {finding.ordinal}"
    return f"{finding.pair_id} ({place})" if finding.pair_id else place
