"""Vectors that are gone in every place: named, counted, and paid for again only when a person says so."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from adapters.emulator.settings import EmulatorSettings
from tests.vectors import held

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from tests.workspaces import Mill

    Jobs = Callable[[], Counter[str]]

EMBEDDED = "results/embed_batch_001_embedded.jsonl"
RESULT = "results/embed_batch_001_results.jsonl"


@pytest.fixture
def emulator_settings() -> EmulatorSettings:
    return EmulatorSettings(port=0, pending_seconds=0, running_seconds=0)


@pytest.fixture
def lost(built: Mill) -> Mill:
    """Give a workspace of 23 texts whose first 20 vectors came by a batch and are gone in every place."""
    built.run("--set embedding.batch_size=20 corpus embed --no-online --yes")
    built.run("run --until-idle")
    built.run("corpus embed")
    shutil.rmtree(built.root / "corpus" / "vectors")
    for path in (EMBEDDED, RESULT):
        (built.root / path).rename(built.root.parent / path.rpartition("/")[2])
    return built


def test_vectors_that_are_lost_are_named_with_their_batch_and_number_and_nothing_is_paid_unasked(
    lost: Mill, jobs: Jobs
) -> None:
    paid, events = jobs(), lost.events()

    for command in ("corpus embed --yes", "corpus embed --dry-run", "corpus dedup --cosine 0.9"):
        refusal = lost.refused(command)
        assert f"{EMBEDDED} and {RESULT} of batch e1 are both gone or altered, so 20 texts lost" in refusal
        assert "put one of these files back from a backup, or run `batchmill corpus embed --again`" in refusal
    assert "`batchmill corpus embed --again` then pays for it anew" in lost.call("doctor --offline").stdout
    assert (jobs(), lost.events()) == (paid, events)


def test_lost_vectors_are_paid_for_again_once_their_price_is_approved(lost: Mill, jobs: Jobs) -> None:
    paid = jobs()
    shown = lost.run("corpus embed --again --no-online --dry-run")
    assert "The vectors of e1 (20 texts) are lost in every place" in shown
    assert "20 texts without a vector, to be embedded by gemini-embedding-001 in 768 dimensions, expected" in shown
    assert "say --yes to approve US$" in lost.refused("corpus embed --again --no-online")
    assert "vectors_lost" not in str(lost.events())

    lost.run("corpus embed --again --no-online --yes")
    lost.run("run --until-idle")

    assert "Every text of the corpus has a vector" in lost.run("corpus embed")
    assert len(held(lost)) == 23
    assert len(jobs() - paid) == 1
    told = lost.run("history e1")
    assert "vectors_lost" in told
    assert "texts 20, reason results/embed_batch_001" in told
    assert lost.json("history --verify")["faults"] == []
    assert "every projection agrees" in lost.run("replay --check")
    assert lost.json("cost --by batch")["costs"]["e3"]["usd"] > 0
    lost.run("doctor --offline")
    lost.run("corpus dedup --cosine 0.9")


def test_texts_that_are_paid_for_again_at_once_are_on_record_as_lost_before_the_call(lost: Mill) -> None:
    found = lost.json("corpus embed --again --yes")

    assert (found["lost"], found["embedded"]) == ([{"label": "e1", "texts": 20}], 20)
    names = [event[3] for event in lost.events()]
    assert names.index("batch.vectors_lost") < len(names) - 1 - names[::-1].index("batch.submission_started")
    assert lost.json("corpus embed --again --yes")["new"] == 0


def test_a_file_that_is_put_back_costs_nothing(lost: Mill, jobs: Jobs) -> None:
    paid = jobs()
    shutil.copy(lost.root.parent / "embed_batch_001_results.jsonl", lost.root / RESULT)
    assert "`batchmill replay --rebuild` makes it anew" in lost.refused("corpus embed --again --yes")

    lost.run("replay --rebuild")

    assert "Every text of the corpus has a vector" in lost.run("corpus embed")
    assert jobs() == paid


def test_a_batch_that_was_given_up_stands_in_nobodys_way_when_the_folder_is_made_anew(lost: Mill) -> None:
    lost.run("corpus embed --again --yes")
    shutil.rmtree(lost.root / "corpus" / "vectors")

    assert "Every text of the corpus has a vector." in lost.run("corpus embed")
