"""Plain lines and JSON on standard output; text from data never steers the terminal."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import msgspec

from core.batch.numbers import in_order, label, round_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: What JSON may hold as it stands and a terminal may obey: delete, the C1 controls, and marks of text direction.
STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

#: Stand in a sentence for the batches that it is about, as a command takes them and as people name them.
RANGE, BATCHES = "\0range\0", "\0batches\0"


def say(line: str = "") -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_all(lines: Iterable[str]) -> None:
    """Print lines as they come: a list may be longer than memory."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def emit_json(value: object) -> None:
    """Print a value (Structs included) as indented JSON."""
    say(harmless(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()))


def json_list(head: Mapping[str, object], name: str, values: Iterable[object]) -> Iterator[str]:
    """Yield the lines of a JSON object that ends in a list of values, a line each, without holding the list."""
    yield "{"
    for key, value in head.items():
        yield harmless(f"  {_json(key)}: {_json(value)},")
    yield f"  {_json(name)}: ["
    before = ""
    for value in values:
        if before:
            yield f"{before},"
        before = harmless(f"    {_json(value)}")
    yield from (before, "  ]", "}") if before else ("  ]", "}")


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def harmless(text: str) -> str:
    """Return JSON text in which nothing steers a terminal or turns the direction of text: it is escaped."""
    return STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def clean(text: str) -> str:
    """Return text from data as it may reach a terminal: one line, control characters made visible."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> list[str]:
    """Return aligned lines: headers, a rule, and one line a row; columns named in `right` are right-aligned.

    A cell is one printable line, whatever its text holds; None is an empty cell.
    """
    cells = [list(headers)] + [["" if value is None else clean(str(value)) for value in row] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    aligned = set(right)

    def line(row: Sequence[str]) -> str:
        padded = (
            text.rjust(width) if column in aligned else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join(padded).rstrip()

    return [line(cells[0]), "  ".join(_rule() * width for width in widths), *(line(row) for row in cells[1:])]


def _rule() -> str:
    """Return the line under headers, or what stands for it where standard output cannot show it."""
    try:
        "─".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "-"
    return "─"


def clock_time(at: str | None) -> str | None:
    """Return a ledger time for a table, `11-02 12:00:05` in UTC; None stays None."""
    return f"{at[5:10]} {at[11:19]}" if at else None


def number_ranges(numbers: Iterable[int]) -> str:
    """Return numbers as people write them: `205-209, 211`, `j1-j3`, and repairs behind them, `205r1`."""
    runs: list[list[int]] = []
    repairs: list[int] = []
    for number in sorted(numbers):
        if round_of(number):
            repairs.append(number)
        elif runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    ranges = [label(first) if first == last else f"{label(first)}-{label(last)}" for first, last in runs]
    return ", ".join(ranges + [label(number) for number in sorted(repairs, key=in_order)])


def batches_named(numbers: Sequence[int]) -> str:
    """Return batches as a sentence names them: `batch 205`, or `batches 205-209, 211`."""
    return f"batch{'es' if len(numbers) > 1 else ''} {number_ranges(numbers)}"


def told_once(told: Iterable[tuple[int, str]]) -> list[tuple[list[int], str]]:
    """Return sentences about batches with those each is about: what differs in the number alone is said once.

    In such a sentence a command that takes a range gets one if the batches follow each other, else N stands there.
    """
    groups: dict[str, list[int]] = {}
    texts: dict[str, str] = {}
    for number, text in told:
        key = _without_number(text, label(number))
        groups.setdefault(key, []).append(number)
        texts.setdefault(key, text)
    return [
        (numbers, texts[key] if len(numbers) == 1 else _about_all(numbers, key)) for key, numbers in groups.items()
    ]


def _without_number(text: str, name: str) -> str:
    """Return a sentence with marks where it names the batch: in a command for a range, in a name, in words."""
    name = re.escape(name)
    for pattern, mark in (
        (rf"`batchmill (retry|resume|submit|cancel|pause) {name}`", rf"`batchmill \1 {RANGE}`"),
        (rf"`batchmill (settle|history) {name}\b", r"`batchmill \1 N"),
        (rf"\bbatch {name} is\b", f"{BATCHES} are"),
        (rf"\bbatch {name} has\b", f"{BATCHES} have"),
        (rf"\bbatch {name}\b", BATCHES),
        (rf"batch_{name}(?!\d)[\w.-]*", "batch_N…"),
    ):
        text = re.sub(pattern, mark, text)
    return text


def _about_all(numbers: Sequence[int], key: str) -> str:
    ends = min(numbers), max(numbers)
    together = ends[1] - ends[0] == len(numbers) - 1 and not any(map(round_of, numbers))
    for mark, words in (
        (RANGE, f"{label(ends[0])} {label(ends[1])}" if together else "N"),
        (BATCHES, batches_named(numbers)),
        ("` lets it go on", "` lets them go on"),
        ("` sends it again", "` sends them again"),
    ):
        key = key.replace(mark, words)
    return key
