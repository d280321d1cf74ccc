"""What came of a wave: its figures in one table, its batches, and its cost beside what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.projections.balance import balances
from core.projections.money import costs, total
from core.reports.blocks import Block, Chart, Heading, Items, Sentence, facts, table
from core.reports.charts.drawing import Beside, Parts
from core.reports.figures import hours, moment, share, usd, whole

if TYPE_CHECKING:
    from core.projections.rows import BatchRow
    from core.reports.material import Material

#: Batches that a chart shows; of more the table has all.
MOST = 40
KINDS = (
    ("refined", "refined"),
    ("moved", "in a repair"),
    ("missing", "missing"),
    ("lost", "given up"),
    ("open", "not home yet"),
)


def summary(material: Material) -> list[Block]:
    """Return what matters most, in sentences: where the wave stands, how much came home, at which price."""
    row, money = material.row, total(costs(material.paid, material.models, "wave"))
    asked, refined = sum(each.pairs for each in material.planned), sum(each.refined for each in material.own)
    verdict = f"Its verdict by rule is {row.verdict}." if row.verdict else "It is not assessed yet."
    decision = "Nobody accepted or rejected it yet."
    if row.decision:
        against = ", overruling the verdict" * row.overruled
        decision = f"{row.decided_by} {row.decision} it{against}: {row.decision_reason}"
    home = f"{refined:,} of {asked:,} pairs are refined{f' ({share(refined / asked)})' if asked else ''}."
    price = (
        f"It was expected to cost {usd(money.expected_usd)} US dollars"
        if money.expected_usd
        else "No price was expected"
    )
    if money.home and money.usd is not None:
        price += f", and what is home came to {usd(money.usd)}"
    lines = (
        f"Wave {row.wave} is {row.status} since {moment(row.status_at)} UTC.",
        verdict,
        decision,
        home,
        f"{price}.",
    )
    return [Heading("In short"), Items(lines)]


def statistics(material: Material) -> list[Block]:
    """Return the wave in figures."""
    row, own = material.row, material.own
    found = balances([row], [each for each in material.batches if each.wave == row.wave])[row.wave]
    money = total(costs(own, material.models, "wave"))
    sent = [each.submitted_at for each in own if each.submitted_at]
    read = [each.read_at for each in own if each.read_at]
    asked = sum(each.pairs for each in material.planned)
    spent = usd(money.usd)
    if spent and money.emulated_usd:
        spent += " (emulated: nobody charged it)"
    rows = (
        ("status", row.status),
        ("sources", whole(row.sources)),
        ("pairs staged", whole(found.staged)),
        ("pairs left out", whole(found.excluded)),
        (
            "pairs refined",
            f"{found.refined:,} ({share(found.refined / asked)})" if asked else whole(found.refined),
        ),
        ("pairs missing", whole(found.missing)),
        ("pairs given up", whole(found.given_up)),
        ("pairs in flight", whole(found.in_flight)),
        ("batches, and repairs", f"{len(material.planned):,}, and {len(own) - len(material.planned):,}"),
        ("requests", whole(sum(each.requests for each in own))),
        ("tokens in", whole(money.input_tokens)),
        ("tokens out", whole(money.output_tokens)),
        ("US dollars expected", usd(money.expected_usd)),
        ("US dollars actual", spent),
        ("first submitted (UTC)", moment(min(sent, default=None))),
        ("last answers read (UTC)", moment(max(read, default=None))),
        ("hours between", hours(min(sent, default=None), max(read, default=None))),
    )
    return [Heading("Statistics"), *facts(f"Wave {row.wave} in figures", rows)]


def batches(material: Material) -> list[Block]:
    """Return a line a batch with what came home of it, and a chart of its first forty."""
    rows = [
        (
            *(row.label, row.title, row.status, whole(row.pairs), whole(row.refined), whole(row.missing_now)),
            *(whole(row.given_up), whole(row.handed_over), row.attempt or None),
        )
        for row in material.own
    ]
    headers = (
        *("batch", "carries", "status", "pairs", "refined", "missing"),
        *("given up", "in a repair", "attempts"),
    )
    shown = material.own[:MOST]
    chart = Chart(
        "Completion by batch",
        "Of each batch, the pairs refined, in a repair, missing, given up, not home; the table has the figures.",
        Parts(tuple(f"{row.label} {row.title}" for row in shown), KINDS, tuple(map(_parts, shown))),
    )
    drawn: list[Block] = [chart] if shown else []
    return [
        Heading("Batches"),
        *drawn,
        *_cut(len(material.own)),
        *table("Batches and repairs", headers, rows, right=(3, 4, 5, 6, 7, 8)),
    ]


def _parts(row: BatchRow) -> tuple[int, ...]:
    home = (row.refined, row.handed_over, row.missing_now, row.given_up)
    return *home, row.pairs - sum(home)


def _cut(count: int) -> list[Block]:
    return [Sentence(f"The charts by batch show the first {MOST} of {count:,}.")] if count > MOST else []


def cost(material: Material) -> list[Block]:
    """Return tokens and US dollars, expected beside actual, by batch and in all."""
    found = costs(material.paid, material.models, "batch")
    rows = [
        (
            *(name, whole(each.expected_input_tokens), whole(each.input_tokens)),
            *(whole(each.expected_output_tokens), whole(each.output_tokens)),
            *(usd(each.expected_usd), usd(each.usd) if each.home else None, share(each.of_expected)),
        )
        for name, each in [*found.items(), ("in all", total(found))]
    ]
    headers = (
        *("batch", "tokens in, expected", "actual", "tokens out, expected", "actual"),
        *("US dollars, expected", "actual", "of what was expected"),
    )
    shown = [(name, each) for name, each in found.items() if each.usd is not None][:MOST]
    chart = Chart(
        "Cost by batch, US dollars",
        "What each batch was expected to cost above what it cost; the table below has the figures.",
        Beside(
            tuple(name for name, _ in shown),
            tuple(each.expected_usd for _, each in shown),
            tuple(each.usd or 0.0 for _, each in shown),
            tuple((usd(each.expected_usd) or "", usd(each.usd) or "") for _, each in shown),
        ),
    )
    drawn: list[Block] = [chart] if shown else []
    per = total(found).per_thousand_usd
    said: list[Block] = [Sentence(f"1,000 refined pairs came to {per:,.4f} US dollars.")] if per else []
    return [Heading("Cost"), *drawn, *table("Cost at batch prices", headers, rows, right=range(1, 8)), *said]
