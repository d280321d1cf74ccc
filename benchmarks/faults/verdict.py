"""What a cell of the table says: one set of rules over counts, the same for every tool.

Nothing that a tool says about itself is believed, except that a row is named as unanswered. Rows carry a mark
that comes back in their answers, so whose answer it is can be seen; what the provider made and billed is counted
at the provider. When the tool is through, whatever it has kept is taken. A row is then

* home, if the tool has its answer under its name;
* wrong, if the tool has another row's answer under its name;
* paid and not home, if the provider has its answer ready and the tool does not have it;
* unanswered, if no job of the provider answered it: told, if the tool names it as unanswered or did not end as
  though all were well, and untold otherwise.

A tool that ends with an error, or with an exit status other than 0, has died; it is started once more with the
same command and the same state, as a supervisor would, and counted after that. A tool that has not ended by
itself within the fault's time limit is killed and has no end. What is killed because the fault wants it is
started again and counts as neither.

A cell is `ok` when the tool ended by itself, without dying, with every row home that could come home, none wrong
and none paid again. A row that the fault keeps from ever coming may be missing, if it is told. Otherwise the
cell names what is not so, in this order:

* `died: NAME`, the exception or the exit status, with `whole when started again` if that was all; or `stops:
  NAME`, if the tool died again when it was started again, so that a person has to act;
* `no end`, with the jobs that were billed when it was killed;
* `wrong 5 %`, `paid, not home 33 %`, `unanswered 20 % (told)`, `unanswered 20 % (untold)`, of all rows asked;
* `paid 1.33x`: answers that stood ready at the provider for each row that had one. A row that is asked again
  because its answer did not come is not paid again; one whose answer was there is.

A tool that sends the provider no call at all `does not speak it`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SILENT = "does not speak it"
#: A row's name, which is its mark: it stands in the question, and comes back in the answer.
MARK = re.compile(r"row-\d{5}")


class Counts(NamedTuple):
    """What was counted in a cell; numbers are rows unless named otherwise.

    `again` is how many answers stood ready beyond the first of each of the `ready` rows; `impossible` rows are
    those that the fault keeps from coming. `deaths` names each death. `jobs` were created and `billed` of them
    billed; `calls` were made, `seconds` taken and `starts` needed.
    """

    asked: int
    home: int
    wrong: int = 0
    paid_not_home: int = 0
    told: int = 0
    untold: int = 0
    ready: int = 0
    again: int = 0
    impossible: int = 0
    deaths: tuple[str, ...] = ()
    ended: bool = True
    jobs: int = 0
    billed: int = 0
    calls: int = 0
    seconds: float = 0.0
    starts: int = 1


def tally(
    asked: Iterable[str], kept: Mapping[str, str | None], ready: Mapping[str, int], *, quiet: bool
) -> Counts:
    """Return the counts of rows.

    `kept` is what the tool has by row: the answer's text, or None for a row that it names as unanswered. `ready`
    is how many answers stood ready at the provider by row. `quiet`: the tool ended as though all were well.
    """
    names = set(asked)
    answers = {name: text for name, text in kept.items() if text is not None and name in names}
    home = {name for name, text in answers.items() if _bears(text, name)}
    wrong = answers.keys() - home
    missing = names - home - wrong
    unanswered = missing - ready.keys()
    told = unanswered & kept.keys() if quiet else unanswered
    return Counts(
        asked=len(names),
        home=len(home),
        wrong=len(wrong),
        paid_not_home=len(missing) - len(unanswered),
        told=len(told),
        untold=len(unanswered) - len(told),
        ready=len(ready),
        again=sum(ready.values()) - len(ready),
    )


def verdict(counts: Counts) -> str:
    """Return what the cell says."""
    if not counts.calls:
        return SILENT
    rows = _rows(counts)
    if len(counts.deaths) > 1:
        return ", ".join([f"stops: {counts.deaths[-1]}", *rows])
    said = [f"died: {name}" for name in counts.deaths]
    if not counts.ended:
        said.append(f"no end ({counts.billed} jobs billed)")
    elif said and not rows:
        said.append("whole when started again")
    return ", ".join(said + rows) or "ok"


def _rows(counts: Counts) -> list[str]:
    shares = (
        ("wrong {}", counts.wrong),
        ("paid, not home {}", counts.paid_not_home),
        ("unanswered {} (told)", max(0, counts.told - counts.impossible)),
        ("unanswered {} (untold)", counts.untold),
    )
    said = [text.format(_percent(rows, counts.asked)) for text, rows in shares if rows]
    if counts.again:
        said.append(f"paid {(counts.ready + counts.again) / counts.ready:.2f}x")
    return said


def _percent(rows: int, asked: int) -> str:
    return f"{max(1, round(100 * rows / asked))} %"


def _bears(text: str, name: str) -> bool:
    found = MARK.search(text)
    return found is not None and found.group() == name
