from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from adapters.emulator.call_faults import VERBS, CallFault
from adapters.emulator.job_faults import JobFault
from adapters.emulator.row_faults import RowFault
from adapters.emulator.scenario import scenario_of
from adapters.emulator.truth import TrueFile, TrueJob, truth_of
from adapters.emulator.when import When

DOCUMENT = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
FAULTS = {"calls": CallFault, "jobs": JobFault, "rows": RowFault}
SHARED = {*When.__struct_fields__, "verb", "key", "holds", "after_effect"}


def test_the_scenario_in_the_document_can_be_used() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)

    scenario = scenario_of(text, "docs/emulator.md")

    assert (len(scenario.call), len(scenario.job), len(scenario.row)) == (2, 1, 1)


@pytest.mark.parametrize("about", FAULTS)
def test_the_document_has_every_fault_with_its_fields_and_no_other(about: str) -> None:
    section = DOCUMENT.partition(f"### Faults of {about}\n")[2].partition("\n#")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", section, re.MULTILINE)
    documented = {fault: set(re.findall(r"`(\w+)`", fields)) for fault, fields in rows}

    kinds = get_args(FAULTS[about])
    assert documented == {kind.__struct_config__.tag: set(kind.__struct_fields__) - SHARED for kind in kinds}


def test_the_document_names_every_verb_and_every_field_that_rules_share() -> None:
    for name in (*VERBS, *SHARED):
        assert f"`{name}" in DOCUMENT


def test_the_truth_in_the_document_can_be_used() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)

    truth = truth_of(text, Path(), "docs/emulator.md")

    assert (len(truth.jobs), len(truth.files)) == (3, 1)


@pytest.mark.parametrize(("about", "kind"), [("job", TrueJob), ("file", TrueFile)])
def test_the_document_has_every_field_of_a_truth_and_no_other(about: str, kind: type[TrueJob | TrueFile]) -> None:
    table = DOCUMENT.partition(f"| field of a {about} | meaning |\n")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)

    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == set(kind.__struct_fields__)
