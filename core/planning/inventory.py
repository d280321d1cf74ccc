"""The inventory: what the staged files hold, source by source, and what is wrong with them."""

from __future__ import annotations

from array import array
from collections import Counter
from hashlib import blake2b
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from core.planning.content import Content, RuleFound
from core.planning.naming import counted
from core.planning.staged import ERROR, FOLDER_LINK, WARNING, Finding
from core.screening.findings import ContentFinding  # noqa: TC001 - msgspec reads the annotations at run time

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from core.planning.staged import StagedPair, StagedSource

DEFAULT_LOW_COUNT = 10

#: The code of a claim that disagrees with the file: the one error that a person may accept (and the plan records).
COUNT_DIFFERS = "count-differs"

_Value = TypeVar("_Value", int, str)


class SourceStock(msgspec.Struct, frozen=True):
    """One staged file as it was read.

    `session`, `indicator` and `category` come from the file's head, else from its pairs where they agree, and the
    indicator else from the file's name. `found` counts all pairs, also those with a problem. `repeated` counts the
    pairs whose question stood word for word in an earlier pair of the same source. Sizes are characters.
    """

    path: str
    sha256: str
    size: int
    session: int | None
    indicator: str
    category: str | None
    claimed: int | None
    found: int
    repeated: int
    question_characters: int
    answer_characters: int
    queries_executed: int | None
    success_rate: str | None
    findings: tuple[Finding, ...]

    @property
    def is_file(self) -> bool:
        """Whether it can be planned at all: a link to a folder has no bytes of its own."""
        return all(finding.code != FOLDER_LINK for finding in self.findings)


class Inventory(msgspec.Struct, frozen=True):
    """All sources by path; ready for `msgspec.json.encode`.

    `repeated` counts the pairs whose question stood word for word in any earlier pair, of the same source or of
    one before it; the first of each kind is not counted. `claimed` sums the claims that were made. `content` sums
    up what the content rules saw, and `content_findings` has all of it where that was asked for;
    `content_warnings` says what they could not compare.
    """

    inbox: str
    sources: tuple[SourceStock, ...]
    claimed: int
    found: int
    repeated: int
    question_characters: int
    answer_characters: int
    errors: int
    warnings: int
    content: tuple[RuleFound, ...] = ()
    content_findings: tuple[ContentFinding, ...] = ()
    content_warnings: tuple[str, ...] = ()

    def findings(self) -> list[Finding]:
        """Return the findings of all sources, by path."""
        return [finding for source in self.sources for finding in source.findings]

    def files(self) -> list[SourceStock]:
        """Return the sources that a plan is made of, by path."""
        return [source for source in self.sources if source.is_file]


class PairSizes(NamedTuple):
    """The characters of every pair of one source, in its order: four bytes a number, and no text."""

    questions: array[int]
    answers: array[int]


class Stock(NamedTuple):
    """The inventory with the sizes that planning packs by, keyed by the source's path, and what the rules saw."""

    inventory: Inventory
    sizes: Mapping[str, PairSizes]
    content: Content = Content()


class _Repeats:
    """Counts questions seen before, with eight bytes of hash instead of their text."""

    def __init__(self) -> None:
        self.in_all = 0
        self._last: dict[bytes, int] = {}

    def add(self, question: str, source: int) -> bool:
        """Note a question of the `source`-th source; return whether that source held it before."""
        digest = blake2b(question.encode(), digest_size=8).digest()
        before = self._last.get(digest)
        self._last[digest] = source
        self.in_all += before is not None
        return before == source


def take_stock(
    sources: Iterable[StagedSource],
    *,
    inbox: str,
    low_count_below: int = DEFAULT_LOW_COUNT,
    content: Content | None = None,
    asked_again: Collection[str] = frozenset(),
) -> Stock:
    """Read every source once and return what they hold; a bad source has findings and stops nothing.

    `inbox` is the folder the paths are relative to, as it shall be recorded; `content` is shown every pair. A
    source whose bytes are `asked_again` (sha256s) may stand beside the one that comes in its place.
    """
    content = content or Content()
    repeats = _Repeats()
    stocks: list[SourceStock] = []
    sizes: dict[str, PairSizes] = {}
    for number, source in enumerate(sources):
        tally = _tally(source, number, repeats, content)
        stock, sizes[source.path] = _stock(source, tally, low_count_below), tally.sizes
        stocks.append(stock)
    stocks = _with_doubles(sorted(stocks, key=lambda stock: stock.path), asked_again)
    severities = Counter(finding.severity for stock in stocks for finding in stock.findings)
    inventory = Inventory(
        inbox=inbox,
        sources=tuple(stocks),
        claimed=sum(stock.claimed or 0 for stock in stocks),
        found=sum(stock.found for stock in stocks),
        repeated=repeats.in_all,
        question_characters=sum(stock.question_characters for stock in stocks),
        answer_characters=sum(stock.answer_characters for stock in stocks),
        errors=severities[ERROR],
        warnings=severities[WARNING],
        content=content.summary(),
        content_findings=tuple(content.findings),
        content_warnings=content.warnings,
    )
    return Stock(inventory, sizes, content)


