"""Pairs of the corpus become vectors by batches: repaired, kept by content, and no text is paid for twice."""

from __future__ import annotations

import json
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from tests.homes import approved
from tests.vectors import SCENARIO, held, lengths

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from adapters.emulator.emulator import Emulator
    from tests.ledgers import Postgres
    from tests.workspaces import Mill

    Jobs = Callable[[], Counter[str]]


@pytest.fixture
def troubles() -> str:
    """Override this to let the provider make other trouble, or none."""
    return SCENARIO


@pytest.fixture
def emulator_settings(troubles: str) -> EmulatorSettings:
    scenario = scenario_of(troubles, "the test's")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


def test_a_corpus_is_embedded_by_batches_repaired_and_never_paid_for_again(built: Mill, jobs: Jobs) -> None:
    before = built.json("balance")
    rows = built.json("corpus build --wave 2")["manifest"]["rows"]

    shown = built.run("corpus embed --no-online --dry-run")
    assert f"{rows} texts without a vector, to be embedded by gemini-embedding-001 in 768 dimensions" in shown
    assert "No batch was written." in shown
    assert "was not searched for duplicates since it was built: they are paid for too" in shown
    assert "duplicates" not in built.run("corpus embed --no-online --dry-run --all")
    assert "say --yes to approve US$" in built.refused("corpus embed --no-online")
    limit = "--set models.gemini-embedding-001.enqueued_tokens=600"
    small = built.json(f"{limit} corpus embed --no-online --dry-run")["batches"]
    assert [batch["estimate"]["input_tokens"] <= 600 for batch in small] == [True] * 3
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
    assert f"{rows} vectors that came home now stand in the vector folder." in done
    assert "Every text of the corpus has a vector.\n" in done
    assert "Every text of the corpus has a vector; nothing was changed." in built.run("corpus embed --yes")
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


def test_archived_duplicates_are_left_out_unless_they_are_asked_for(built: Mill) -> None:
    built.run("corpus dedup --threshold 0.5")
    some, whole = built.json("corpus embed --dry-run"), built.json("corpus embed --all --dry-run")

    assert some["archived"] > 0
    assert some["new"] == whole["new"] - some["archived"]
    assert "that were archived are left out; --all takes them too." in built.run("corpus embed --dry-run")


@pytest.mark.postgres
@pytest.mark.parametrize("troubles", [SCENARIO])
def test_on_postgresql_a_corpus_is_embedded_by_batches_too(mill: Mill, postgres: Postgres) -> None:
    name = postgres.create("template0")
    mill.environment["BATCHMILL_DATABASE_URL"] = postgres.url(name)
    approved(mill, a=11)
    for line in (
        "run --until-idle",
        "corpus build --wave 2",
        "corpus embed --no-online --yes",
        "run --until-idle",
    ):
        mill.run(line)

    assert "Every text of the corpus has a vector" in mill.run("corpus embed")

    assert len(held(mill)) == 11
    rows = {row["label"]: row["refined"] for row in mill.json("status")["batches"] if row["kind"] == "embed"}
    assert rows == {"e1": 8, "e1r1": 3}
    assert mill.json("history --verify")["faults"] == []
    assert mill.json("replay --check")["differences"] == []
    postgres.drop(name)


def test_pairs_that_mean_the_same_are_found_by_their_vectors_and_explained(built: Mill) -> None:
    assert "run `batchmill corpus embed` first, or leave --cosine out" in built.refused(
        "corpus dedup --cosine 0.9"
    )
    plain = built.json("corpus dedup --threshold 1.0")["manifest"]["counts"]
    built.run("corpus embed --all --yes")

    found = built.json("corpus dedup --threshold 1.0 --cosine 0.9")["manifest"]

    counts = found["counts"]
    assert counts["cosine"] > 0
    assert counts["archived"] > plain["archived"]
    assert counts["without_vector"] == 0
    said = built.run("corpus dedup --threshold 1.0 --cosine 0.9")
    assert "links, from a cosine similarity of 0.9 by gemini-embedding-001-768" in said
    assert "nothing to do, this was found before" in said
    archived = built.run("corpus dedup --which archived").split()[0]
    explained = built.json(f"corpus dedup --explain {archived}")
    assert {tie["kind"] for tie in explained["ties"]} == {"cosine"}
    assert all(0.9 <= tie["similarity"] <= 1 for tie in explained["ties"])
    assert "the same meaning" in built.run(f"corpus dedup --explain {archived}")
    folder = built.json("corpus export --format jsonl")["folder"]
    card = (built.root / folder / "README.md").read_text(encoding="utf-8")
    assert "or vectors of gemini-embedding-001-768 with a cosine similarity of 0.9 or more" in card
    assert built.run("history --verify")


@pytest.mark.parametrize("troubles", ['[[row]]\nkey = "batch_e001/r01/*"\nfault = "failed"\n'])
def test_a_text_whose_vector_was_given_up_is_new_again(built: Mill) -> None:
    built.run("corpus embed --no-online --yes")
    built.run("--set driving.repair_rounds=0 run --until-idle")

    found = built.json("corpus embed --dry-run")

    assert (found["new"], found["under_way"], found["held"]) == (1, 0, found["rows"] - 1)
