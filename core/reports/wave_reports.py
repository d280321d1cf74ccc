"""The reports of a wave by their paths: preparation, submission, and outcome; pure functions of the material."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.reports.blocks import Report
from core.reports.markdown import markdown
from core.reports.page import page
from core.reports.sections import adopted, decided, gate, outcome, people, plan, prompts, sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.reports.blocks import Block
    from core.reports.material import Material

#: Where reports stand, relative to the workspace.
FOLDER = "reports"
PREPARATION, SUBMISSION, REPORT, PAGE = "PREPARATION.md", "SUBMISSION.md", "REPORT.md", "REPORT.html"
KINDS = (PREPARATION, SUBMISSION, REPORT, PAGE)


def path_of(wave: int, kind: str) -> str:
    """Return where a report of a wave stands in the workspace."""
    return f"{FOLDER}/WAVE_{wave}_{kind}"


def rendered(material: Material, kind: str) -> bytes:
    """Return the bytes of one of KINDS."""
    return _RENDERED[kind](material)


def _report(material: Material, title: str, *parts: Callable[[Material], list[Block]]) -> Report:
    blocks = tuple(block for part in parts for block in part(material))
    return Report(f"Wave {material.wave}: {title}", material.position, material.as_of, blocks)


def _preparation(material: Material) -> bytes:
    claims = (adopted.claims,) if material.adopted else ()
    parts = (*claims, plan.inventory, plan.left_out, plan.choices, plan.batches, plan.waiting)
    return markdown(_report(material, "preparation", *parts))


def _submission(material: Material) -> bytes:
    claims = (adopted.claims, adopted.by_batch) if material.adopted else ()
    parts = (*claims, sent.batches, sent.attempts, sent.waits, sent.troubles, sent.balance)
    return markdown(_report(material, "submission", *parts))


def _outcome(material: Material) -> Report:
    parts = (
        outcome.summary,
        outcome.statistics,
        gate.verdict,
        gate.compared,
        people.scores,
        prompts.prompts,
        *((adopted.claims,) if material.adopted else ()),
        plan.inventory,
        outcome.batches,
        outcome.cost,
        decided.decisions,
        decided.timeline,
        people.samples,
    )
    return _report(material, "report", *parts)


_RENDERED: dict[str, Callable[[Material], bytes]] = {
    PREPARATION: _preparation,
    SUBMISSION: _submission,
    REPORT: lambda material: markdown(_outcome(material)),
    PAGE: lambda material: page(_outcome(material)),
}
