from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.engine.harvest import PATIENCE
from core.engine.inspection import count_lines, doubts
from core.errors import GoneError, UnavailableError
from core.exchange.lines import LONGEST_LINE
from tests.batches import WAYS, given
from tests.mill import Spy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import BinaryIO

    from core.errors import BatchmillError
    from core.provider import Job
    from tests.mill import Mill

SENT = given(*WAYS[Status.SUBMITTED])
FIRST, SECOND = b'{"key": "batch_205/r01"}\n', b'{"key": "batch_205/r02", "response": {}}\n'
ELSEWHERE = b'{"metadata": {"key": "batch_205/r01"}, "response": {}}\n'
KEYLESS, FOREIGN = b'{"response": {}}\n', b'{"key": "batch_9/r01"}\n'


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", 0),
        (FIRST, 1),
        (FIRST + SECOND, 2),
        (FIRST + SECOND.rstrip(), 2),
        (FIRST + SECOND + b"  \n", 3),
        (FIRST + SECOND + b"   ", 2),
        (b"no json\n" + FIRST, 2),
    ],
)
def test_lines_are_counted_with_or_without_a_last_line_feed(content: bytes, lines: int) -> None:
    assert count_lines(SENT, io.BytesIO(content)) == lines


@pytest.mark.parametrize("length", range(1, len(SECOND) - 1))
def test_a_file_that_breaks_off_anywhere_in_its_last_line_is_seen(length: int) -> None:
    with pytest.raises(UnavailableError, match="batch 205's result breaks off in line 2; it is fetched again"):
        count_lines(SENT, io.BytesIO(FIRST + SECOND[:length]))


def test_a_file_that_breaks_off_within_a_character_is_seen() -> None:
    with pytest.raises(UnavailableError):
        count_lines(SENT, io.BytesIO(FIRST + '{"key": "é'.encode()[:-1]))


def test_a_last_line_longer_than_any_answer_is_not_fetched_again_for_it() -> None:
    assert count_lines(SENT, io.BytesIO(FIRST + b"[" * (LONGEST_LINE + 1))) == 2


def doubt(content: bytes, answered: int = 0) -> str | None:
    sink = io.BytesIO(content)
    batch = msgspec.structs.replace(SENT, answered=answered)
    return doubts(batch, sink, count_lines(batch, sink))


@pytest.mark.parametrize(
    ("content", "answered", "said"),
    [
        (FIRST + FIRST, 0, "answers 1 of 2 requests"),
        (b"", 0, "came empty"),
        (b"", 2, "came empty"),
        (FIRST, 0, "has 1 of 2 lines"),
        (FIRST, 2, "has 1 of 2 lines"),
        (FIRST, 9, "has 1 of 2 lines"),
        (FIRST, 1, None),
        (FIRST + SECOND, 2, None),
        (SECOND + FIRST + FIRST, 2, None),
        (KEYLESS + SECOND, 2, None),
        (KEYLESS + ELSEWHERE, 2, None),
        (FOREIGN + SECOND, 2, None),
        (KEYLESS * 2, 2, "has not one key that was asked"),
        (FOREIGN * 2, 2, "has not one key that was asked"),
        (b"<html>\n</html>\n", 2, "has not one key that was asked"),
        (b'{"key": 7}\n[]\n', 2, "has not one key that was asked"),
        (b"\xff\xfe\n" * 2, 2, "has not one key that was asked"),
    ],
)
def test_what_makes_a_whole_result_doubtful(content: bytes, answered: int, said: str | None) -> None:
    assert doubt(content, answered) == said


class Altered(Spy):
    """A provider whose downloads are changed, one after the other, as a test says; the rest come as they are."""

    changes: tuple[Callable[[bytes], bytes] | BatchmillError, ...] = ()

    def download(self, job: Job, sink: BinaryIO) -> None:
        change, self.changes = (self.changes[0], self.changes[1:]) if self.changes else (bytes, ())
        whole = io.BytesIO()
        super().download(job, whole)
        if isinstance(change, Exception):
            raise change
        sink.write(change(whole.getvalue()))


def altered(mill: Mill, *changes: Callable[[bytes], bytes] | BatchmillError) -> None:
    provider = Altered(mill.provider)
    provider.changes = changes
    mill.provider = provider


def short(content: bytes) -> bytes:
    return content.splitlines(keepends=True)[0]


