"""Pairs of the corpus become vectors: as batches or at once, and no text is paid for twice."""

from __future__ import annotations

import json
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from adapters.corpus.vectors import VectorFolder
from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from core.corpus.space import Space
from tests.homes import approved

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path

    from adapters.emulator.emulator import Emulator
    from tests.ledgers import Postgres
    from tests.workspaces import Mill

    Jobs = Callable[[], Counter[str]]

SPACE = Space("gemini-embedding-001", 768)
#: In the first job one text gets no vector, one a part of it, one NaN; the repair is well.
SCENARIO = "\n".join(
    f'[[row]]\nkey = "batch_e001/*"\non = "{place}"\nfault = "{fault}"\n'
    for place, fault in enumerate(("missing", "cut-off", "garbage"), 1)
)


@pytest.fixture
def troubles() -> str:
    """Override this to let the provider make other trouble, or none."""
    return SCENARIO


@pytest.fixture
def emulator_settings(troubles: str) -> EmulatorSettings:
    scenario = scenario_of(troubles, "the test's")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


@pytest.fixture
def built(mill: Mill, brought_home: Path) -> Mill:
    """Give a workspace whose wave of 23 pairs is a corpus, and a provider that may be reached."""
    shutil.copytree(brought_home, mill.root, dirs_exist_ok=True)
    mill.run("corpus build --wave 2")
    return mill


def held(mill: Mill) -> set[str]:
    return VectorFolder(mill.root / "corpus", SPACE).held()


def lengths(mill: Mill) -> list[float]:
    found = []
    for batch in VectorFolder(mill.root / "corpus", SPACE).read():
        found += [sum(value * value for value in vector) ** 0.5 for vector in batch.column("vector").to_pylist()]
    return found


def test_a_corpus_is_embedded_by_batches_repaired_and_never_paid_for_again(built: Mill, jobs: Jobs) -> None:
    before = built.json("balance")
    rows = built.json("corpus build --wave 2")["manifest"]["rows"]

    shown = built.run("corpus embed --no-online --dry-run")
    assert f"{rows} texts without a vector, to be embedded by gemini-embedding-001 in 768 dimensions" in shown
    assert "Nothing was written." in shown
    assert "say --yes to approve US$" in built.refused("corpus embed --no-online")
    said = built.run("--set embedding.batch_size=20 corpus embed --no-online --yes")
    assert "Written and approved: e1-e2. `batchmill run` sends it" in said
    again = built.run("corpus embed --yes")
    assert f"{rows} texts are asked for already, by e1 e2." in again
    assert "Nothing is new. `batchmill run` brings home what is asked for." in again

    built.run("run --until-idle")

    labels = {row["label"]: row for row in built.json("status")["batches"] if row["kind"] == "embed"}
    assert {label: row["refined"] for label, row in labels.items()} == {"e1": 17, "e2": rows - 20, "e1r1": 3}
    assert (labels["e1"]["missing"], labels["e1"]["malformed"]) == (1, 2)
    assert held(built) == set()
    done = built.run("corpus embed --yes")
    assert f"{rows} texts with a vector are left out." in done
    assert "Every text of the corpus has a vector; nothing was changed." in done
    assert len(held(built)) == rows
    assert lengths(built) == pytest.approx([1.0] * rows, abs=1e-4)
    assert built.json("balance") == before
    cost = built.json("cost")["total"]
    assert (cost["embedding"], cost["embedding_usd"] > 0) == (3, True)
    assert "Embedding took 3 of" in built.run("cost")
    assert "every projection agrees" in built.run("replay --check")
    assert built.run("history --verify")
    assert "vectors" in built.run("doctor --offline")
    assert len([name for name in jobs() if "batch_e" in name]) == 3


def test_vectors_that_were_deleted_come_back_from_what_was_kept_and_cost_nothing(built: Mill, jobs: Jobs) -> None:
    built.run("corpus embed --no-online --yes")
    built.run("run --until-idle")
    built.run("corpus embed")
    whole, paid = held(built), jobs()
    shutil.rmtree(built.root / "corpus" / "vectors")
    kept = built.root / "results" / "embed_batch_001_embedded.jsonl"
    kept.write_bytes(kept.read_bytes().replace(b"A", b"B", 1))

    refusal = built.refused("corpus embed")
    assert "are not what was recorded; `batchmill replay --rebuild` makes it anew from its result" in refusal
    built.run("replay --rebuild")
    assert "Every text of the corpus has a vector" in built.run("corpus embed")
    assert held(built) == whole
    assert jobs() == paid


def test_a_few_texts_are_embedded_at_once_and_what_did_not_come_follows_as_a_batch(
    built: Mill, jobs: Jobs, emulator: Emulator
) -> None:
    rows = built.json("corpus build --wave 2")["manifest"]["rows"]
    asked = emulator.calls["models.embedContent"]

    shown = built.run("corpus embed --yes")

    assert f"{rows} texts without a vector, to be embedded at once, at twice the price of a batch," in shown
    assert f"{rows} texts embedded and in the vector folder." in shown
    assert emulator.calls["models.embedContent"] == asked + 1
    assert len(held(built)) == rows
    assert jobs() == {}
    [row] = [row for row in built.json("status")["batches"] if row["kind"] == "embed"]
    assert (row["label"], row["status"], row["job_name"]) == ("e1", "downloaded", f"online/{row['display_name']}")
    spent = built.json("cost --by batch")["costs"]["e1"]
    assert spent["usd"] == pytest.approx(spent["input_tokens"] * 0.15 / 1_000_000, abs=1e-6)
    assert spent["usd"] == pytest.approx(spent["expected_usd"], abs=2e-6)
    assert spent["emulated"] == 1
    names = [event[3] for event in built.events() if event[1] == "batch-e1"]
    assert names == [
        f"batch.{name}"
        for name in (
            "planned",
            "written",
            "submission_started",
            "submitted",
            "succeeded",
            "downloaded",
            "answers_read",
        )
    ]
    assert "Every text of the corpus has a vector; nothing was changed." in built.run("corpus embed")
    assert built.run("history --verify")


