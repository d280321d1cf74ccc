"""Resources: the papers of the workspace and the diagrams of the lifecycles, to be read as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cli.mcp.answers import MARK, MOST_BYTES
from core.errors import NotFoundError
from core.one_line import one_line
from core.projections.publish import TIMELINE, TRACKING, documents, render

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.mcp.desk import Desk

SCHEME = "batchmill://"
TRACKING_URI, TIMELINE_URI = f"{SCHEME}{TRACKING}", f"{SCHEME}{TIMELINE}"
BATCH_URI, WAVE_URI = f"{SCHEME}lifecycle/batch", f"{SCHEME}lifecycle/wave"
REPORTS = f"{SCHEME}reports/"
REPORT_TEMPLATE = f"{REPORTS}WAVE_{{wave}}_{{kind}}"
_KINDS = {"json": "application/json", "md": "text/markdown", "html": "text/html"}
MERMAID = "text/vnd.mermaid"


class Resource(NamedTuple):
    """What there is to be read: its address, a name, what it is, and its type."""

    uri: str
    name: str
    description: str
    mime_type: str


def listed(desk: Desk) -> list[Resource]:
    """Return every resource there is: the standing ones, and the reports that were made."""
    from core.reports.wave_reports import KINDS, path_of

    with desk.opened() as opened:
        reports = [
            path_of(row.wave, kind)
            for row in opened.rows().waves()
            for kind in KINDS
            if opened.files.digest(path_of(row.wave, kind)) is not None
        ]
    standing = [
        Resource(
            TRACKING_URI, TRACKING, f"Batches as in the old tracking file; holds {MARK}.", "application/json"
        ),
        Resource(TIMELINE_URI, TIMELINE, f"The milestones of every wave; holds {MARK}.", "text/markdown"),
        Resource(BATCH_URI, "lifecycle of a batch", "A mermaid state diagram.", MERMAID),
        Resource(WAVE_URI, "lifecycle of a wave", "A mermaid state diagram.", MERMAID),
    ]
    made = [
        Resource(f"{SCHEME}{path}", path, f"A report of a wave; holds {MARK}.", type_of(path)) for path in reports
    ]
    return standing + made


def read(desk: Desk, uri: str) -> tuple[str, str]:
    """Return the text of a resource and its type; NotFoundError for one that is not there.

    What is longer than 50 kB is cut, and says so: the tools give the same by pages.
    """
    from core.batch import lifecycle as of_batch
    from core.wave import lifecycle as of_wave

    match uri:
        case _ if uri == BATCH_URI:
            return of_batch.diagram(), MERMAID
        case _ if uri == WAVE_URI:
            return of_wave.diagram(), MERMAID
        case _:
            with desk.opened() as opened:
                content = _paper(opened, uri)
    return _cut(content.decode(errors="replace")), type_of(uri)


def type_of(path: str) -> str:
    """Return the media type of a paper by its name."""
    return _KINDS.get(path.rpartition(".")[2], "text/plain")


def _paper(opened: Opened, uri: str) -> bytes:
    """Return a document as the ledger has it now, or a report as it was made."""
    from core.reports.wave_reports import KINDS, path_of

    if uri in {TRACKING_URI, TIMELINE_URI}:
        model = opened.rows()
        found = documents(model, opened.settings.folders.submissions)
        return next(render(model, each) for each in found if each.path.endswith(uri.removeprefix(SCHEME)))
    waves = [row.wave for row in opened.rows().waves()] if uri.startswith(REPORTS) else []
    path = next(
        (path for wave in waves for kind in KINDS if f"{SCHEME}{(path := path_of(wave, kind))}" == uri), None
    )
    if path is None or opened.files.digest(path) is None:
        raise NotFoundError(f"there is no resource {one_line(uri)[:200]}; resources/list names those there are")
    with opened.files.open(path) as stream:
        return stream.read()


def _cut(text: str) -> str:
    whole = text.encode()
    if len(whole) <= MOST_BYTES:
        return text
    begun = whole[:MOST_BYTES].decode(errors="ignore")
    return f"{begun}\n… cut here: {len(whole)} bytes in all; batch_list, timeline and balance give it by pages\n"
