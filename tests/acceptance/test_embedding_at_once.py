"""Few texts are embedded at once, or on this machine; what a call did not bring comes by a job."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from adapters.corpus.vectors import VectorFolder
from adapters.emulator.scenario import scenario_of
from adapters.emulator.settings import EmulatorSettings
from cli.compose import opened
from cli.embedding_local import embed_here, lines_of
from core.corpus.space import Space
from core.embedding.vectors import normalised
from tests.vectors import held

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from adapters.emulator.emulator import Emulator
    from tests.workspaces import Mill

    Jobs = Callable[[], Counter[str]]


@pytest.fixture
def troubles() -> str:
    """Override this to let the provider make other trouble, or none."""
    return ""


@pytest.fixture
def emulator_settings(troubles: str) -> EmulatorSettings:
    scenario = scenario_of(troubles, "the test's")
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0, scenario=scenario)


def test_a_few_texts_are_embedded_at_once_which_is_on_record_and_in_the_cost(
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
    refusal = built.refused("corpus embed --yes")
    assert refusal.startswith("embedding with gemini-embedding-001: the ")
    assert refusal.endswith("; `batchmill run` has the texts of batch e1 embedded by a job")

    built.run("run --until-idle")

    assert list(jobs().values()) == [1]
    assert "Every text of the corpus has a vector" in built.run("corpus embed")


@pytest.mark.parametrize("how", ["--online", "--no-online"])
def test_three_who_embed_at_once_pay_once_and_each_is_told_what_became_of_it(
    built: Mill, emulator: Emulator, how: str
) -> None:
    rows = built.json("corpus build --wave 2")["manifest"]["rows"]
    paid = emulator.calls["models.embedContent"]

    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(built.separately, [f"corpus embed {how} --yes"] * 3))

    told = ("another `batchmill corpus` command writes in", "; run it again")
    for each in ended:
        assert each.status == 0 or any(words in each.stderr for words in told)
        assert each.status or any(
            words in each.stdout
            for words in (f"{rows} texts embedded", "Written and approved: e1.", "Nothing is new", "has a vector")
        )
    assert [row["pairs"] for row in built.json("status")["batches"] if row["kind"] == "embed"] == [rows]
    assert emulator.calls["models.embedContent"] - paid <= 1


def test_nothing_is_embedded_at_once_that_the_budget_does_not_leave(built: Mill) -> None:
    refusal = built.refused("--set budget.usd_per_wave=0.0000001 corpus embed --yes")

    assert "raise budget.usd_per_wave, or embed them as batches (--no-online)" in refusal
    assert not [row for row in built.json("status")["batches"] if row["kind"] == "embed"]


def test_a_model_that_is_not_known_or_not_for_vectors_is_told(built: Mill) -> None:
    refusal = built.refused("corpus embed --model x --yes")
    assert "no prices and limits are known for the model x; choose one of gemini-embedding-001, or give" in refusal
    refusal = built.refused("corpus embed --model gemini-2.5-flash --yes")
    assert "models/gemini-2.5-flash is not found for API version v1beta, or is not supported" in refusal
    assert "mend that and run `batchmill retry e1`, or `batchmill cancel e1`" in refusal
    built.run("cancel e1 --reason mistaken")
    assert built.json("corpus embed --dry-run")["under_way"] == 0


class WordCounter:
    """An embedder of this test: the lengths of words, brought to length 1."""

    space = Space("counter", 128)

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        assert task == "RETRIEVAL_DOCUMENT"
        self.asked += texts
        return [normalised([1.0 + text.count(chr(place)) for place in range(128)]) for text in texts]


class Other(WordCounter):
    """Another model, which is asked for nothing."""

    space = Space("other", 128)

    def embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        raise NotImplementedError


def test_vectors_made_on_this_machine_are_kept_by_content_too_and_made_once(built: Mill) -> None:
    embedder = WordCounter()
    with mock.patch.dict(os.environ, built.environment), opened(built.root, []) as workspace:
        first = embed_here(workspace, embedder, whole=True)
        again = embed_here(workspace, embedder, whole=True)
        counted = embed_here(workspace, Other(), whole=True, dry_run=True)

    assert (counted.embedded, counted.new) == (0, first.embedded)
    assert "would be embedded here by other in 128 dimensions, at no price; nothing was" in next(lines_of(counted))
    assert "Every text of the corpus has a vector of counter; nothing was changed." in list(lines_of(again))
    assert (first.embedded, first.held) == (len(set(embedder.asked)), 0)
    assert (again.embedded, again.held) == (0, first.embedded)
    assert len(embedder.asked) == first.embedded == len(VectorFolder(built.root / "corpus", embedder.space).held())
    assert not [row for row in built.json("status")["batches"] if row["kind"] == "embed"]


def test_a_local_model_that_cannot_be_had_is_told(built: Mill) -> None:
    pytest.importorskip("fastembed", reason="needs pip install 'batchmill[local]'")
    built.environment |= {"HF_HUB_OFFLINE": "1", "FASTEMBED_CACHE_PATH": str(built.root.parent / "cache")}

    assert "is not on this machine and could not be fetched" in built.refused("corpus embed --local")
    assert "fastembed has no model x" in built.refused("corpus embed --local --model x")
    assert "is not on this machine" in built.refused("--set embedding.local=true corpus embed")
    refusal = built.refused("--set embedding.local=true corpus dedup --cosine 0.9")
    assert "no pair has a vector of BAAI/bge-small-en-v1.5 in 384 dimensions" in refusal
