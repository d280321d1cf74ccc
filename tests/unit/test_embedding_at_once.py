"""A batch that is embedded by one call has the history of any other; what did not come is asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.batch import events as e
from core.batch.commands import StartSubmission
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.numbers import EMBED, number_of, repair_of
from core.engine.at_once import Came, embed_at_once
from core.engine.books import Entry
from core.errors import AmbiguousError, ProviderError, RateLimitedError, RejectedError
from core.pairs import ids
from core.planning.models import models_with
from core.projections.money import price
from tests.embeds import EMBEDDING, embedded_text
from tests.mill import Mill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.corpus.space import Space
    from core.engine.workshop import Workshop

E1 = number_of(EMBED, 1)
GOOD = [1.0] * 256


class Answering:
    """An online embedder that answers what a test gives it, or fails."""

    def __init__(self, *values: list[float], error: ProviderError | None = None) -> None:
        self.values = values
        self.error = error
        self.calls = 0

    @property
    def space(self) -> Space:
        return EMBEDDING.space

    def embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        raise NotImplementedError

    def ask(self, texts: Sequence[str], task: str) -> Came:
        assert len(texts) == 4
        assert task == EMBEDDING.task
        self.calls += 1
        if self.error:
            raise self.error
        return Came(self.values, emulated=False)


@pytest.fixture
def mill() -> Mill:
    mill = Mill()
    mill.stage(205)
    mill.drive()
    mill.embed(E1, list(ids(mill.batch(205).ranges)))
    return mill


def at_once(mill: Mill, embedder: Answering) -> Workshop:
    shop = mill.workshop()
    shop.books.refresh()
    shop.books.write([Entry(E1, (StartSubmission(nonce="c0ffee00", at=mill.clock.now()),), "the test's")])
    texts = [embedded_text(pair_id) for pair_id in ids(mill.batch(E1).ranges)]
    embed_at_once(shop, embedder, E1, texts, EMBEDDING)
    return shop


def test_the_answer_is_kept_read_and_recorded_without_a_job(mill: Mill) -> None:
    shop = at_once(mill, Answering(GOOD, GOOD, GOOD, GOOD))

    batch = mill.batch(E1)
    assert (batch.status, batch.refined, batch.job_name) == (Status.DOWNLOADED, 4, f"online/{batch.display_name}")
    assert mill.drive().open == 0
    assert not [name for name in mill.jobs() if "batch_e" in name]
    tokens = mill.events(E1, e.AnswersRead)[0].input_tokens
    assert tokens == EMBEDDING.estimate([embedded_text(each) for each in ids(batch.ranges)]).input_tokens
    assert price(EMBEDDING.model, 4, tokens, 0, batch.job_name) == pytest.approx(tokens * 0.15 / 1_000_000)
    assert shop.books.purse.committed(2) > 0
    mill.check_books()


def test_vectors_that_did_not_come_or_are_none_are_asked_for_again_by_a_job(mill: Mill) -> None:
    at_once(mill, Answering(GOOD, [0.0] * 256, GOOD))
    mill.drive()

    read = mill.events(E1, e.AnswersRead)[0]
    assert [pair.verdict for pair in read.unrefined] == ["malformed", "missing"]
    assert mill.batch(repair_of(E1, 1)).refined == 2
    assert len([name for name in mill.jobs() if "batch_e" in name]) == 1
    mill.check_books()


@pytest.mark.parametrize(
    "error",
    [AmbiguousError("the answer was lost"), RateLimitedError("slow down", retry_after=5.0)],
    ids=["ambiguous", "limited"],
)
def test_when_nobody_knows_or_not_yet_the_texts_come_by_one_job(mill: Mill, error: ProviderError) -> None:
    with pytest.raises(type(error)):
        at_once(mill, Answering(error=error))
    assert mill.batch(E1).status is Status.WRITTEN

    mill.drive()

    assert mill.batch(E1).refined == 4
    assert [jobs for name, jobs in mill.jobs().items() if "batch_e" in name] == [1]
    mill.check_books()


def test_a_refusal_waits_for_a_person(mill: Mill) -> None:
    with pytest.raises(RejectedError):
        at_once(mill, Answering(error=RejectedError("no such model")))

    assert (mill.batch(E1).hold, mill.batch(E1).hold_reason) == (Hold.REFUSED, "no such model")


def test_a_process_that_ends_within_the_call_leaves_an_intent_that_is_looked_into(mill: Mill) -> None:
    with pytest.raises(KeyboardInterrupt):
        at_once(mill, Answering(error=KeyboardInterrupt()))  # type: ignore[arg-type] # what a kill is like
    assert mill.batch(E1).intent_open

    mill.drive()

    assert mill.batch(E1).refined == 4
    assert [jobs for name, jobs in mill.jobs().items() if "batch_e" in name] == [1]


def test_only_what_was_done_at_once_costs_more() -> None:
    model = models_with()["gemini-embedding-001"]
    assert price(model, 1, 1_000_000, 0, "batches/a") == price(model, 1, 1_000_000, 0) == pytest.approx(0.075)
    assert price(model, 1, 1_000_000, 0, "online/a") == pytest.approx(0.15)
