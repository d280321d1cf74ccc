from __future__ import annotations

from pathlib import Path

import pytest

from adapters.emulator.call_faults import VERBS, Lost, Refused
from adapters.emulator.job_faults import Expired
from adapters.emulator.row_faults import Missing
from adapters.emulator.scenario import Scenario, read_scenario, scenario_of
from core.errors import BadInputError

EVERYTHING = """
seed = 7

[quotas]
jobs_at_once = 3

[[call]]
verb = ["batches.*", "upload.start"]
on = "1, 3-5"
per = "display_name"
fault = "refused"
code = 429
retry_info = 34

[[call]]
fault = "lost"
probability = 0.25
times = 2
after_effect = true

[[job]]
display_name = "*-a1"
fault = "expired"
partial = 0.5

[[row]]
every = 5
key = "r*"
fault = "missing"
"""


def test_a_scenario_says_what_goes_wrong_and_when() -> None:
    scenario = scenario_of(EVERYTHING, "x.toml")

    refused, lost = scenario.call
    assert isinstance(refused, Refused)
    assert (refused.verb, refused.on, refused.per) == (("batches.*", "upload.start"), "1, 3-5", "display_name")
    assert lost == Lost(probability=0.25, times=2, after_effect=True)
    assert scenario.job == (Expired(display_name="*-a1", partial=0.5),)
    assert scenario.row == (Missing(every=5, key="r*"),)
    assert (scenario.seed, scenario.quotas.jobs_at_once) == (7, 3)


def test_an_empty_scenario_is_no_trouble() -> None:
    assert scenario_of("", "x.toml") == Scenario()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = ", "x.toml is not TOML"),
        ("seed = 'one'", "x.toml, seed"),
        ("[[calls]]", "'calls'"),
        ("[call]\nfault = 'lost'", "[[call]] with two brackets"),
        ("[[call]]\nverb = '*'", "rule 1 of [[call]]: it has no `fault`"),
        ("[[row]]\nfault = 'missing'\n[[row]]\nfault = 'mising'", "rule 2 of [[row]]: Invalid value 'mising'"),
        ("[[call]]\nfault = 'lost'\nverb = 'batches.make'", "no call is named 'batches.make'"),
        ("[[call]]\nfault = 'lost'\nverb = ['*', 'x']", "no call is named 'x'"),
        ("[[call]]\nfault = 'slow'", "missing required field `seconds`"),
        ("[[call]]\nfault = 'slow'\nseconds = -1", "`$.seconds`"),
        ("[[call]]\nfault = 'refused'\ncode = 418", "`code` is 418"),
        ("[[call]]\nfault = 'lost'\non = 'first'", "`on` is 'first'"),
        ("[[call]]\nfault = 'lost'\nevery = 0", "`$.every`"),
        ("[[call]]\nfault = 'lost'\ntime = 1", "unknown field `time`"),
        ("[[job]]\nfault = 'failed'\nprobability = 1.5", "rule 1 of [[job]]"),
        ("[[job]]\nfault = 'failed'\nprobability = 0.5\nevery = 2", "only one of"),
        ("[[job]]\nfault = 'misplaced'", "give `place`"),
        ("[[job]]\nfault = 'lost'", "rule 1 of [[job]]: Invalid value 'lost'"),
        ("[quotas]\njobs = 1", "[quotas]: Object contains unknown field `jobs`"),
        ("[quotas]\njobs_at_once = 0", "[quotas]"),
    ],
)
def test_a_bad_scenario_is_refused_with_one_sentence_that_names_the_rule(text: str, said: str) -> None:
    with pytest.raises(BadInputError) as refused:
        scenario_of(text, "x.toml")

    assert "x.toml" in str(refused.value)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_scenario_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInputError, match=r"/nowhere/x\.toml"):
        read_scenario(Path("/nowhere/x.toml"))


def test_rules_can_name_every_verb_that_the_emulator_serves() -> None:
    from adapters.emulator.app import SERVED  # noqa: PLC0415 - loads the web framework

    assert set(VERBS) == set(SERVED)
