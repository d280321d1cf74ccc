"""The older process's tracking file as claims: what it says of each batch, and what is wrong with that."""

from __future__ import annotations

from collections import Counter

import msgspec

from core.adoption.documents import Members
from core.adoption.findings import Finding, Findings, shown
from core.adoption.names import batch_number, whole_number
from core.adoption.paths import leads_out, safe_relative

#: No batch has more pairs than this; a larger claim is a slip of the pen, and would mint ids without end.
MOST_PAIRS = 1_000_000


class ClaimedBatch(msgspec.Struct, frozen=True, gc=False):
    """What a tracking file claims of one batch; None for what it does not say, or not in a way that can be read.

    `path` is `path_as_claimed` made safe to look for within a folder. Pair ids are text, whatever they were.
    `place` is where the entry stands, `batches[3]`.
    """

    number: int
    path_as_claimed: str | None
    path: str | None
    pairs: int | None
    file_size: int | None
    first_pair_id: str | None
    last_pair_id: str | None
    place: str


class Tracking(msgspec.Struct, frozen=True):
    """A tracking file: its batches by number as they stand there, its own totals, and what is wrong with it.

    `form` is what it says of the form of the files, as text.
    """

    source: str
    batches: tuple[ClaimedBatch, ...]
    total_batches: int | None
    total_pairs: int | None
    form: str | None
    findings: tuple[Finding, ...]

    @property
    def pairs(self) -> int:
        """The pairs that the batches claim together."""
        return sum(batch.pairs or 0 for batch in self.batches)


def tracking_of(document: object, source: str) -> Tracking | None:
    """Return what a decoded tracking file claims; None when the document holds no list of batches.

    `document` is what `core.adoption.documents.parse` returns; `source` the file as the user named it.
    """
    top = document if isinstance(document, Members) else Members()
    entries = top.first("batches") if isinstance(document, Members) else document
    if not isinstance(entries, list) or isinstance(entries, Members):
        return None
    findings = Findings(source)
    _complain_of_doubles(top, findings)
    form = top.first("format")
    tracking = Tracking(
        source,
        _batches(entries, findings),
        whole_number(top.first("total_batches")),
        whole_number(top.first("total_qa_pairs")),
        form if isinstance(form, str) else None,
        (),
    )
    _compare_totals(tracking, findings)
    return msgspec.structs.replace(tracking, findings=findings.told())


def _batches(entries: list[object], findings: Findings) -> tuple[ClaimedBatch, ...]:
    batches: dict[int, ClaimedBatch] = {}
    for index, entry in enumerate(entries):
        batch = _batch(entry, f"batches[{index}]", findings)
        if batch is not None:
            _put(batches, batch, findings)
    return tuple(batches.values())


def _complain_of_doubles(top: Members, findings: Findings) -> None:
    counts = Counter(name for name, _ in top)
    for name in (name for name, count in counts.items() if count > 1):
        findings.error("key-twice", f"the key {shown(name)} stands twice, and the first is read; remove the other")


def _put(batches: dict[int, ClaimedBatch], batch: ClaimedBatch, findings: Findings) -> None:
    earlier = batches.setdefault(batch.number, batch)
    if earlier is batch:
        return
    same = msgspec.structs.replace(batch, place=earlier.place) == earlier
    add = findings.warn if same else findings.error
    also = "and says the same" if same else "and says something else; keep the right entry and remove the other"
    add(
        "number-twice",
        f"batch {batch.number} stands at {earlier.place} already {also}; the first is taken",
        batch.place,
        batch.number,
    )


def _batch(entry: object, place: str, findings: Findings) -> ClaimedBatch | None:
    if not isinstance(entry, Members):
        findings.error("not-a-batch", f"{shown(entry)} is no object; make it one with a batch_number", place)
        return None
    number = batch_number(entry.first("batch_number"))
    if number is None:
        value = entry.first("batch_number")
        findings.error("number-missing", f"batch_number is {shown(value)}; give the batch its number", place)
        return None
    reader = _Fields(entry, place, number, findings)
    return ClaimedBatch(
        number,
        *reader.path(),
        reader.count("qa_count", MOST_PAIRS),
        reader.count("file_size"),
        reader.pair_id("first_pair_id"),
        reader.pair_id("last_pair_id"),
        place,
    )


class _Fields:
    """The fields of one entry, each read or complained about."""

    def __init__(self, entry: Members, place: str, number: int, findings: Findings) -> None:
        self._entry = entry
        self._place = place
        self._number = number
        self._findings = findings

    def path(self) -> tuple[str | None, str | None]:
        value = self._entry.first("file_path")
        if not isinstance(value, str):
            self._odd("file_path", value, "name the batch's file")
            return None, None
        path = safe_relative(value)
        if path is None:
            self._odd("file_path", value, "name the batch's file")
            return value, None
        if leads_out(value):
            self._warn(
                "path-leads-out", f"file_path {shown(value)} leads elsewhere; only {shown(path)} is looked for"
            )
        return value, path

    def count(self, name: str, most: int | None = None) -> int | None:
        value = self._entry.first(name)
        count = whole_number(value)
        if count is None or (most is not None and count > most):
            self._odd(name, value, "write the number, or let the batch's file say it")
            return None
        if count == 0:
            self._warn("nothing-claimed", f"{name} is 0; look whether the batch was ever written")
        return count

    def pair_id(self, name: str) -> str | None:
        value = self._entry.first(name)
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
        self._odd(name, value, "the batch's file says it better, so give --submissions")
        return None

    def _odd(self, name: str, value: object, advice: str) -> None:
        code = "field-missing" if value is None else "odd-field"
        what = f"has no {name}" if value is None else f"has {shown(value)} as its {name}"
        self._warn(code, f"{what}; {advice}")

    def _warn(self, code: str, clause: str) -> None:
        self._findings.warn(code, f"batch {self._number}: {clause}", self._place, self._number)


def _compare_totals(tracking: Tracking, findings: Findings) -> None:
    claims = (
        ("total_batches", tracking.total_batches, len(tracking.batches), "batches"),
        ("total_qa_pairs", tracking.total_pairs, tracking.pairs, "pairs"),
    )
    for name, claimed, found, what in claims:
        if claimed is not None and claimed != found:
            findings.warn(
                "totals-disagree",
                f"{name} says {claimed:,} and its entries make {found:,} {what}; look for the rest",
            )
