"""Numbers of batches and of what follows them: integers for machines, `205`, `205r1` and `j3` for people.

A repair keeps the number of the batch it repairs and adds its round times 10⁹, which is above every batch's own
number: so it is one integer in every table and command, sorts, and can never meet a number of a later wave.
Batches of other kinds are counted by themselves, each kind above all of the one before: `j3` judges and is
10¹¹ + 3, its first repair is `j3r1`; `e3` embeds and is 2·10¹¹ + 3; `x3`, an errand, 3·10¹¹ + 3. So a number alone
says what a batch is for, and nothing else has to.
"""

from __future__ import annotations

import re

from core.errors import BadInputError

#: The highest number of a wave or batch: nine digits, which every database and every tool can hold.
HIGHEST = 999_999_999
_ROUND = HIGHEST + 1
#: Rounds of repair that a number has room for, far more than any setting allows.
MOST_ROUNDS = 99
_KIND = (MOST_ROUNDS + 1) * _ROUND
_LABEL = re.compile(r"([jex]?)([1-9][0-9]{0,8})(?:r([1-9][0-9]?))?")

#: Stands for the wave of a batch that is of none: an errand's.
NO_WAVE = 0

#: What a batch is for: to have pairs refined, to have refined pairs judged, to have them embedded, or an errand:
#: requests of a client's own, which are about no pair.
REFINE, JUDGE, EMBED, ERRAND = "refine", "judge", "embed", "errand"
#: The kinds in the order of their numbers, with the letter that a label begins with.
LETTERS = {REFINE: "", JUDGE: "j", EMBED: "e", ERRAND: "x"}
_KINDS = tuple(LETTERS)


def number_of(kind: str, serial: int) -> int:
    """Return the number of a batch of a kind, the `serial`-th (from 1) of its kind in the ledger."""
    return _KINDS.index(kind) * _KIND + serial


def kind_of(number: int) -> str:
    """Return what a batch is for. A repair is for what the batch that it repairs is for."""
    return _KINDS[number // _KIND]


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
    return number % _KIND // _ROUND


def label(number: int) -> str:
    """Return a number as people write it: `205`, `205r1` for its first repair, `j3` for a batch that judges."""
    if number <= HIGHEST:
        return str(number)
    return f"{LETTERS[kind_of(number)]}{serial_of(number)}{f'r{round_of(number)}' if round_of(number) else ''}"


def parse(text: str) -> int:
    """Return the number that a label stands for; raises BadInputError for any other text."""
    found = _LABEL.fullmatch(text.strip())
    if not found:
        raise BadInputError(
            f"{text!r} is no batch number; write 205, or 205r1 for its first repair, or j3 for a batch that "
            "judges (e3: that embeds, x3: an errand)"
        )
    kind = next(kind for kind, letter in LETTERS.items() if letter == found[1])
    base = number_of(kind, int(found[2]))
    return repair_of(base, int(found[3])) if found[3] else base


def in_order(number: int) -> tuple[int, int]:
    """Return what sorts a batch's repairs right behind it, and batches of other kinds behind those that refine."""
    return base_of(number), round_of(number)
