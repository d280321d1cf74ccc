"""How a wave was sent: its batches with their times, every attempt, what was waited for, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.batch.numbers import label
from core.projections.balance import balances
from core.reports.blocks import Block, Heading, Sentence, facts, table
from core.reports.figures import decimal, hours, moment, whole

if TYPE_CHECKING:
    from core.reports.material import Material


def batches(material: Material) -> list[Block]:
    """Return a line a batch: how far it is, and when it got there (UTC)."""
    rows = [
        (
            *(row.label, row.title, whole(row.pairs), row.status, row.attempt or None),
            *(moment(row.submitted_at), moment(row.ended_at), moment(row.downloaded_at), moment(row.read_at)),
            hours(row.submitted_at, row.ended_at),
        )
        for row in material.own
    ]
    headers = (
        "batch",
        "carries",
        "pairs",
        "status",
        "attempts",
        "submitted",
        "ended",
        "downloaded",
        "read",
        "hours",
    )
    return [Heading("Batches"), *table("Batches and repairs; times are UTC", headers, rows, right=(2, 4, 9))]


def attempts(material: Material) -> list[Block]:
    """Return every attempt with its job."""
    rows = [
        (
            *(label(each.batch), each.number or None, each.display_name, each.job, each.how),
            *(moment(each.submitted), moment(each.ended), each.outcome or ("under way" if each.job else "no job")),
        )
        for each in material.record.sending.attempts
    ]
    heads: list[Block] = [Heading("Attempts and jobs")]
    if not rows:
        return [*heads, Sentence("Nothing of the wave was sent from here yet.")]
    headers = ("batch", "attempt", "display name", "job", "how", "submitted", "ended", "outcome")
    return heads + table("Attempts; times are UTC", headers, rows, right=(1,))


def waits(material: Material) -> list[Block]:
    """Return what was put off and for how long together."""
    found = material.record.sending.waits.values()
    heads: list[Block] = [Heading("Waits")]
    if not found:
        return [*heads, Sentence("No submission was put off.")]
    rows = [(label(each.batch), each.times, decimal(each.minutes, 1), each.reason) for each in found]
    headers = ("batch", "times", "minutes in all", "last reason")
    return heads + table("Submissions that were put off", headers, rows, right=(1, 2))


def troubles(material: Material) -> list[Block]:
    """Return what did not go as it should, in order."""
    found = material.record.sending.troubles
    heads: list[Block] = [Heading("Troubles")]
    if not found:
        return [*heads, Sentence("Nothing went wrong.")]
    rows = [(moment(each.at), label(each.batch), each.what, each.reason) for each in found]
    return heads + table("Troubles; times are UTC", ("when", "batch", "what", "why"), rows)


def balance(material: Material) -> list[Block]:
    """Return where every staged pair of the wave is."""
    found = balances([material.row], [row for row in material.batches if row.wave == material.wave])[material.wave]
    places = [(name.replace("_", " "), whole(getattr(found, name))) for name in found.__struct_fields__]
    sound = "Every staged pair is in exactly one place."
    if found.difference:
        sound = f"{found.difference:,} staged pairs are not accounted for, which is an error of the program."
    return [Heading("Where every pair is"), *facts("The pair balance", places), Sentence(sound)]
