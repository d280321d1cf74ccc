"""Who decided what about a wave and why, every overruling included, and its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.projections.timeline import MARKS, day, milestones
from core.reports.blocks import Block, Heading, Sentence, table
from core.reports.figures import moment
from core.wave.lifecycle import Status

if TYPE_CHECKING:
    from core.reports.material import Material

#: What can follow from where a wave stands.
_OPTIONS = {
    Status.PLANNED: "approve it, or plan it again",
    Status.APPROVED: "send it, or plan it again",
    Status.RUNNING: "bring it home, then assess it",
    Status.ASSESSED: "accept it, or reject it",
    Status.ACCEPTED: "go on with the next wave, or reject it after all",
    Status.REJECTED: "repair what is wrong, or accept it after all",
    Status.ADOPTED: "look it up at the provider, and assess what comes home",
}


def decisions(material: Material) -> list[Block]:
    """Return every decision with actor and reason, in order, and what may be decided next."""
    acts = material.record.acts
    rows = [(moment(each.at), each.actor, each.what, each.reason) for each in acts]
    headers = ("when (UTC)", "by", "what", "why")
    row = material.row
    over: list[Block] = []
    if row.overruled:
        against = f"against the verdict {row.decided_on}" if row.decided_on else "without a verdict"
        over = [
            Sentence(
                f"OVERRULED: {row.decided_by} {row.decision} the wave {against}, because: {row.decision_reason}"
            )
        ]
    options = _OPTIONS.get(Status(row.status))
    to_do: list[Block] = [Sentence(f"It is {row.status}; what can be done: {options}.")] if options else []
    return [Heading("Decisions"), *over, *table("Decisions in order", headers, rows), *to_do]


def timeline(material: Material) -> list[Block]:
    """Return the wave's milestones as the timeline of all waves has them."""
    found = [line for line in milestones(material.waves, material.batches) if line.wave == material.wave]
    rows = [(day(line.at), line.text, MARKS[line.state]) for line in found]
    return [Heading("Timeline"), *table("Milestones", ("date", "milestone", "status"), rows)]