def test_a_changed_pair_pays_only_for_itself(built: Mill, emulator: Emulator) -> None:
    built.run("corpus embed --yes")
    rows = len(held(built))
    staged = json.loads((built.root / "inbox" / "a_qa_pairs.json").read_text())
    staged["qa_pairs"][2]["answer"] += " It fell on the day after that."
    built.put("again_qa_pairs.json", staged)
    paid = emulator.calls["models.embedContent"]
    plan = "plan --wave 3 inbox/again_qa_pairs.json --accept-findings --depends-on none"
    built.run(f"--set screening.repeated-pair=off --set screening.repeated-question=off {plan}")
    for command in ("write --wave 3", "approve --wave 3", "run --until-idle", "corpus build --wave 2 --wave 3"):
        built.run(command)

    found = built.json("corpus embed --yes")

    assert (found["new"], found["held"], found["embedded"]) == (1, rows, 1)
    assert found["same"] == found["rows"] - rows - 1 > 5
    assert emulator.calls["models.embedContent"] == paid + 1
    assert len(held(built)) == rows + 1


@pytest.mark.parametrize("troubles", [""])
def test_a_daemon_that_is_killed_once_its_job_is_made_does_not_pay_for_the_vectors_again(
    built: Mill, jobs: Jobs
) -> None:
    built.run("corpus embed --no-online --yes")
    with built.started("run") as daemon:
        daemon.wait_until(lambda: bool(jobs()))
        daemon.end(signal.SIGKILL)

    built.run("run --until-idle")

    assert list(jobs().values()) == [1]
    assert "Every text of the corpus has a vector" in built.run("corpus embed")


@pytest.mark.parametrize("troubles", ['[[call]]\nverb = "models.embedContent"\nfault = "hang"\non = "1"\n'])
def test_a_call_that_is_killed_halfway_is_on_record_and_its_texts_come_as_a_job(
    built: Mill, jobs: Jobs, emulator: Emulator
) -> None:
    with built.started("corpus embed --yes") as command:
        command.wait_until(lambda: bool(emulator.calls["models.embedContent"]))
        command.end(signal.SIGKILL)
    [row] = [row for row in built.json("status")["batches"] if row["kind"] == "embed"]
    assert (row["label"], row["status"], bool(row["started_at"])) == ("e1", "written", True)
    assert built.json("corpus embed --dry-run")["under_way"] == row["pairs"]

    built.run("run --until-idle")

    assert list(jobs().values()) == [1]
    assert "Every text of the corpus has a vector" in built.run("corpus embed")
    assert len(held(built)) == row["pairs"]


@pytest.mark.parametrize(
    "troubles",
    [
        '[[call]]\nverb = "models.embedContent"\nfault = "lost"\non = "1"\n',
        '[[call]]\nverb = "models.embedContent"\nfault = "refused"\ncode = 429\non = "1"\n',
    ],
    ids=["lost", "429"],
)
def test_a_call_that_fails_says_so_and_its_texts_come_as_a_job(built: Mill, jobs: Jobs) -> None:
    assert "embedding with gemini-embedding-001" in built.refused("corpus embed --yes")

    built.run("run --until-idle")

    assert list(jobs().values()) == [1]
    assert "Every text of the corpus has a vector" in built.run("corpus embed")


def test_nothing_is_embedded_at_once_that_the_budget_does_not_leave(built: Mill) -> None:
    refusal = built.refused("--set budget.usd_per_wave=0.0000001 corpus embed --yes")

    assert "raise budget.usd_per_wave, or embed them as batches (--no-online)" in refusal
    assert not [row for row in built.json("status")["batches"] if row["kind"] == "embed"]


def test_archived_duplicates_are_left_out_unless_they_are_asked_for(built: Mill) -> None:
    built.run("corpus dedup --threshold 0.5")
    some, whole = built.json("corpus embed --dry-run"), built.json("corpus embed --all --dry-run")

    assert some["archived"] > 0
    assert some["new"] == whole["new"] - some["archived"]
    assert "that were archived are left out; --all takes them too." in built.run("corpus embed --dry-run")


def test_a_model_that_is_not_known_or_not_for_vectors_is_told(built: Mill) -> None:
    assert "no prices and limits are known for the model x" in built.refused("corpus embed --model x --yes")
    refusal = built.refused("corpus embed --model gemini-2.5-flash --yes")
    assert "models/gemini-2.5-flash is not found for API version v1beta, or is not supported" in refusal


@pytest.mark.postgres
@pytest.mark.parametrize("troubles", [SCENARIO])
def test_on_postgresql_a_corpus_is_embedded_by_batches_too(mill: Mill, postgres: Postgres) -> None:
    name = postgres.create("template0")
    mill.environment["BATCHMILL_DATABASE_URL"] = postgres.url(name)
    approved(mill, a=11)
    for line in ("run --until-idle", "corpus build", "corpus embed --no-online --yes", "run --until-idle"):
        mill.run(line)

    assert "Every text of the corpus has a vector" in mill.run("corpus embed")

    assert len(held(mill)) == 11
    rows = {row["label"]: row["refined"] for row in mill.json("status")["batches"] if row["kind"] == "embed"}
    assert rows == {"e1": 8, "e1r1": 3}
    assert mill.json("history --verify")["faults"] == []
    assert mill.json("replay --check")["differences"] == []
    postgres.drop(name)
