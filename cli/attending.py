"""The daemon's eye on the inbox: it reads what comes, records which request that answers, and proposes a plan."""

from __future__ import annotations

import time
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple

from adapters.files.inbox import SUFFIXES, open_staged
from adapters.watching import WatchedFolder
from cli.answering import Staged, fulfilments, judged, staged_of
from cli.asking import asking_in, known_bytes
from cli.noticing import Notice, Occasion, Sparing, notices
from cli.screening import screening_settings
from core.errors import BatchmillError, ConflictError, NotFoundError
from core.ledger.recorded import Context, NewEvent
from core.ledger.streams import WAVE, wave_number
from core.planning.content import Content
from core.planning.inventory import take_stock
from core.screening.screening import Screening

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import structlog

    from cli.compose import Opened
    from core.planning.staged import StagedPair
    from core.ports import Fence
    from core.watched import FolderNews, FolderWatch

#: How long the end waits for the eye to close; it only reads, so nothing is lost if it does not.
CLOSING_SECONDS = 0.5


class _Burst(NamedTuple):
    """Files that were read, and what else was seen of the folder at that time."""

    staged: list[Staged]
    news: FolderNews


class _EndedError(Exception):
    """The daemon ends; a file that is being read is left alone."""


class _Heedful(Content):
    """Content rules that look at no further pair once the daemon ends."""

    stop: Event

    def examine(self, path: str, pair: StagedPair) -> None:
        """Take the next pair of a source, unless it is time to end."""
        if self.stop.is_set():
            raise _EndedError
        super().examine(path, pair)


class Attention:
    """Files are watched and read in a thread of their own; the ledger is used by whoever calls `attend`."""

    def __init__(
        self, opened: Opened, log: structlog.typing.FilteringBoundLogger, watch: FolderWatch | None = None
    ) -> None:
        """Look at nothing yet; `watch` is the workspace's inbox if none is given."""
        self._opened = opened
        self._log = log
        self._inbox = opened.root / opened.settings.folders.inbox
        self._watch = watch or WatchedFolder(self._inbox, SUFFIXES, self._trouble)
        self._stop = Event()
        self._thread: Thread | None = None
        self._read: SimpleQueue[_Burst] = SimpleQueue()
        self._waiting: list[_Burst] = []
        self._sparing = Sparing()
        self._watching = False

    def attend(self, actor: str, fence: Fence | None) -> None:
        """Record which requests are fulfilled by what came, signed by `actor`, and say so.

        The first call begins to watch.
        Raises LedgerError when the ledger is away: what came is kept for the next time.
        """
        if self._thread is None:
            self._thread = Thread(target=self._look, name="inbox", daemon=True)
            self._thread.start()
        while not self._read.empty():
            burst = self._read.get()
            if not self._watching:
                self._watching = True
                self._log.info("inbox.watched", folder=self._opened.settings.folders.inbox)
            if burst.staged or burst.news.in_motion:
                self._waiting.append(burst)
        found: list[Notice] = []
        if self._waiting:
            found = notices(self._record(actor, fence))
            self._waiting.clear()
        self._tell(self._sparing.told(found, time.monotonic()))

    def close(self) -> None:
        """Let the watching end, without waiting; may be called from a signal handler."""
        self._stop.set()

    def stop(self) -> None:
        """Watch no longer, and say what was still to be counted."""
        self.close()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS)
        self._tell(self._sparing.rest())

    def _tell(self, lines: Iterable[Notice]) -> None:
        for line in lines:
            (self._log.warning if line.trouble else self._log.info)(line.event, **line.fields)

    def _record(self, actor: str, fence: Fence | None) -> Occasion:
        """Append the fulfilments; when others wrote meanwhile, judge again."""
        store = self._opened.database.store
        staged = {each.stock.path: each for burst in self._waiting for each in burst.staged}
        folder = self._opened.settings.folders.inbox
        while True:
            asking = asking_in(store)
            known = known_bytes(store, asking)
            found = judged(asking, list(staged.values()), known)
            writes = fulfilments(store, found, folder, self._opened.clock.now())
            context = Context(actor, f"{folder}/", "the inbox was watched")
            try:
                if writes:
                    store.append([NewEvent(*write, context) for write in writes], fence=fence)
            except ConflictError:
                continue
            waves = (wave_number(stream) for stream in store.streams(WAVE))
            return Occasion(
                arrivals=tuple(found),
                known=frozenset(known),
                was_there=frozenset().union(*(burst.news.was_there for burst in self._waiting)),
                in_motion=tuple(path for burst in self._waiting for path in burst.news.in_motion),
                next_wave=max(filter(None, waves), default=0) + 1,
            )

    def _look(self) -> None:
        try:
            for news in self._watch.news(self._stop):
                self._read.put(_Burst(list(self._staged(news)), news))
        except _EndedError:
            return
        except (OSError, BatchmillError) as error:
            self._trouble(f"the inbox is watched no longer: {error}; start the daemon again to have it watched")

    def _staged(self, news: FolderNews) -> Iterator[Staged]:
        for path in news.at_rest:
            try:
                sources = open_staged((self._inbox / path,), self._inbox).sources
            except NotFoundError:
                continue
            content = _Heedful(Screening(screening_settings(self._opened)))
            content.stop = self._stop
            low = self._opened.settings.planning.low_count_below
            yield from staged_of(take_stock(sources, inbox=path, low_count_below=low, content=content))

    def _trouble(self, said: str) -> None:
        self._log.warning("trouble", said=said)
