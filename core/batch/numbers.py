"""Numbers of batches and of what follows them: integers for machines, `205`, `205r1` and `j3` for people.

A repair keeps the number of the batch it repairs and adds its round times 10⁹, which is above every batch's own
number: so it is one integer in every table and command, sorts, and can never meet a number of a later wave.
Batches that judge are counted by themselves, above all of these: `j3` is 10¹¹ + 3, and its first repair `j3r1`. So
a number alone says what a batch is for, and nothing else has to.
"""

from __future__ import annotations

import re

from core.errors import BadInputError

#: The highest number of a wave or batch: nine digits, which every database and every tool can hold.
HIGHEST = 999_999_999
_ROUND = HIGHEST + 1
#: Rounds of repair that a number has room for, far more than any setting allows.
MOST_ROUNDS = 99
_JUDGING = (MOST_ROUNDS + 1) * _ROUND
_LABEL = re.compile(r"(j?)([1-9][0-9]{0,8})(?:r([1-9][0-9]?))?")

#: What a batch is for: to have pairs refined, or to have refined pairs judged.
REFINE, JUDGE = "refine", "judge"


def judge_number(serial: int) -> int:
    """Return the number of a batch that judges, the `serial`-th (from 1) of the ledger."""
    return _JUDGING + serial


def kind_of(number: int) -> str:
    """Return what a batch is for: `REFINE` or `JUDGE`. A repair is for what the batch that it repairs is for."""
    return JUDGE if number > _JUDGING else REFINE


def serial_of(number: int) -> int:
    """Return the number of a batch among those of its kind, without its round: 3 for `j3` and for `j3r1`."""
    return number % _ROUND


def repair_of(number: int, round_: int) -> int:
    """Return the number of a batch's repair in a round (from 1); `number` may itself be a repair's."""
    return round_ * _ROUND + base_of(number)


def base_of(number: int) -> int:
    """Return the number of the batch that a repair repairs in the end, or the batch's own."""
    return number - round_of(number) * _ROUND


def round_of(number: int) -> int:
    """Return a repair's round, 0 for any other batch."""
    return number % _JUDGING // _ROUND


def label(number: int) -> str:
    """Return a number as people write it: `205`, `205r1` for its first repair, `j3` for a batch that judges."""
    if number <= HIGHEST:
        return str(number)
    judge = "j" if kind_of(number) == JUDGE else ""
    return f"{judge}{serial_of(number)}{f'r{round_of(number)}' if round_of(number) else ''}"


def parse(text: str) -> int:
    """Return the number that a label stands for; raises BadInputError for any other text."""
    found = _LABEL.fullmatch(text.strip())
    if not found:
        raise BadInputError(
            f"{text!r} is no batch number; write 205, or 205r1 for its first repair, or j3 for a batch that judges"
        )
    base = judge_number(int(found[2])) if found[1] else int(found[2])
    return repair_of(base, int(found[3])) if found[3] else base


def in_order(number: int) -> tuple[int, int]:
    """Return what sorts a batch's repairs right behind it, and batches that judge behind all others."""
    return base_of(number), round_of(number)