class _Tally:
    """What the pairs of one source come to."""

    def __init__(self) -> None:
        self.sizes = PairSizes(array("I"), array("I"))
        self.repeated = 0
        self.sessions: set[int | None] = set()
        self.indicators: set[str | None] = set()
        self.categories: set[str | None] = set()

    def add(self, pair: StagedPair, *, repeated: bool) -> None:
        self.sizes.questions.append(len(pair.question))
        self.sizes.answers.append(len(pair.answer))
        self.repeated += repeated
        self.sessions.add(pair.session)
        self.indicators.add(pair.indicator)
        self.categories.add(pair.category)


def _tally(source: StagedSource, number: int, repeats: _Repeats, content: Content) -> _Tally:
    tally = _Tally()
    for pair in source.pairs():
        tally.add(pair, repeated=repeats.add(pair.question, number))
        content.examine(source.path, pair)
    return tally


def _stock(source: StagedSource, tally: _Tally, low_count_below: int) -> SourceStock:
    head = source.header
    return SourceStock(
        path=source.path,
        sha256=source.sha256,
        size=source.size,
        session=_only(tally.sessions) if head.session is None else head.session,
        indicator=head.indicator or _only(tally.indicators) or indicator_of(source.path),
        category=head.category or _only(tally.categories),
        claimed=head.claimed,
        found=source.found,
        repeated=tally.repeated,
        question_characters=sum(tally.sizes.questions),
        answer_characters=sum(tally.sizes.answers),
        queries_executed=head.queries_executed,
        success_rate=head.success_rate,
        findings=(*source.findings, *_count_findings(source, low_count_below)),
    )


def _only(values: set[_Value | None]) -> _Value | None:
    named = [value for value in values if value is not None]
    return named[0] if len(named) == 1 else None


def indicator_of(path: str) -> str:
    """Return the indicator a file's name speaks of: `dex/borrow_rate_qa_pairs.json` gives `borrow_rate`."""
    stem = PurePosixPath(path).stem
    return stem.removesuffix("_qa_pairs") or stem


def _count_findings(source: StagedSource, low_count_below: int) -> list[Finding]:
    """Compare what was found with the claim and the threshold, unless the file could not be read to its end."""
    if not source.complete:
        return []
    found, claimed, path = source.found, source.header.claimed, source.path
    findings = []
    if claimed is not None and claimed != found:
        findings.append(
            Finding(
                path,
                COUNT_DIFFERS,
                ERROR,
                f"claims {counted(claimed, 'pair')} and holds {found}; some may be lost",
            )
        )
    if found == 0:
        findings.append(Finding(path, "empty", WARNING, "holds no pair; ask for it again"))
    elif found < low_count_below:
        findings.append(
            Finding(path, "low-count", WARNING, f"holds {counted(found, 'pair')}, fewer than {low_count_below}")
        )
    return findings


def _with_doubles(stocks: list[SourceStock], asked_again: Collection[str]) -> list[SourceStock]:
    """Add an error to sources that share session and indicator, unless they were asked again (sha256s)."""
    paths: dict[tuple[int | None, str], list[str]] = {}
    for stock in stocks:
        if stock.sha256 and stock.sha256 not in asked_again:
            paths.setdefault((stock.session, stock.indicator.casefold()), []).append(stock.path)
    return [_with_double(stock, paths.get((stock.session, stock.indicator.casefold()), [])) for stock in stocks]


def _with_double(stock: SourceStock, namesakes: list[str]) -> SourceStock:
    others = [path for path in namesakes if path != stock.path]
    if not others or stock.path not in namesakes:
        return stock
    where = "no session" if stock.session is None else f"session {stock.session}"
    sentence = f"has the same session and indicator ({where}, {stock.indicator}) as {', '.join(others)}; keep one"
    double = Finding(stock.path, "same-indicator", ERROR, sentence)
    return msgspec.structs.replace(stock, findings=(*stock.findings, double))