def foreign(content: bytes) -> bytes:
    return content.replace(b"batch_205/", b"batch_9/")


def keyless(content: bytes) -> bytes:
    lines = [json.loads(line) for line in content.splitlines()]
    return b"".join(json.dumps({k: v for k, v in line.items() if k != "key"}).encode() + b"\n" for line in lines)


def empty(content: bytes) -> bytes:
    return content[:0]


def downloads_of(mill: Mill) -> int:
    return mill.provider.calls.count(("download", str(mill.batch(205).job_name)))


def lines_of(mill: Mill) -> Sequence[int]:
    return [each.lines for each in mill.events(205, e.BatchDownloaded)]


def test_a_result_with_all_lines_is_fetched_once(mill: Mill) -> None:
    mill.stage(205)
    altered(mill)

    mill.drive()

    assert mill.provider.verbs["download"] == 1
    assert mill.warnings == []


@pytest.mark.parametrize("change", [short, foreign, keyless])
def test_a_result_that_came_doubtful_once_is_fetched_again_and_comes_home_whole(
    mill: Mill, change: Callable[[bytes], bytes]
) -> None:
    mill.stage(205)
    altered(mill, change)

    mill.drive()

    assert mill.provider.verbs["download"] == 2
    assert (lines_of(mill), mill.balance().refined) == ([2], 4)


@pytest.mark.parametrize(("change", "lines", "refined"), [(short, 1, 2), (foreign, 2, 0), (keyless, 2, 4)])
def test_a_result_that_stays_doubtful_is_believed_at_the_last_look(
    mill: Mill, change: Callable[[bytes], bytes], lines: int, refined: int
) -> None:
    mill.stage(205)
    altered(mill, *[change] * mill.policy.looks_for_a_job)

    mill.drive()

    assert downloads_of(mill) == mill.policy.looks_for_a_job == 3
    assert lines_of(mill) == [lines]
    assert [(read.refined, len(read.unrefined)) for read in mill.events(205, e.AnswersRead)] == [
        (refined, 4 - refined)
    ]
    assert mill.batch(205).attempt == 1
    mill.check_books()


def test_a_result_that_is_short_and_then_cut_too_is_believed_when_it_is_as_long_as_it_was(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, short, short, empty, short)

    mill.drive()

    assert downloads_of(mill) == 4
    assert lines_of(mill) == [1]


def test_a_result_that_was_longer_only_once_does_not_hold_its_batch_for_ever(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, short, *[empty] * PATIENCE * mill.policy.looks_for_a_job)

    mill.drive()

    assert downloads_of(mill) == PATIENCE * mill.policy.looks_for_a_job
    assert lines_of(mill) == [0]


def test_a_doubtful_result_waits_for_the_next_poll_before_it_is_fetched_again(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, short)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(3_600)
    engine.pulse()
    engine.pulse()

    assert mill.provider.verbs["download"] == 1
    assert mill.warnings == ["batch 205: the download of batch 205's result has 1 of 2 lines; it is fetched again"]
    assert not any(path.startswith("results/") for path in mill.files.kept)


def test_doubt_and_absence_are_counted_apart(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, short, short, GoneError("404: not at this moment"), short)

    mill.drive()

    assert not mill.events(205, e.BatchFailed)
    job = str(mill.batch(205).job_name)
    assert (mill.provider.calls.count(("download", job)), lines_of(mill)) == (4, [1])


def test_a_result_that_was_not_there_twice_is_not_believed_for_that_when_it_is_short(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, GoneError("404"), GoneError("404"), short)

    mill.drive()

    assert (lines_of(mill), mill.balance().refined) == ([2], 4)


def test_the_result_of_another_attempt_has_as_many_tries_as_the_first(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, *[GoneError("404: it expired")] * 3, GoneError("404: not at this moment"), short)

    mill.drive()

    assert [failed.cause for failed in mill.events(205, e.BatchFailed)] == ["gone"]
    assert (mill.batch(205).attempt, mill.balance().refined) == (2, 4)
    assert sorted(mill.jobs().values()) == [1, 1]


def test_a_restart_asks_for_a_doubtful_result_anew(mill: Mill) -> None:
    mill.stage(205)
    altered(mill, short, short)
    for _ in range(2):
        engine = mill.engine()
        engine.pulse()
        mill.clock.advance(3_600)

    mill.drive()

    assert (lines_of(mill), mill.balance().refined) == ([2], 4)
