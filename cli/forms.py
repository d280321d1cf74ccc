"""The form of a wave's batch files, compared with that of the last wave that went well, and recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.batch.lifecycle import Status
from core.engine.books import Books
from core.errors import BadInputError
from core.ledger.load import load_batch, load_wave
from core.ledger.streams import WAVE, wave_number
from core.wave.decider import RecordForm
from core.wave.form import differences, form_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened
    from core.batch.state import Batch
    from core.wave.state import Wave


class Compared(NamedTuple):
    """Which wave the files were compared with (None: there is none yet), and how they differ from its files."""

    against: int | None
    differences: tuple[str, ...]


def compare_form(opened: Opened, wave: int) -> Compared:
    """Compare the files of a written wave with those of the last wave that went well, and record the outcome.

    Raises BadInputError for a batch file whose lines are not JSON.
    """
    store = opened.database.store
    batches = [load_batch(store, number) for number in load_wave(store, wave).batches]
    written = [batch for batch in batches if batch.status is not Status.PLANNED and batch.requests]
    if not written:
        return Compared(None, ())
    form = form_of(written, _first_lines(opened, written))
    before = _last_accepted(opened, wave)
    found = differences(form, before.form) if before and before.form else ()
    against = before.wave if before else None
    books = Books(store, opened.context("write").actor)
    books.write_wave(wave, RecordForm(form, against, found, opened.clock.now()), f"write --wave {wave}")
    opened.catch_up()
    return Compared(against, found)


def _first_lines(opened: Opened, batches: list[Batch]) -> Iterator[bytes]:
    """Yield the first request of every batch file: all of a file's requests are rendered alike."""
    for batch in batches:
        with opened.files.open(batch.file_path) as lines:
            line = lines.readline()
        if not line.startswith(b"{"):
            raise BadInputError(f"{batch.file_path} holds no request; run `batchmill write --wave {batch.wave}`")
        yield line


def _last_accepted(opened: Opened, before: int) -> Wave | None:
    """Return the latest wave other than `before` that was released, or is home whole, and whose form is known."""
    numbers = (wave_number(stream) for stream in opened.database.store.streams(WAVE))
    for number in sorted((number for number in numbers if number is not None and number != before), reverse=True):
        wave = load_wave(opened.database.store, number)
        if wave.form is not None and (wave.released or _is_home(opened, wave)):
            return wave
    return None


def _is_home(opened: Opened, wave: Wave) -> bool:
    """Return whether every batch is downloaded and read: a wave that needs no canary is never released."""
    batches = [load_batch(opened.database.store, number) for number in wave.batches]
    return not wave.held and all(batch.status is Status.DOWNLOADED and batch.read for batch in batches)
