"""The figures of an older wave's papers, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.claims import Claims
    from core.adoption.findings import Finding

#: Findings shown, in all and of one kind; `--json` has all of them.
MOST_LINES, MOST_OF_A_KIND = 40, 3


def claims_lines(claims: Claims) -> list[str]:
    """Return the figures as a table, then the conflicts and findings, as far as a screen goes."""
    figures = claims.figures
    rows = [
        ("batches in the tracking file", figures.batches),
        ("pairs claimed", figures.claimed_pairs),
        ("batch files at hand", figures.files),
        ("pairs found in them", figures.pairs_found),
        ("different original ids", figures.distinct_ids),
        ("pairs that share an id with another", figures.collisions),
        ("batches with a claimed job", figures.with_job),
        ("of these in a wrong form (checked)", f"{figures.wrong_form} ({figures.wrong_form_checked})"),
        ("batches without a job on record", figures.without_job),
        ("of these with an upload on record", figures.uploaded_only),
        ("refined pairs at hand", claims.refined_at_hand),
    ]
    lines = table((f"wave {claims.wave}, as claimed", "number"), rows, right=(1,))
    said = [f"conflict: {clean(str(conflict))}" for conflict in claims.conflicts] + finding_lines(claims.findings)
    if said:
        lines += ["", *said[:MOST_LINES]]
    if len(said) > MOST_LINES:
        lines.append(f"… and {len(said) - MOST_LINES} more; --json has all of them")
    return lines


def finding_lines(findings: Iterable[Finding]) -> list[str]:
    """Return the first few findings of each kind, and how many more there are."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    lines = []
    for code, found in by_code.items():
        lines += [f"{finding.severity}: {clean(str(finding))}" for finding in found[:MOST_OF_A_KIND]]
        if len(found) > MOST_OF_A_KIND:
            lines.append(f"… and {len(found) - MOST_OF_A_KIND} more of {code}")
    return lines
