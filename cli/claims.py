"""What an older process says it did, taken stock of: papers and files read, compared, and nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from adapters.files.adopted_batches import read_facts
from adapters.files.adopted_jobs import read_job_list
from adapters.files.adopted_refined import AdoptedRefinedFile
from adapters.files.adopted_tracking import read_tracking
from cli.adopting import range_of
from core.adoption.attribution import Attribution
from core.adoption.findings import Finding  # noqa: TC001 - msgspec reads the annotations at run time
from core.adoption.forms import FormClaim
from core.adoption.job_claims import Conflict  # noqa: TC001 - the same
from core.adoption.listing import OPERATOR
from core.adoption.stocktaking import Figures, take_stock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Claims(msgspec.Struct, frozen=True):
    """The figures of an older wave, its refined pairs at hand, and what is wrong with its papers."""

    wave: int
    figures: Figures
    refined_at_hand: int
    conflicts: tuple[Conflict, ...]
    findings: tuple[Finding, ...]


def claims_of(  # noqa: PLR0913 - the papers of one wave
    wave: int,
    tracking_file: Path,
    job_lists: Sequence[Path],
    *,
    submissions: Path | None,
    refined: Sequence[Path] = (),
    wrong_form: str | None = None,
) -> Claims:
    """Read a tracking file, the batch files where they are, job lists and refined results, and compare them.

    Raises BadInputError for a paper that cannot be read at all; everything else that is wrong is a finding.
    """
    tracking, _ = read_tracking(tracking_file)
    folder = submissions or tracking_file.parent
    facts = {batch.number: read_facts(batch, folder) for batch in tracking.batches}
    lists = [read_job_list(path) for path in job_lists]
    forms = [form for each in lists for form in each.forms]
    if wrong_form:
        forms.append(FormClaim(*range_of(wrong_form), OPERATOR))
    stock = take_stock(wave, tracking, facts, [claim for each in lists for claim in each.claims], forms)
    attribution = Attribution([batch.ids for batch in stock.batches])
    files = [AdoptedRefinedFile(path, attribution) for path in refined]
    at_hand = sum(1 for file in files for _ in file.answers())
    findings = list(stock.findings)
    for job_list in lists:
        findings += job_list.findings
    for file in files:
        findings += file.findings
    return Claims(wave, stock.figures, at_hand, stock.conflicts, tuple(findings))
