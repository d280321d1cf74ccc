"""Where a batch's files belong in the workspace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.batch.numbers import LETTERS, REFINE, kind_of, round_of, serial_of

if TYPE_CHECKING:
    from core.batch.state import Batch
    from core.engine.policy import Policy


def submission_path(policy: Policy, number: int) -> str:
    """Return where a batch file belongs."""
    return f"{policy.submissions_folder}/{_file_name(policy, number)}"


def result_path(policy: Policy, batch: Batch, kind: str) -> str:
    """Return where a batch's file of a kind belongs: `results`, `refined`, `judged` or `embedded`.

    A later attempt overwrites nothing.
    """
    stem = _file_name(policy, batch.number).removesuffix(".jsonl")
    attempt = "" if batch.attempt <= 1 else f"_attempt{batch.attempt}"
    return f"{policy.results_folder}/{stem}{attempt}_{kind}.jsonl"


def adopted_path(policy: Policy, batch: Batch) -> str:
    """Return where refined pairs belong that are taken over from disk; nothing taken before is written over."""
    stem = _file_name(policy, batch.number).removesuffix(".jsonl")
    before = re.search(r"_adopted(\d*)_refined\.jsonl$", batch.refined_path)
    again = str(int(before[1] or 1) + 1) if before else ""
    return f"{policy.results_folder}/{stem}_adopted{again}_refined.jsonl"


def is_own(policy: Policy, path: str) -> bool:
    """Whether a path in the workspace is one that the ledger writes files of batches to, or may come to.

    Upper and lower case are the same here, as they are to some disks.
    """
    folder, _, name = path.casefold().rpartition("/")
    # Whatever the template adds to the digits stands before or behind them.
    before, _, after = policy.file_template.casefold().removesuffix(".jsonl").partition("{")
    stem = rf"(?:{'|'.join(LETTERS)})?_?{re.escape(before)}[0-9]+{re.escape(after.partition('}')[2])}(?:r[0-9]+)?"
    if folder == policy.submissions_folder.casefold():
        return re.fullmatch(rf"{stem}\.jsonl", name) is not None
    return folder == policy.results_folder.casefold() and re.match(rf"{stem}_", name) is not None


def _file_name(policy: Policy, number: int) -> str:
    """Return the template's name for a batch of a plan, and with `r1` added for its first repair.

    One of another kind has that before it, as in `judge_`; a template's digits stand elsewhere, so no two batches
    share a name.
    """
    name = policy.file_template.format(number=serial_of(number))
    kind = kind_of(number)
    name = name if kind == REFINE else f"{kind}_{name}"
    return f"{name.removesuffix('.jsonl')}r{round_of(number)}.jsonl" if round_of(number) else name
