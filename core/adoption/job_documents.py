"""Claims in a decoded JSON document of any shape, found by what its names and values look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.adoption.documents import Members
from core.adoption.findings import shown
from core.adoption.forms import WRONG, FormClaim, form_claims_in
from core.adoption.job_claims import JobClaim
from core.adoption.job_entries import is_name, number_as_key, read_entry
from core.adoption.job_lines import claims_in_line
from core.adoption.names import job_names

if TYPE_CHECKING:
    from core.adoption.findings import Findings
    from core.adoption.job_entries import Entry

_DEEPEST = 100
_LONGEST_STEP = 40


class Gathered:
    """The claims of one list as they are found, in order."""

    def __init__(self, source: str, findings: Findings) -> None:
        """Gather the claims of the list `source`."""
        self.source = source
        self.findings = findings
        self.claims: list[JobClaim] = []
        self.forms: list[FormClaim] = []

    def text(self, text: str, place: str, number: int | None = None) -> None:
        """Take what a line of words claims; `number` is the batch it stands under."""
        claims, unclear = claims_in_line(text, self.source, place, number)
        self.claims += claims
        self.forms += form_claims_in(text, self.source, place)
        if unclear:
            self.findings.warn(
                "batch-unclear", "several batches are named beside the job; write them one a line", place
            )

    def document(self, value: object, place: str = "", above: str = "", number: int | None = None) -> None:
        """Take what a JSON value and all it holds claims; `number` is the batch that it stands under."""
        if place.count(".") + place.count("[") > _DEEPEST:
            self.findings.warn(
                "too-deep", "what is nested deeper is not looked at; write the jobs one a line", place
            )
        elif isinstance(value, Members):
            self._object(value, place, above, number)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.document(item, f"{place}[{index}]", above, number)
        elif isinstance(value, str):
            self.text(value, place or "the whole", number)

    def _object(self, members: Members, place: str, above: str, number: int | None) -> None:
        keyed = [_is_keyed(name) for name, _ in members]
        entry = read_entry([each for each, key in zip(members, keyed, strict=True) if not key], above)
        own = entry.numbers or _one(entry.named) or (_one(_numbered_by_part(members)) if entry.jobs else ())
        if len(own) > 1 and (entry.jobs or entry.file_uris):
            self.findings.warn(
                "two-numbers", f"one entry names batches {own[0]} and {own[1]}; settle which it is", place
            )
        for each in own or (number,):
            self._entry(entry, each, place or "the whole")
        inherited = number if not own else own[0] if len(own) == 1 else None
        for (name, value), key in zip(members, keyed, strict=True):
            below = f"{place}.{_step(name)}" if place else _step(name)
            if key:
                self._keyed(name, value, below, inherited)
            elif not isinstance(value, str):
                self.document(value, below, name, inherited)
            elif not is_name(value):
                self.text(value, below, inherited)

    def _entry(self, entry: Entry, number: int | None, place: str) -> None:
        uri = entry.file_uris[0] if len(entry.file_uris) == 1 else None
        common = (entry.state, entry.display_name, entry.time, self.source, place)
        self.claims += [JobClaim(number, job, uri, *common) for job in entry.jobs]
        if not entry.jobs:
            self.claims += [JobClaim(number, None, each, *common) for each in entry.file_uris]
        if number is not None and entry.state and WRONG.search(entry.state.replace("_", " ")):
            self.forms.append(FormClaim(number, number, self.source, place, entry.state))

    def _keyed(self, name: str, value: object, place: str, number: int | None) -> None:
        """Take `"17": "batches/abc"` and `"batches/abc": {"batch": 17}`: a key says what they are about."""
        jobs = job_names(name)
        if not jobs:
            batch = number_as_key(name)
            value = Members([("job", value)]) if isinstance(value, str) and is_name(value) else value
            self.document(value, place, "", batch)
        elif isinstance(value, Members):
            self.document(Members([("job", jobs[0]), *value]), place, "", number)
        else:
            self.document(Members([("job", jobs[0]), ("batch", value)]), place, "", number)


def _is_keyed(name: str) -> bool:
    return number_as_key(name) is not None or job_names(name) == [name]


def _step(name: str) -> str:
    """Return a name as a step of a place: one word as it is, anything else in quotes."""
    return name if name.isidentifier() and len(name) <= _LONGEST_STEP else repr(shown(name)).replace(".", "·")


def _one(number: int | None) -> tuple[int, ...]:
    return () if number is None else (number,)


def _numbered_by_part(members: Members) -> int | None:
    """Return the one batch that the parts of an entry name: `{"job": "batches/abc", "batch": {"number": 5}}`."""
    parts = (read_entry(value, name) for name, value in members if isinstance(value, Members))
    numbers = {number for part in parts if not part.jobs for number in part.numbers}
    return numbers.pop() if len(numbers) == 1 else None
