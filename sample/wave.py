"""Writes the sample wave: nine staged files over two sessions, 701 pairs, the same bytes for the same seed."""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sample import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SEED = 2025
SHORTEST = 1700
LONGEST = 4000


class _Source(NamedTuple):
    """A staged file to write: `distinct` of its `pairs` questions differ, the others repeat one of them."""

    session: int
    indicator: str
    name: str
    what: str
    pairs: int
    distinct: int


_SOURCES = (
    _Source(40, "funding_rate_8h", "Funding Rate 8h", "what longs pay shorts over eight hours", 100, 82),
    _Source(40, "funding_rate_24h", "Funding Rate 24h", "the funding paid over a whole day", 100, 100),
    _Source(40, "funding_rate_7d", "Funding Rate 7d", "the funding paid over a week, summed", 100, 100),
    _Source(40, "open_interest", "Open Interest", "the value of all contracts not yet closed", 100, 100),
    _Source(40, "futures_basis", "Futures Basis", "the gap between a dated future and spot", 100, 99),
    _Source(41, "liquidation_volume", "Liquidation Volume", "the size of positions closed by force", 100, 100),
    _Source(41, "staking_yield", "Staking Yield", "what a staked coin earns in a year", 100, 1),
    _Source(41, "validator_queue", "Validator Queue", "the wait before a validator may start", 1, 1),
    _Source(41, "oracle_deviation", "Oracle Deviation", "how far an oracle strays from the market", 0, 0),
)
_CATEGORIES = {40: "derivatives_metrics", 41: "onchain_metrics"}
_DATES = {40: "2025-03-02", 41: "2025-03-03"}


def write_sample_wave(folder: Path, seed: int = SEED) -> None:
    """Write the nine files into `folder`, which is made if need be; files of these names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in sample_files(seed):
        (folder / name).write_bytes(content)


def sample_files(seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each file, in the order of sessions."""
    for source in _SOURCES:
        text = json.dumps(_staged(source, seed), indent=2, ensure_ascii=False)
        yield f"{source.indicator}_qa_pairs.json", f"{text}\n".encode()


def _staged(source: _Source, seed: int) -> dict[str, object]:
    writer = _Writer(source, seed)
    topic = f"CRYPTO INDICATOR {source.name}"
    shared = {"indicator": source.indicator, "category": _CATEGORIES[source.session], "session": source.session}
    date = _DATES[source.session]
    return {
        "research_topic": topic,
        "total_pairs": source.pairs,
        "session": source.session,
        "indicator": source.indicator,
        "category": _CATEGORIES[source.session],
        "research_method": "sample_grammar",
        "queries_executed": 100,
        "success_rate": f"{source.pairs}%",
        "generation_date": date,
        "source_database": "sample_wave",
        "qa_pairs": [
            {
                "pair_number": number,
                "question": question,
                "answer": writer.answer(),
                "topic": topic,
                "created_date": f"{date} 10:15:00",
                **shared,
            }
            for number, question in enumerate(writer.questions(), start=1)
        ],
    }


class _Writer:
    """Draws the texts of one source; each source has a sequence of its own, so that none depends on another."""

    def __init__(self, source: _Source, seed: int) -> None:
        self._source = source
        # Of a Random only random() and seeding by an integer are promised to stay the same in later Pythons.
        sequence = seed * len(_SOURCES) + _SOURCES.index(source)
        self._draw = random.Random(sequence).random  # noqa: S311 - a sample that can be made again, no secret
        self._slots = _Slots(source, self._draw)

    def questions(self) -> list[str]:
        """Return the questions: the distinct ones shuffled, then repeats of the first of them."""
        if self._source.distinct == 1:
            return [f"crypto indicator {self._source.name.lower()}"] * self._source.pairs
        asked = [
            question.format(name=self._source.name.lower(), topic=topic)
            for question in phrases.QUESTIONS
            for topic in phrases.TOPICS
        ]
        chosen = self._shuffled(asked)[: self._source.distinct]
        return chosen + chosen[: self._source.pairs - len(chosen)]

    def answer(self) -> str:
        """Return a text of one paragraph, as staged answers are, with numbered sections and bullets inline."""
        goal = SHORTEST + (LONGEST - SHORTEST) * self._draw()
        headings, points = self._shuffled(phrases.HEADINGS), self._shuffled(phrases.POINTS)
        said = [self._fill(phrases.OPENERS) + self._fill(phrases.DEFINITIONS)]
        length = len(said[0])
        for index, point in enumerate(points):
            if length >= goal:
                break
            heading = f"{index // 3 + 1}. {headings[index // 3]}: " if index % 3 == 0 else ""
            said.append(f"{heading}- {point.format_map(self._slots)}")
            length += len(said[-1]) + 1
        return " ".join([*said, self._fill(phrases.CLOSINGS)])

    def _fill(self, choices: Sequence[str]) -> str:
        return _pick(choices, self._draw).format_map(self._slots)

    def _shuffled(self, items: Iterable[str]) -> list[str]:
        # The draw comes first in the key and no two draws are equal in practice; a tie falls to the text.
        return [item for _, item in sorted((self._draw(), item) for item in items)]


class _Slots(dict[str, str]):
    """What the words in braces stand for; the numbers and names are drawn anew at each place."""

    def __init__(self, source: _Source, draw: Callable[[], float]) -> None:
        name = source.name.lower()
        super().__init__(name=name, Name=name.capitalize(), what=source.what)
        self._draw = draw

    def __missing__(self, slot: str) -> str:
        draw = self._draw
        match slot:
            case "coin":
                return _pick(phrases.COINS, draw)
            case "venue":
                return _pick(phrases.VENUES, draw)
            case "trend":
                return _pick(phrases.TRENDS, draw)
            case "people":
                return _pick(phrases.PEOPLE, draw)
            case "People":
                return _pick(phrases.PEOPLE, draw).capitalize()
            case _:
                return self._number(slot)

    def _number(self, slot: str) -> str:
        drawn = self._draw()
        numbers = {
            "pct": f"{0.005 + drawn * 2.4:.3f}%",
            "share": f"{5 + drawn * 60:.1f} %",
            "bps": f"{1 + drawn * 45:.1f}",
            "usd": f"${1 + drawn * 480:.2f} million",
            "cost": f"${1000 + int(drawn * 90_000):,}",
            "n": str(2 + int(drawn * 11)),
            "m": str(14 + int(drawn * 30)),
        }
        return numbers[slot]


def _pick(choices: Sequence[str], draw: Callable[[], float]) -> str:
    return choices[int(draw() * len(choices))]


def main() -> None:
    """Write the sample wave into the folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m sample.wave", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the nine files go; made if need be")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="another seed writes other texts (default: %(default)s)"
    )
    options = parser.parse_args()
    write_sample_wave(options.folder, options.seed)


if __name__ == "__main__":
    main()
