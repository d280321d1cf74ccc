"""A sample of a wave is drawn, scored at a terminal and in tables, and what the scores come to is shown."""

from __future__ import annotations

import csv
import os
import pty
import re
import select
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.homes import events_of, sheet
from tests.workspaces import BATCHMILL, PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workspaces import Mill


def drawn(mill: Mill, options: str = "") -> list[str]:
    return [each["pair_id"] for each in mill.json(f"sample --wave 2 {options}")["pairs"]]


def test_a_sample_is_drawn_again_only_with_another_seed_or_size(home: Mill) -> None:
    first = drawn(home, "--size 6")
    assert len(set(first)) == 6
    assert {pair_id.rpartition("-")[0] for pair_id in first} == {"w2-s30-a", "w2-s30-b"}
    assert drawn(home, "--size 6") == drawn(home) == drawn(home, "--size 6 --seed 1") == first
    assert len(events_of(home, "sample_drawn")) == 1

    other = drawn(home, "--seed autumn")
    assert set(other) != set(first)
    assert len(drawn(home, "--size 8")) == 8
    assert drawn(home, "--size 6 --seed 1") == first
    seeds = [(each["size"], each["seed"]) for each in events_of(home, "sample_drawn")]
    assert seeds == [(6, "1"), (6, "autumn"), (8, "autumn"), (6, "1")]
    assert events_of(home, "sample_drawn")[-1]["pair_ids"] == first


def test_a_sample_greater_than_the_wave_is_all_of_it(home: Mill) -> None:
    assert len(drawn(home, "--size 1000")) == 23
    assert "23 of 23 pairs, drawn by the seed 1" in home.run("sample --wave 2")


def test_without_a_sample_nothing_is_scored(home: Mill, tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text("pair_id\n", encoding="utf-8")
    said = "no sample of wave 2 was drawn; run `batchmill sample --wave 2`"
    assert home.refused(f"scores --wave 2 --import {tmp_path / 'any.csv'}") == said
    assert "Nobody has scored a pair" in home.run("scores --wave 2")
    assert "a review needs a terminal" in home.refused("review --wave 2")


def test_a_table_comes_back_whole_or_not_at_all_and_not_twice(home: Mill) -> None:
    table = sheet(home, [4, 5, "very good"], "--size 6")
    ended = home.call(f"scores --wave 2 --import {table} --as ann")
    said = home.refused("", ended)
    assert said == f"{table} was not taken, since 10 cells cannot be read"
    assert "very good is not a whole number from 1 to 5" in ended.stdout
    assert ended.stdout.count("sample.csv row") == 10
    assert events_of(home, "pair_scored") == []

    table = sheet(home, [4, 5])
    assert home.run(f"scores --wave 2 --import {table} --as ann").startswith(
        "6 scores taken, 0 pairs left unscored."
    )
    home.run(f"scores --wave 2 --import {table} --as ann")
    assert len(events_of(home, "pair_scored")) == 6

    table = sheet(home, [3, 5])
    home.run(f"scores --wave 2 --import {table} --as ann")
    assert [each["marks"][0] for each in events_of(home, "pair_scored")[6:]] == [3, 3, 3]
    assert home.json("scores --wave 2")["people"]["weighted"] == 4.0


def test_a_pair_that_is_not_of_the_sample_and_a_name_that_is_a_models_are_refused(home: Mill) -> None:
    table = sheet(home, [4], "--size 3")
    assert "cannot be a reviewer" in home.refused(f"scores --wave 2 --import {table} --as model:judge")
    table.write_text(table.read_text(encoding="utf-8").replace("w2-s30-", "w9-s30-", 1), encoding="utf-8")
    ended = home.call(f"scores --wave 2 --import {table}")
    assert "was not taken, since 1 cell cannot be read" in home.refused("", ended)
    assert "is no pair of this sample" in ended.stdout
    assert events_of(home, "pair_scored") == []


def test_two_reviewers_are_shown_with_how_far_they_agree(home: Mill) -> None:
    for reviewer, marks in (("ann", [5, 4, 3]), ("bob", [5, 4, 2])):
        home.run(f"scores --wave 2 --import {sheet(home, marks, '--size 12')} --as {reviewer}")

    found = home.json("scores --wave 2")

    assert found["people"]["reviewers"] == ["ann", "bob"]
    assert (found["people"]["pairs"], found["people"]["scores"]) == (12, 24)
    assert found["people"]["weighted"] == pytest.approx((5 + 4 + 2.5) / 3)
    assert 0.8 < found["agreement"]["weighted"]["value"] < 1
    assert found["models"] is None
    said = home.run("scores --wave 2")
    assert re.search(r"weighted +100 % +3\.83 +0\.\d\d +reliable", said)
    assert "of 12 pairs; 4.00 is not reached" in said
    assert "24 scores by ann, bob" in said


class Terminal:
    """The command on a pseudo-terminal, and somebody who types."""

    def __init__(self, mill: Mill, line: str) -> None:
        self._handle, other = pty.openpty()
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [BATCHMILL, *line.split()],
            cwd=mill.root,
            env=mill.environment | {"TERM": "xterm", "COLUMNS": "100"},
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self.seen = ""

    def until(self, text: str) -> None:
        start, end = len(self.seen), time.monotonic() + PATIENCE
        while text not in self.seen[start:]:
            assert time.monotonic() < end, self.seen[-2000:]
            if select.select([self._handle], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self._handle, 1 << 16).decode()
                except OSError:  # Linux says so when the other end is closed
                    break
        assert text in self.seen[start:], self.seen[-2000:]

    def type(self, line: str) -> None:
        os.write(self._handle, f"{line}\n".encode())

    def end(self) -> int:
        try:
            return self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._handle)


def test_a_review_at_the_terminal_is_kept_pair_by_pair_and_goes_on(home: Mill) -> None:
    home.run("sample --wave 2 --size 3")
    screen = Terminal(home, "review --wave 2 --as ann")
    screen.until("technical accuracy, 35 %: ")
    assert "pair 1 of 3" in screen.seen
    assert "Here is an overview of" in screen.seen
    screen.type("54345")
    screen.until("comment (Enter for none): ")
    screen.type("reads well")
    screen.until("technical accuracy, 35 %: ")
    screen.type("q")
    screen.until("1 of 3 pairs scored; `batchmill scores --wave 2` shows what they come to.")
    assert screen.end() == 0
    assert [(each["reviewer"], each["marks"], each["comment"]) for each in events_of(home, "pair_scored")] == [
        ("ann", [5, 4, 3, 4, 5], "reads well")
    ]

    screen = Terminal(home, "review --wave 2 --as ann")
    screen.until("technical accuracy, 35 %: ")
    assert "pair 2 of 3" in screen.seen
    for _ in range(2):
        screen.type("44444")
        screen.until("comment (Enter for none): ")
        screen.type("")
    screen.until("3 of 3 pairs scored")
    assert screen.end() == 0
    assert home.json("scores --wave 2")["people"]["pairs"] == 3
    assert home.json("history --verify")["faults"] == []


def test_the_table_has_both_texts_and_no_score_of_others(home: Mill) -> None:
    home.run(f"scores --wave 2 --import {sheet(home, [4], '--size 3')} --as ann")
    home.run(f"sample --wave 2 --csv {home.root / 'again.csv'}")
    with (home.root / "again.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 3
    assert all(row["answer_before"].startswith("Certainly!") for row in rows)
    assert not any(row["answer_after"].startswith("Certainly!") for row in rows)
    assert {row["clarity"] for row in rows} == {""}
