from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.lifecycle import Status
from core.errors import GoneError, RateLimitedError, RejectedError, StorageError, UnavailableError
from tests.mill import PENDING, RUNNING, MemoryFiles, Spy

if TYPE_CHECKING:
    from typing import BinaryIO

    from core.errors import BatchmillError
    from core.provider import Job
    from tests.mill import Mill


class Cut(Spy):
    """A provider whose next downloads break off after so many bytes (less than none: so many before the end)."""

    lengths: tuple[int, ...] = ()

    def download(self, job: Job, sink: BinaryIO) -> None:
        super().download(job, sink)
        if self.lengths:
            sink.truncate(self.lengths[0] % sink.tell())
            self.lengths = self.lengths[1:]


def cut(mill: Mill, *lengths: int) -> None:
    provider = Cut(mill.provider)
    provider.lengths = lengths
    mill.provider = provider


@pytest.mark.parametrize("length", [1, 200, 800])
def test_a_download_that_breaks_off_in_mid_line_is_fetched_again_and_nothing_is_kept_of_it(
    mill: Mill, length: int
) -> None:
    mill.stage(205)
    cut(mill, length)
    engine = mill.engine()
    engine.pulse()
    mill.clock.advance(PENDING + RUNNING)
    engine.pulse()

    assert mill.types(205)[-1] == "succeeded"
    assert not any(path.startswith("results/") for path in mill.files.kept)
    [warning] = mill.warnings
    assert warning == "batch 205: the download of batch 205's result breaks off in line 1; it is fetched again"

    mill.drive(engine)

    assert mill.provider.verbs["download"] == 2
    assert [each.lines for each in mill.events(205, e.BatchDownloaded)] == [2]
    assert mill.balance().refined == 4


def test_a_download_that_breaks_off_in_its_last_line_is_fetched_again(mill: Mill) -> None:
    mill.stage(205)
    cut(mill, -2, -20)

    mill.drive()

    assert mill.provider.verbs["download"] == 3
    assert all("breaks off in line 2" in warning for warning in mill.warnings)
    assert mill.balance().refined == 4


def test_a_last_line_that_only_lacks_its_line_feed_is_a_line(mill: Mill) -> None:
    mill.stage(205)
    cut(mill, -1)

    mill.drive()

    assert mill.provider.verbs["download"] == 1
    assert [each.lines for each in mill.events(205, e.BatchDownloaded)] == [2]
    assert mill.balance().refined == 4


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("cut"),
        GoneError("403: it may not exist"),
        RejectedError("400"),
        StorageError("no room"),
        RateLimitedError("429"),
    ],
)
def test_a_result_that_cannot_be_fetched_now_is_fetched_later(mill: Mill, error: BatchmillError) -> None:
    mill.stage(205, 206)
    trouble = [error]

    def once(_: str) -> None:
        if trouble:
            raise trouble.pop()

    mill.provider.before["download"] = once
    mill.drive()

    assert str(error) in mill.warnings[0]
    assert mill.balance().refined == 8
    mill.check_books()


def test_a_result_that_never_comes_does_not_keep_the_others_from_coming_home(mill: Mill) -> None:
    mill.stage(205, 206, 207)
    mill.policy = msgspec.structs.replace(mill.policy, chunk=1)
    bad: list[str] = []

    def never(name: str) -> None:
        bad[:] = bad or [name]
        if name == bad[0]:
            raise UnavailableError("the connection broke off")

    mill.provider.before["download"] = never
    engine = mill.engine()
    for _ in range(60):
        engine.pulse()
        mill.clock.advance(30)

    statuses = [mill.batch(number).status for number in (205, 206, 207)]
    assert statuses == [Status.SUCCEEDED, Status.DOWNLOADED, Status.DOWNLOADED]


def test_results_that_stand_in_the_job_itself_are_fetched_from_there(mill: Mill) -> None:
    class Inline(Spy):
        def download(self, job: Job, sink: BinaryIO) -> None:
            assert (job.inline, job.result_file) == (True, None)
            kept = mill.emulator.jobs.get(job.name.removeprefix("batches/"))
            with mill.emulator.jobs.open_result(kept) as lines:
                sink.write(lines.read())

    mill.stage(205)
    mill.provider = Inline(mill.provider)
    mill.provider.seen = lambda job: (
        msgspec.structs.replace(job, result_file=None, inline=True) if job.has_output else job
    )
    mill.drive()

    assert mill.balance().refined == 4


def test_a_later_attempts_files_stand_beside_the_earlier_ones(mill: Mill) -> None:
    mill.stage(205)
    engine = mill.engine()
    engine.pulse()
    mill.provider.cancel(str(mill.batch(205).job_name))
    mill.drive(engine)
    failed = mill.batch(205)
    mill.append([("batch-205", failed.version + 1, e.BatchRetried("cancelled by mistake", mill.clock.now()))])

    mill.drive(engine)

    assert [each.path for each in mill.events(205, e.BatchDownloaded)] == [
        "results/batch_205_attempt2_results.jsonl"
    ]
    assert [each.path for each in mill.events(205, e.AnswersRead)] == ["results/batch_205_attempt2_refined.jsonl"]
    assert sorted(mill.jobs()) == ["w2-batch_205-a1-00000001", "w2-batch_205-a2-00000002"]
    mill.check_books()


def test_a_result_whose_file_vanished_is_waited_for(mill: Mill) -> None:
    mill.stage(205)
    taken: dict[str, bytes] = {}

    class Thief(MemoryFiles):
        def open(self, path: str) -> BinaryIO:
            if path.endswith("_results.jsonl") and not taken:
                taken[path] = self.kept.pop(path)
            return super().open(path)

    thief = Thief()
    thief.kept = mill.files.kept
    mill.files = thief
    engine = mill.engine()
    for _ in range(40):
        engine.pulse()
        mill.clock.advance(30)
    assert mill.types(205)[-1] == "downloaded"
    assert "results/batch_205_results.jsonl is missing" in mill.warnings[0]

    thief.kept |= taken
    mill.drive(engine)

    assert mill.balance().refined == 4


def test_a_result_that_is_empty_again_and_again_is_believed_and_nothing_waits_for_ever(mill: Mill) -> None:
    mill.stage(205)
    cut(mill, 0, 0, 0)
    mill.drive()

    assert [each.lines for each in mill.events(205, e.BatchDownloaded)] == [0]
    assert sum("came empty" in warning for warning in mill.warnings) == 2
    assert [each.refined for each in mill.events(205, e.AnswersRead)] == [0]
    mill.check_books()


def test_a_result_that_came_empty_once_is_fetched_again(mill: Mill) -> None:
    mill.stage(205)
    cut(mill, 0)
    mill.drive()

    assert mill.balance().refined == 4
