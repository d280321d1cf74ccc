"""A wave's reports by the real command: written, kept current, compared, and made anew."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.workspaces import Mill, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

KINDS = ("PREPARATION.md", "SUBMISSION.md", "REPORT.md", "REPORT.html")
HOSTILE = "<script>x</script> | [it](http://x) `reads` well"


@pytest.fixture(scope="module")
def ran(
    tmp_path_factory: pytest.TempPathFactory, serving_emulator: Callable[..., AbstractContextManager[str]]
) -> Iterator[Mill]:
    """Give a wave of two batches that came home, was assessed and accepted; no test may change it."""
    with serving_emulator() as url:
        mill = written(Mill(tmp_path_factory.mktemp("reports") / "mill", url), tvl=12, apr=11)
        mill.run("run --until-idle")
        mill.run("sample --wave 2 --size 4")
        mill.run("assess --wave 2")
        mill.run("report --wave 2 --html")
        mill.run(f"accept --wave 2 --reason '{HOSTILE}'")
        yield mill


@pytest.fixture
def wave(ran: Mill, tmp_path: Path) -> Mill:
    """Give a copy of it."""
    root = tmp_path / "mill"
    shutil.copytree(ran.root, root)
    return Mill(root, ran.environment["BATCHMILL_PROVIDER__BASE_URL"])


def paths(mill: Mill) -> list[str]:
    return sorted(path.name for path in (mill.root / "reports").glob("WAVE_*"))


def text(mill: Mill, kind: str) -> str:
    return (mill.root / "reports" / f"WAVE_2_{kind}").read_text(encoding="utf-8")


def test_all_four_reports_are_kept_current_by_what_is_decided(ran: Mill) -> None:
    assert paths(ran) == sorted(f"WAVE_2_{kind}" for kind in KINDS)
    head = ran.json("history wave-2")["events"][-1]["position"]
    for kind in KINDS:
        assert f"As of event {head} of the ledger" in text(ran, kind)
    assert "23 of 23 pairs are refined (100.0%)." in text(ran, "REPORT.md")
    assert text(ran, "REPORT.md").count("\n### w2-s30-") == 4
    assert "OVERRULED: droid\\@mill accepted the wave against the verdict" in text(ran, "REPORT.md")


def test_what_a_person_wrote_marks_up_nothing(ran: Mill) -> None:
    said = text(ran, "REPORT.md")
    assert "&lt;script&gt;x&lt;/script&gt; \\| \\[it\\](http\\://x) \\`reads\\` well" in said
    page = text(ran, "REPORT.html")
    assert "<script" not in page
    assert "&lt;script&gt;x&lt;/script&gt; | [it](http://x) `reads` well" in page
    assert page.count("<svg ") == 4


def test_a_report_names_its_paths_and_says_the_same_again(wave: Mill) -> None:
    before = wave.files()

    assert wave.run("report --wave 2").splitlines() == [f"reports/WAVE_2_{kind}" for kind in KINDS]
    assert wave.json("report --wave 2") == {"wave": 2, "reports": [f"reports/WAVE_2_{kind}" for kind in KINDS]}

    assert wave.files() == before


def test_a_report_stays_what_it_is_when_the_ledger_goes_on(wave: Mill) -> None:
    wave.stage(fees=12)
    wave.run("plan --wave 3 inbox/fees_qa_pairs.json")

    assert "every projection agrees" in wave.run("replay --check")


def test_a_report_that_was_changed_is_named_and_made_anew(wave: Mill) -> None:
    before = wave.files()
    for kind in ("REPORT.md", "REPORT.html"):
        path = wave.root / "reports" / f"WAVE_2_{kind}"
        path.write_text(path.read_text(encoding="utf-8").replace("23 of 23", "24 of 23"), encoding="utf-8")
    (wave.root / "reports" / "WAVE_2_PREPARATION.md").write_text("nothing", encoding="utf-8")

    ended = wave.call("replay --check")

    assert "`batchmill replay --rebuild` mends them" in wave.refused("", ended)
    for kind in ("PREPARATION.md", "REPORT.md", "REPORT.html"):
        assert f"reports/WAVE_2_{kind} differs" in ended.stdout
    assert "SUBMISSION" not in ended.stdout
    assert "reports/WAVE_2_REPORT.html" in wave.run("replay --rebuild")
    assert wave.files() == before


def test_a_report_that_was_never_made_is_no_difference(wave: Mill) -> None:
    shutil.copy(wave.root / "reports/WAVE_2_REPORT.md", wave.root / "kept.md")
    for path in (wave.root / "reports").glob("WAVE_*"):
        path.unlink()

    assert "every projection agrees" in wave.run("replay --check")
    wave.run("replay --rebuild")
    assert paths(wave) == []
    wave.run("report --wave 2")
    assert paths(wave) == sorted(f"WAVE_2_{kind}" for kind in KINDS[:3])
    assert (wave.root / "kept.md").read_bytes() == (wave.root / "reports/WAVE_2_REPORT.md").read_bytes()


def test_an_assessment_that_was_changed_is_named_and_not_shown(wave: Mill) -> None:
    path = wave.root / "reports/wave_2_assessment.json"
    path.write_text(path.read_text(encoding="utf-8").replace("0.", "1."), encoding="utf-8")

    ended = wave.call("replay --check")

    assert "`batchmill assess` what it keeps" in wave.refused("", ended)
    assert "reports/wave_2_assessment.json is not as it was recorded" in ended.stdout
    wave.run("report --wave 2")
    assert "reports/wave_2_assessment.json is not as it was recorded" in text(wave, "REPORT.md")
    assert "Errors per 100 words" not in text(wave, "REPORT.md")


def test_a_disk_that_refuses_a_report_keeps_no_decision_from_being_made(wave: Mill) -> None:
    shutil.rmtree(wave.root / "reports")
    (wave.root / "reports").write_text("in the way", encoding="utf-8")

    ended = wave.call("reject --wave 2 --reason 'a second look'")

    assert ended.status == 0
    assert "wave 2 is rejected" in ended.stdout
    assert re.search(r"note: the reports of wave 2 were not written: .*reports", ended.stderr)
    assert "Traceback" not in ended.stderr
    wave.refused("report --wave 2")


def test_a_wave_that_is_not_there_has_no_report(wave: Mill) -> None:
    assert wave.refused("report --wave 9") == "the ledger has no wave 9; `batchmill waves` shows those it has"
