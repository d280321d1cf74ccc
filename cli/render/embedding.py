"""What is to be embedded, in lines: the batches, what they cost, what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.text import clean, number_ranges, table
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.embedding import Embedding


def embedding_lines(found: Embedding) -> list[str]:
    """Return a line a batch with what it is expected to cost, what was left out and why, and the budget."""
    rows = [
        (
            each.label,
            each.wave,
            len(each.pair_ids),
            f"{each.estimate.input_tokens:,}",
            f"{each.estimate.cost_usd:.4f}",
        )
        for each in found.batches
    ]
    listed = [*table(("batch", "wave", "texts", "tokens in", "US$"), rows, right=range(1, 5)), ""] if rows else []
    how = "at once, at twice the price of a batch, " if found.online else ""
    asked = (
        [
            clean(
                f"{counted(found.new, 'text')} without a vector, to be embedded {how}by {found.model} in "
                f"{found.dimensions} dimensions, expected to cost US$ {found.estimate.cost_usd:.4f}."
            )
        ]
        if found.new
        else []
    )
    return [*listed, *asked, *_left_out(found), *_budget(found)]


def _left_out(found: Embedding) -> list[str]:
    lines = []
    if found.put:
        lines.append(f"{counted(found.put, 'vector')} that came home now stand in the vector folder.")
    if found.lost:
        of = ", ".join(f"{each.label} ({counted(each.texts, 'text')})" for each in found.lost)
        lines.append(
            f"The vectors of {of} are lost in every place: what the corpus has of them is paid for again."
        )
    if found.held:
        lines.append(f"{counted(found.held, 'text')} with a vector are left out.")
    if found.under_way:
        lines.append(f"{counted(found.under_way, 'text')} are asked for already, by {' '.join(found.waiting)}.")
    if found.same:
        lines.append(
            f"{counted(found.same, 'pair')} say the same as another, word for word, and share its vector."
        )
    if found.new and not found.searched:
        lines.append(
            "The corpus was not searched for duplicates since it was built: they are paid for too, unless "
            "`batchmill corpus dedup` finds them first."
        )
    if found.archived:
        lines.append(
            f"{counted(found.archived, 'duplicate')} that were archived are left out; --all takes them too."
        )
    return lines


def _budget(found: Embedding) -> list[str]:
    if found.left_usd is None or not found.new:
        return []
    short = found.left_usd < found.estimate.cost_usd
    what = "; what passes it will be held, unless you raise budget.usd_in_all" if short else ""
    return [f"The budget of all waves leaves US$ {found.left_usd:.4f}{what}."]


def next_line(found: Embedding) -> str:
    """Return what was done and what comes next."""
    if found.embedded is not None:
        lost = found.new - found.embedded
        rest = (
            f" {counted(lost, 'text')} did not come; `batchmill run` asks for them again as a batch."
            if lost
            else ""
        )
        return f"{counted(found.embedded, 'text')} embedded and in the vector folder.{rest}"
    if not found.new and not found.under_way:
        unchanged = "" if found.put or found.lost else "; nothing was changed"
        return f"Every text of the corpus has a vector{unchanged}."
    if not found.new:
        return "Nothing is new. `batchmill run` brings home what is asked for."
    if not found.written:
        return "No batch was written."
    first_and_last = " ".join(dict.fromkeys((found.batches[0].label, found.batches[-1].label)))
    named = number_ranges([each.number for each in found.batches])
    return (
        f"Written and approved: {named}. `batchmill run` sends it, or `batchmill submit {first_and_last}`; then "
        "`batchmill corpus embed` puts the vectors into their folder."
    )
