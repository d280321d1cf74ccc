"""Which sources a plan leaves out, and the reason that is recorded for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.pairs import PairRange
from core.planning.naming import counted
from core.planning.ranges import without
from core.wave.events import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.planning.inventory import SourceStock
    from core.wave.events import LeftOut, PlanSettings


class Source(NamedTuple):
    """A source with the key that its pair ids start with, and the pairs that content rules keep out of a plan."""

    key: str
    stock: SourceStock
    left_out: tuple[LeftOut, ...] = ()

    @property
    def runs(self) -> tuple[PairRange, ...]:
        """The pairs of the source that stay, in order."""
        gaps = (gap for each in self.left_out for gap in each.runs)
        return without(PairRange(self.key, 1, self.stock.found), gaps)

    @property
    def pairs(self) -> int:
        """How many pairs stay."""
        return self.stock.found - sum(len(each) for each in self.left_out)


class Sifted(NamedTuple):
    """The sources that stay, the reason by key for those that do not, and the decisions taken."""

    kept: list[Source]
    excluded: dict[str, str]
    decisions: list[Decision]


def sift(sources: Sequence[Source], settings: PlanSettings, elsewhere: Mapping[str, int]) -> Sifted:
    """Leave out empty sources, those sent elsewhere, and low counts where the settings say `skip` or `hold`.

    Here a low count is one of the pairs found, whatever becomes of each of them. `elsewhere` gives, by sha256, the
    other wave that carries the same file: its pairs would be paid for twice.
    """
    sifted = Sifted([], {}, [])
    for source in sources:
        wave = elsewhere.get(source.stock.sha256)
        reason = _reason(source.stock, settings) if wave is None else f"wave {wave} carries the same file already"
        if reason is None:
            sifted.kept.append(source)
        else:
            sifted.excluded[source.key] = reason
            sifted.decisions.append(Decision(source.stock.path, "excluded", reason))
    return sifted


def is_low(source: Source, settings: PlanSettings) -> bool:
    """Whether pairs of the source stay, but fewer than the threshold."""
    return 0 < source.pairs < settings.low_count_below


def _reason(stock: SourceStock, settings: PlanSettings) -> str | None:
    if stock.found == 0:
        return f"empty{_research(stock)}; ask for it again"
    if stock.found >= settings.low_count_below or settings.low_count == "combine":
        return None
    low = f"low count: {counted(stock.found, 'pair')}, fewer than {settings.low_count_below}"
    return f"{low}; skipped" if settings.low_count == "skip" else f"{low}; held back for a later wave"


def _research(stock: SourceStock) -> str:
    """Return what the file says about its own failure, `: 100 queries, 0 % success`, as far as it says so."""
    said = []
    if stock.queries_executed is not None:
        said.append(f"{stock.queries_executed} queries")
    if stock.success_rate is not None:
        said.append(f"{stock.success_rate.rstrip('% ')} % success")
    return f": {', '.join(said)}" if said else ""
