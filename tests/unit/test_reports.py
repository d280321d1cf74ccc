from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch import events as e
from core.batch.numbers import repair_of
from core.errors import RateLimitedError
from core.ledger.streams import batch_stream
from core.planning.make_plan import LOW_COUNT_ACTIONS, STRATEGIES
from core.reports.blocks import MOST_ROWS, Sentence, Table, table
from core.reports.excerpts import MOST, excerpt
from core.reports.material import Samples
from core.reports.sections import plan
from core.reports.wave_reports import KINDS, PAGE, PREPARATION, REPORT, SUBMISSION, rendered
from core.wave.decider import ReplanWave
from core.wave.events import Decision, LeftOut
from core.wave.state import Wave, evolve
from tests.courses import ACCEPT, ADOPT, BAD, OPEN, given, replanned
from tests.ledgers import NOON
from tests.reports import assessment, material, pair_quality, review_pair, run_wave
from tests.waves import planned_source, wave_planned

if TYPE_CHECKING:
    from core.reports.material import Material
    from tests.mill import Mill

GOLDEN = Path(__file__).parent.parent / "golden"


def whole(mill: Mill) -> Material:
    """Return the material of a wave that was run, assessed, scored and accepted."""
    run_wave(mill)
    pairs = [pair_quality(number, gain, fault=number == 4) for number, gain in enumerate((1.0, 0.5, 1.5, 0.0), 1)]
    return material(
        mill,
        assessments={2: assessment(pairs)},
        samples=Samples((review_pair("What is 1 | 2?\nOne\u202e line."),), drawn=True),
        prompt_of={f"w2-s30-n205-00{number}": "c" * 16 for number in (1, 2)},
    )


def told(mill: Mill, kind: str) -> str:
    return rendered(material(mill), kind).decode()


@pytest.mark.parametrize("kind", [PREPARATION, SUBMISSION, REPORT])
def test_a_small_wave_has_just_these_reports(mill: Mill, kind: str) -> None:
    # The emulator names its jobs by chance.
    said = re.sub(r"batches/\w+", "batches/JOB", rendered(whole(mill), kind).decode())
    assert said == (GOLDEN / f"wave_{kind.lower()}").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_ledger_and_files_give_the_same_bytes(mill: Mill, kind: str) -> None:
    made = whole(mill)
    assert rendered(made, kind) == rendered(made, kind)


def test_beside_every_chart_of_the_page_stands_a_table_with_its_figures(mill: Mill) -> None:
    said = rendered(whole(mill), PAGE).decode()

    behind = re.split(r"</svg></figure>\n", said)[1:]
    assert len(behind) == 4
    assert all(part.startswith('<div class="wide"') for part in behind)


def test_a_wave_of_which_nothing_was_sent_has_its_reports_too(mill: Mill) -> None:
    mill.plan(205)

    assert "wave 2 waits for its approval" in told(mill, PREPARATION)
    assert "Nothing of the wave was sent from here yet." in told(mill, SUBMISSION)
    report = told(mill, REPORT)
    assert "It is not assessed yet." in report
    assert "No pair came home yet." in report


def test_what_was_put_off_and_what_went_wrong_is_told(mill: Mill) -> None:
    mill.stage(205)
    limits = iter([RateLimitedError("too many jobs"), RateLimitedError("too many jobs")])

    def refuse(_: str) -> None:
        for error in limits:
            raise error

    mill.provider.before["create"] = refuse
    mill.drive()
    failed = e.BatchFailed("expired", "it | waited too long", NOON)
    mill.append([(batch_stream(205), mill.batch(205).version + 1, failed)])

    said = told(mill, SUBMISSION)

    assert re.search(r"\| 205 \| 2 \| \d+\.\d \| [^|]*too many jobs", said)
    assert "| 205 | expired | it \\| waited too long |" in said
    assert re.search(r"\| 205 \| 1 \| \S+ \| batches/\w+ \| created \|.*\| expired \|", said)


def test_a_pause_is_among_the_troubles_with_its_reason(mill: Mill) -> None:
    mill.stage(205)
    mill.append([(batch_stream(205), mill.batch(205).version + 1, e.BatchPaused("prices are to be asked", NOON))])
    assert "| 205 | paused | prices are to be asked |" in told(mill, SUBMISSION)


def test_an_overruling_stands_out_with_name_and_reason(mill: Mill) -> None:
    mill.stage(205)
    mill.drive()
    mill.tell_wave(2, OPEN, BAD)
    mill.tell_wave(2, msgspec.structs.replace(ACCEPT, reason="the numbers were checked by hand"))

    said = told(mill, REPORT)

    assert "OVERRULED: droid\\@mill accepted the wave against the verdict not good" in said
    assert "the numbers were checked by hand" in said
    assert "| assessed by rule: undecided | kept: failed |" in said


def test_what_content_rules_left_out_is_named_by_place(mill: Mill) -> None:
    mill.plan(205)
    left = LeftOut("placeholder", "the answer is a placeholder", ((1, 3), (7, 7)))
    source = msgspec.structs.replace(
        planned_source("w2-s30-tvl", 8, 2), left_out=(left,), excluded="low count; skipped"
    )
    decision = Decision("tvl.json", "skipped", "2 pairs, fewer than 10")
    planned = msgspec.structs.replace(wave_planned([source]), decisions=(decision,))
    made = material(mill)
    made.record.state = evolve(Wave(wave=2), planned)

    tables = [block for part in (plan.left_out, plan.choices) for block in part(made) if isinstance(block, Table)]

    assert tables[0].rows == (
        ("w2-s30-tvl.json", "placeholder", "4", "the answer is a placeholder", "1-3, 7"),
        ("w2-s30-tvl.json", "the plan", "2", "low count; skipped", "all others"),
    )
    options = {row[0]: row[2] for row in tables[1].rows}
    assert options["batches by"] == ", ".join(STRATEGIES)
    assert options["sources of few pairs"] == ", ".join(LOW_COUNT_ACTIONS)
    assert tables[2].rows == (("tvl.json", "skipped", "2 pairs, fewer than 10"),)


def test_missing_pairs_of_an_adopted_wave_are_told_with_what_they_were_planned_by(mill: Mill) -> None:
    mill.plan(205)
    made = material(mill)
    made.record.state = given(ADOPT, ReplanWave(replanned(repair_of(1, 1), repair_of(2, 1))))

    asked = plan.batches(made)[-1]

    assert isinstance(asked, Table)
    assert asked.caption == "Missing pairs asked for again"
    assert dict(asked.rows) | {"pairs": "8", "repairs": "1r1, 2r1", "US dollars": "0.0810"} == dict(asked.rows)


def test_a_long_table_says_how_many_rows_more_there_are() -> None:
    shown, more = table("Many", ("n",), [(number,) for number in range(MOST_ROWS + 2)])
    assert isinstance(shown, Table)
    assert len(shown.rows) == MOST_ROWS
    assert more == Sentence("… and 2 more.")


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert excerpt("a" * (MOST + 1_234)).endswith("a\n… 1,234 more characters")
    assert excerpt("a\n\n\n\nb\r\nc") == "a\n\nb\nc"
