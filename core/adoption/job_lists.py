"""A job list of any shape: JSON, JSON lines, Markdown or CSV tables, plain lines, also mixed and broken."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.adoption.documents import Members, parse
from core.adoption.findings import Findings
from core.adoption.job_claims import JobList
from core.adoption.job_documents import Gathered
from core.adoption.job_tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLAT = re.compile(r"\{[^{}]*\}")
_OPENING = ("{", "[")
_BLANK = "\ufeff \t\r\n"
_JSON = re.compile(r"[\ufeff\s]*(?:\{|\[\s*[\[{\"])")


def job_list_of(text: str, source: str, sha256: str = "", size: int = 0) -> JobList:
    """Return what a list claims, found by what batch numbers and job names look like. Never raises.

    `source` is the file as the user named it; its sha256 (hex) and size (bytes) are kept with the claims.
    """
    findings = Findings(source)
    gathered = Gathered(source, findings)
    document = _parsed(text)
    if document is not None:
        gathered.document(document)
    else:
        if _JSON.match(text) and _parsed(text.lstrip(_BLANK).partition("\n")[0]) is None:
            findings.warn(
                "not-json", "it begins like JSON and is none; what could be read of it is taken, line by line"
            )
        _lines(text, gathered)
    claims = tuple(dict.fromkeys(gathered.claims))
    for claim in claims:
        if claim.number is None:
            what = claim.job or claim.file_uri
            findings.warn(
                "no-batch-named",
                f"no batch is named for {what}; the provider may know it, or settle it",
                claim.place,
            )
    if not claims:
        findings.warn("nothing-found", "no job and no upload is named in it; look whether it is the right file")
    return JobList(source, sha256, size, claims, tuple(dict.fromkeys(gathered.forms)), findings.told())


def _parsed(text: str) -> Members | list[object] | None:
    if not text.lstrip(_BLANK).startswith(_OPENING):
        return None
    try:
        document = parse(text)
    except ValueError:
        return None
    return document if isinstance(document, list) else None


def _lines(text: str, gathered: Gathered) -> None:
    """Take the JSON that stands in the text, wherever it does, and then what is left of it line by line."""
    rest: list[str] = []
    for number, line in enumerate(_split(text), start=1):
        document = _parsed(line)
        if document is not None:
            gathered.document(document, f"line {number}")
        rest.append(line if document is None else "")
    table = Table()
    for number, line in enumerate(_split(_without_objects("\n".join(rest), gathered)), start=1):
        _line(line, f"line {number}", table, gathered)


def _without_objects(text: str, gathered: Gathered) -> str:
    """Take the objects in a text that hold no others, and return the rest of it with its lines where they were."""
    rest: list[str] = []
    at, line = 0, 1
    for found in _FLAT.finditer(text):
        document = _parsed(found[0])
        if document is None:
            continue
        line += text.count("\n", at, found.start())
        gathered.document(document, f"line {line}")
        ends = found[0].count("\n")
        rest += [text[at : found.start()], " ", "\n" * ends]
        line += ends
        at = found.end()
    return "".join([*rest, text[at:]])


def _line(line: str, place: str, table: Table, gathered: Gathered) -> None:
    row = table.row(line)
    before = len(gathered.claims)
    if row is not None:
        gathered.document(row, place)
    if len(gathered.claims) == before:
        gathered.text(line, place)


def _split(text: str) -> Iterator[str]:
    return (line.rstrip("\r") for line in text.split("\n"))
