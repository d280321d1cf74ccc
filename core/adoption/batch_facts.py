"""What was found out about one batch file, beside what was claimed of it."""

from __future__ import annotations

import msgspec

from core.adoption.findings import Finding, Findings, shown
from core.adoption.forms import FileForm
from core.adoption.request_text import FoundPair  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.tracking import ClaimedBatch  # noqa: TC001 - the same


class FoundRequest(msgspec.Struct, frozen=True, gc=False):
    """One request of a batch file: the line it stands on (from 1), its key, and its pairs.

    `line` is 0 for the pairs of a file that sent line by line, which only all its lines together hold.
    """

    line: int
    key: str | None
    pairs: tuple[FoundPair, ...]


class BatchFacts(msgspec.Struct, frozen=True):
    """A batch file as it lies there; sizes in bytes.

    `path` is where it was found, "" for a file that is not there (then the rest is empty). `stated` is the sum of
    what the headers announce, None without any. `originals` are the ids the pairs came with, in order, "" for an
    unusable one. `whole` says that nothing of the file had to be passed over, `keys` what each request is called
    (`line 3` where it has no key) and how many pairs it carries.
    """

    number: int
    path: str
    sha256: str
    size: int
    form: FileForm
    requests: int
    stated: int | None
    originals: tuple[str, ...]
    numeric: int
    question_characters: int
    answer_characters: int
    whole: bool
    findings: tuple[Finding, ...]
    keys: tuple[tuple[str, int], ...] = ()

    @property
    def at_hand(self) -> bool:
        """Whether the file was there to be read."""
        return bool(self.path)

    @property
    def pairs(self) -> int:
        """The pairs that the file holds."""
        return len(self.originals)


def absent(claimed: ClaimedBatch, findings: Findings) -> BatchFacts:
    """Return the facts of a batch whose file is not there."""
    return BatchFacts(claimed.number, "", "", 0, FileForm.NO_PAIRS, 0, None, (), 0, 0, 0, False, findings.told())  # noqa: FBT003 - a record of nothing


def compare(facts: BatchFacts, claimed: ClaimedBatch, findings: Findings) -> None:
    """Add a finding for everything in which a file is not what was claimed of it."""
    number = claimed.number
    if claimed.file_size is not None and claimed.file_size != facts.size:
        findings.warn(
            "size-disagrees",
            f"batch {number} has {facts.size:,} bytes and {claimed.file_size:,} claimed; the file was changed "
            "since, so look whether it is what was sent",
        )
    for what, count in (("claimed", claimed.pairs), ("announced in its header", facts.stated)):
        if count is not None and count != facts.pairs:
            findings.error(
                "count-disagrees",
                f"batch {number} holds {facts.pairs:,} pairs and {count:,} are {what}; look for the others",
            )
    _compare_ids(facts, claimed, findings)
    if facts.form.wrong:
        findings.error("wrong-form", f"batch {number} {_FORMS[facts.form]}; run its pairs again")


_FORMS = {
    FileForm.LINE_PER_REQUEST: "has every line of the prompt as a request of its own",
    FileForm.PLAIN_TEXT: "is plain text and holds no request",
    FileForm.NO_PAIRS: "holds no pairs that can be read",
}


def _compare_ids(facts: BatchFacts, claimed: ClaimedBatch, findings: Findings) -> None:
    number, ids = claimed.number, [original for original in facts.originals if original]
    for claim, found, which in (
        (claimed.first_pair_id, ids[:1], "first"),
        (claimed.last_pair_id, ids[-1:], "last"),
    ):
        if claim is not None and found and found[0] != claim:
            findings.warn(
                "id-disagrees",
                f"batch {number}: its {which} pair is {shown(found[0])} and {shown(claim)} is claimed; look "
                "whether it is the right file",
            )
    if 0 < facts.numeric < len(ids):
        findings.warn(
            "ids-of-two-kinds", f"batch {number}: {facts.numeric} of its pair ids are numbers, the rest text"
        )
    elif facts.numeric:
        findings.warn("ids-are-numbers", f"batch {number} numbers its pairs; its ids are taken as text")
    nameless = facts.pairs - len(ids)
    if nameless:
        findings.error("id-missing", f"batch {number}: {nameless} pairs have no pair_id; run them again")
    twice = len(ids) - len(set(ids))
    if twice:
        findings.error(
            "ids-twice-in-batch",
            f"batch {number}: {twice} pairs have the id of another pair of the batch; answers to them cannot "
            "be told apart, so run them again",
        )
