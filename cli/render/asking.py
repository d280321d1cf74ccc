"""What is asked for again, and what answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render.fitting import Fit, fitted
from cli.render.text import clean, clock_time, table
from core.ledger.recorded import stamp
from core.planning.naming import counted
from core.quality.request_documents import OUTBOX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cli.asking import AskedAgain
    from core.quality.arrivals import Arrival
    from core.quality.asking import Asked, Asking

FIT = Fit(cut="answered by", spare=("asked", "priority", "session"), right=frozenset({"have", "want", "wave"}))

#: Sources that a sentence names; the rest is counted.
NAMED = 5


def asked_lines(asked: AskedAgain, *, dry_run: bool) -> list[str]:
    """Return the new requests, what of the others was laid out again, and what to do next."""
    lines = []
    if asked.new:
        rows = [
            (each.name, each.indicator, each.session, each.have, each.want, each.priority.value)
            for each in asked.new
        ]
        lines += table(("request", "indicator", "session", "have", "want", "priority"), rows, right=(2, 3, 4))
        lines.append("")
    if dry_run:
        return [*lines, _would(asked)]
    lines += [clean(f"{path} was missing or changed, and is laid out again.") for path in asked.restored]
    if asked.new:
        made = f"{counted(len(asked.new), 'request')} laid out in {OUTBOX}/, in Markdown and JSON"
        return [*lines, f"{made}; a file that brings the pairs goes into the inbox."]
    if asked.open:
        return [*lines, f"Nothing new: wave {asked.wave} has {counted(len(asked.open), 'open request')} already."]
    return [*lines, f"Wave {asked.wave} lacks nothing that was not asked for already."]


def _would(asked: AskedAgain) -> str:
    return f"{counted(len(asked.new), 'request')} would be made; nothing was written (--dry-run)."


def request_lines(asking: Asking, width: int | None = None) -> list[str]:
    """Return one line a request, the open ones first, with the file that answered it."""
    if not asking.open and not asking.fulfilled:
        return ["Nothing was asked for again; `batchmill request --wave N` asks for what a wave lacks."]
    rows = [_row(each) for each in (*asking.open, *asking.fulfilled)]
    headers = ("request", "wave", "session", "have", "want", "priority", "asked", "answered by")
    found = f"{counted(len(asking.open), 'request')} open, {len(asking.fulfilled)} fulfilled."
    return [*fitted(headers, rows, FIT, width), "", found]


def _row(each: Asked) -> tuple[object, ...]:
    request, answer = each.request, each.fulfilled
    return (
        request.name,
        request.wave,
        request.session,
        request.have,
        request.want,
        request.priority.value,
        clock_time(stamp(each.at)),
        f"{answer.path} ({counted(answer.pairs, 'pair')})" if answer else "",
    )


def answer_lines(answers: Iterable[Arrival]) -> list[str]:
    """Return a sentence for each file that answers a request, or falls short of one."""
    return [clean(f"{each.path} {_says(each)}: it {each.words}.") for each in answers]


def _says(each: Arrival) -> str:
    said = "answers" if each.answers else "does not answer"
    return f"{said} {each.request}, which wave {each.wave} asked for"


def lacking_lines(wave: int, lacking: Sequence[tuple[str, int]]) -> list[str]:
    """Return what to do about sources (indicator and usable pairs) that have no pair, or few."""
    if not lacking:
        return []
    named = ", ".join(f"{indicator}: {have}" for indicator, have in lacking[:NAMED])
    more = f" and {len(lacking) - NAMED} more" if len(lacking) > NAMED else ""
    has = "source has" if len(lacking) == 1 else "sources have"
    return [
        clean(
            f"{len(lacking)} {has} no pair or few ({named}{more}); "
            f"to ask for them again: `batchmill request --wave {wave}`."
        )
    ]
