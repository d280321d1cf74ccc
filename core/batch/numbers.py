"""Numbers of batches and of the repairs that follow them: integers for machines, `205r1` for people and files.

A repair keeps the number of the batch it repairs and adds its round times 10⁹, which is above every batch's own
number: so it is one integer in every table and command, sorts, and can never meet a number of a later wave.
"""

from __future__ import annotations

import re

from core.errors import BadInputError

#: The highest number of a wave or batch: nine digits, which every database and every tool can hold.
HIGHEST = 999_999_999
_ROUND = HIGHEST + 1
#: Rounds of repair that a number has room for, far more than any setting allows.
MOST_ROUNDS = 99
_LABEL = re.compile(r"([1-9][0-9]{0,8})(?:r([1-9][0-9]?))?")


def repair_of(number: int, round_: int) -> int:
    """Return the number of a batch's repair in a round (from 1); `number` may itself be a repair's."""
    return round_ * _ROUND + base_of(number)


def base_of(number: int) -> int:
    """Return the number of the batch that a repair repairs in the end, or the batch's own."""
    return number % _ROUND


def round_of(number: int) -> int:
    """Return a repair's round, 0 for a batch of a plan."""
    return number // _ROUND


def label(number: int) -> str:
    """Return a number as people write it: `205`, or `205r1` for its first repair."""
    return f"{base_of(number)}r{round_of(number)}" if number > HIGHEST else str(number)


def parse(text: str) -> int:
    """Return the number that a label stands for; raises BadInputError for any other text."""
    found = _LABEL.fullmatch(text.strip())
    if not found:
        raise BadInputError(f"{text!r} is no batch number; write 205, or 205r1 for its first repair")
    base = int(found[1])
    return repair_of(base, int(found[2])) if found[2] else base


def in_order(number: int) -> tuple[int, int]:
    """Return what sorts a batch's repairs right behind it."""
    return base_of(number), round_of(number)
