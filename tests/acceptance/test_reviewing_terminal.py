"""The review at a real terminal: a program on a pty, and somebody who types."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

#: Reviews three pairs, and appends each score to the file that is named.
PROGRAM = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from datetime import UTC, datetime
import msgspec
from cli.render.fitting import columns
from cli.reviewing import Screen, review, typed_at_terminal
from core.quality.review_pair import ReviewPair
from core.quality.scores import Score

path = sys.argv[1]
pairs = [
    ReviewPair(pair_id=f"s-00{n}", category="dex", source="s",
               question_before="what is tvl", answer_before="\\x1b[2J\\x1b]0;owned\\x07 TVL",
               question_after="What is TVL?", answer_after="TVL \\u202e")
    for n in (1, 2, 3)
]
def record(score):
    with open(path, "ab") as stream:
        stream.write(msgspec.json.encode(score) + b"\\n")
try:
    given = [msgspec.json.decode(line, type=Score) for line in open(path, "rb")]
except FileNotFoundError:
    given = []
review(iter(pairs), {score.pair_id: score for score in given}, record, "ann", typed_at_terminal,
       now=lambda: datetime.now(UTC), screen=Screen(width=columns, colour=True))
"""
SECONDS = 30
SGR = re.compile(rb"\x1b\[[0-9;]*m")


class Terminal:
    """What a person sees and types."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.seen = b""

    def until(self, text: str) -> None:
        """Read until `text` is on the screen, behind all that was waited for."""
        start, end = len(self.seen), time.monotonic() + SECONDS
        while text.encode() not in self.seen[start:]:
            assert time.monotonic() < end, self.seen[-2000:].decode(errors="replace")
            if not self._read():
                break
        assert text.encode() in self.seen[start:], self.seen[-2000:].decode(errors="replace")

    def type(self, line: str) -> None:
        os.write(self._handle, line.encode())

    def _read(self) -> bool:
        if not select.select([self._handle], [], [], 0.1)[0]:
            return True
        try:
            piece = os.read(self._handle, 1 << 16)
        except OSError:  # Linux says so when the other end is closed
            return False
        self.seen += piece
        return bool(piece)


@contextmanager
def terminal(path: Path) -> Iterator[Terminal]:
    handle, other = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - the program above
        [sys.executable, "-c", PROGRAM, str(path)],
        cwd=ROOT,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "90", "PYTHONUTF8": "1"},
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
    ) as program:
        os.close(other)
        try:
            yield Terminal(handle)
            program.wait(SECONDS)
        finally:
            program.kill()
            os.close(handle)
    assert program.returncode == 0


@pytest.mark.timeout(90)
def test_a_review_is_left_with_control_c_and_goes_on_where_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    with terminal(path) as screen:
        screen.until("technical accuracy, 35 %: ")
        assert b"pair 1 of 3: s-001" in screen.seen
        screen.type("5\n")
        screen.until("clarity, 25 %: ")
        screen.type("b\n")
        screen.until("technical accuracy, 35 %: ")
        screen.type("54321\n")
        screen.until("comment (Enter for none): ")
        screen.type("gut \u2013 fast\n")
        screen.until("technical accuracy, 35 %: ")
        screen.type("\x03")
        screen.until("1 of 3 pairs scored by ann; the same command goes on.")
        plain = SGR.sub(b"", screen.seen)
    assert b"\x1b" not in plain
    assert rb"\x1b[2J\x1b]0;owned\x07 TVL" in plain
    assert "\u202e".encode() not in plain

    with terminal(path) as screen:
        screen.until("technical accuracy, 35 %: ")
        assert b"pair 2 of 3: s-002" in screen.seen
        for _ in range(2):
            screen.type("44444\n")
            screen.until("comment (Enter for none): ")
            screen.type("\n")
        screen.until("All of 3 pairs scored by ann.")

    scores = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [(score["pair_id"], score["tone"], score["comment"]) for score in scores] == [
        ("s-001", 1, "gut \u2013 fast"),
        ("s-002", 4, ""),
        ("s-003", 4, ""),
    ]
