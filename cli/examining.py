"""The checks of quality as the settings want them, run over batches side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

from adapters.language.harper import HarperChecker, checker_name
from core.errors import BadInputError, RefusedError
from core.quality.assessment.examine import Examiner
from core.quality.formed.checks import CHECKS as FORMED_CHECKS
from core.quality.kept.check import kept_checks
from core.quality.kept.glossary import default_glossary, extended, parse_glossary
from core.quality.terms import QualityTerms, by_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from multiprocessing.connection import Connection

    from cli.compose import Opened
    from core.quality.assessment.examine import RefinedPair
    from core.quality.assessment.pair_quality import PairQuality
    from core.quality.kept.glossary import Entry

#: Batches that may wait for a worker: enough to keep it busy, few enough to keep memory flat.
AHEAD = 4
#: So few pairs are looked at sooner than another process starts.
WORTH_IT = 300

_examiner: Examiner | None = None


class Rules(msgspec.Struct, frozen=True):
    """What an examiner is made of in each process: thresholds, and the glossary's own text ("": none)."""

    terms: QualityTerms
    glossary: str
    glossary_name: str
    checker: str


def rules_of(opened: Opened) -> Rules:
    """Return the rules that the settings name; BadInputError for a glossary that cannot be read."""
    gate = opened.settings.gate
    text = ""
    if gate.glossary:
        try:
            text = opened.files.place(gate.glossary).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise BadInputError(f"the glossary {gate.glossary} is not UTF-8; save it as UTF-8") from None
        except OSError as error:
            raise BadInputError(f"the glossary {gate.glossary} cannot be read: {error.strerror}") from None
        parse_glossary(text, gate.glossary)
    name = Path(gate.glossary).name if gate.glossary else ""
    return Rules(QualityTerms(**gate.thresholds), text, name, checker_name())


def examiner_of(rules: Rules) -> Examiner:
    """Return an examiner; it takes about a second to make."""
    entries: tuple[Entry, ...] = default_glossary()
    if rules.glossary:
        entries = extended(entries, parse_glossary(rules.glossary, rules.glossary_name))
    forms = [form for entry in entries for form in (*entry.forms, *entry.exact)]
    words = {word for form in forms for word in form.split()}
    checks = (*kept_checks(entries), *FORMED_CHECKS)
    return Examiner(checks, HarperChecker(words), by_name(rules.terms), {word.lower() for word in words})


def examined(batches: Iterable[list[RefinedPair]], rules: Rules, workers: int) -> Iterator[list[PairQuality]]:
    """Yield the quality of each batch's pairs, in order; `workers` processes (0: one a core) share the work.

    Raises RefusedError when one of the processes dies. However this ends, they end at once.
    """
    waiting = iter(batches)
    first: list[list[RefinedPair]] = []
    pairs = 0
    for batch in waiting:
        first.append(batch)
        pairs += len(batch)
        if pairs > WORTH_IT:
            break
    wanted = workers or os.cpu_count() or 1
    if pairs <= WORTH_IT or wanted == 1:
        examiner = examiner_of(rules)
        yield from (examiner.examine(batch) for batch in _chained(first, waiting))
        return
    with _pool(rules, wanted) as pool:
        yield from _in_order(pool, _chained(first, waiting), wanted * AHEAD)


@contextmanager
def _pool(rules: Rules, workers: int) -> Iterator[ProcessPoolExecutor]:
    """Hold worker processes that end when this end of their lifeline is closed, also by this process's death."""
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    with (
        theirs,
        ours,
        ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(rules, theirs)) as pool,
    ):
        try:
            yield pool
        except BaseException as error:
            ours.close()
            if isinstance(error, BrokenProcessPool):
                raise RefusedError(
                    "a process that examined pairs died before its work was done, perhaps for want of memory; run "
                    "the same command again, or with `--set gate.workers=1` before its name"
                ) from None
            raise


def _chained(first: list[list[RefinedPair]], rest: Iterator[list[RefinedPair]]) -> Iterator[list[RefinedPair]]:
    yield from first
    yield from rest


def _in_order(
    pool: ProcessPoolExecutor, batches: Iterator[list[RefinedPair]], most: int
) -> Iterator[list[PairQuality]]:
    """Yield results in the order of the batches, with at most so many under way."""
    under_way = []
    for batch in batches:
        with _interrupts_held_back():
            under_way.append(pool.submit(_examine, batch))
        if len(under_way) >= most:
            yield under_way.pop(0).result()
    for future in under_way:
        yield future.result()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Let no process be half started, nor have an ear for Ctrl-C: this process ends the work of all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(rules: Rules, lifeline: Connection) -> None:
    global _examiner  # noqa: PLW0603 - one a process, made once
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    _examiner = examiner_of(rules)


def _end_with(lifeline: Connection) -> None:
    """Wait for the other end to be closed, which says nothing else, and end this process."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)


def _examine(batch: list[RefinedPair]) -> list[PairQuality]:
    assert _examiner is not None, "the pool has begun"  # noqa: S101 - for the type checker
    return _examiner.examine(batch)
