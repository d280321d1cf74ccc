"""Batches that embed go through the same engine as all others, and carry no pair of their wave."""

from __future__ import annotations

import math
from array import array
from base64 import b64decode

import msgspec
import pytest

from core.batch import events as e
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.numbers import EMBED, number_of, parse, repair_of
from core.embedding.vectors import EmbeddedLine, embedded_lines
from core.engine.read import read_into
from core.errors import AmbiguousError
from core.planning.models import models_with
from core.projections.money import costs, total
from core.projections.timeline import milestones
from core.reconcile.matching import OUR_NAME
from tests.documents import tracked
from tests.embeds import embedded_text
from tests.mill import Mill
from tests.pairs_home import HOME, home, pair_ids, rows, under

E1 = number_of(EMBED, 1)
#: The jobs that embed, as they are called at the provider.
EMBEDDING = "*batch_e*"


def kept(mill: Mill, number: int = E1) -> list[EmbeddedLine]:
    path = mill.events(number, e.AnswersRead)[0].path
    return list(embedded_lines(mill.files.kept[path].splitlines()))


@pytest.fixture
def mill() -> Mill:
    return Mill()


def test_vectors_come_home_at_length_1_by_pair_and_content(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))

    mill.drive()

    assert mill.batch(E1).status is Status.DOWNLOADED
    assert mill.events(E1, e.AnswersRead)[0].refined == 4
    assert mill.events(E1, e.AnswersRead)[0].emulated
    assert mill.events(E1, e.AnswersRead)[0].path == "results/embed_batch_001_embedded.jsonl"
    found = kept(mill)
    assert [line.pair_id for line in found] == pair_ids(mill)
    assert [line.content_sha256 for line in found] == [
        embedded_text(pair_id).content_sha256 for pair_id in pair_ids(mill)
    ]
    vectors = [array("f", b64decode(line.vector)) for line in found]
    assert {len(vector) for vector in vectors} == {256}
    assert all(math.hypot(*vector) == pytest.approx(1, abs=1e-5) for vector in vectors)
    mill.check_books()


def test_what_the_provider_sends_is_not_of_length_1(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    mill.drive()

    result = mill.files.kept[mill.batch(E1).result_path]
    values = msgspec.json.decode(result.splitlines()[0])["response"]["embedding"]["values"]
    assert 0.05 < math.hypot(*values) < 0.95


def test_a_file_of_vectors_is_made_anew_from_the_result(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    mill.drive()
    path = mill.events(E1, e.AnswersRead)[0].path
    before = mill.files.kept.pop(path)

    read_into(mill.files, mill.batch(E1), path)

    assert mill.files.kept[path] == before


def test_embedding_moves_no_pair_of_the_balance_and_no_paper_of_the_wave(mill: Mill) -> None:
    home(mill)
    before = rows(mill)
    mill.embed(E1, pair_ids(mill))
    mill.drive()

    after = rows(mill)
    assert mill.balance() == HOME
    assert tracked(after) == tracked(before)
    told = {line.text for line in milestones(after.waves(), after.batches())}
    assert told - {line.text for line in milestones(before.waves(), before.batches())} == {
        "Wave 2 embedded by gemini-embedding-001 (4 of 4 pairs)"
    }


def test_vectors_that_are_missing_or_malformed_are_asked_for_again_under_the_same_hash(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    first = 'key = "batch_e001/*"\n'
    under(
        mill,
        EMBEDDING,
        f'{first}fault = "missing"\non = "1"',
        f'{first}fault = "cut-off"\non = "2"',
        f'{first}fault = "garbage"\non = "3"',
    )
    mill.drive()

    lost = {pair.pair_id: (pair.verdict, pair.reason) for pair in mill.events(E1, e.AnswersRead)[0].unrefined}
    one, two, three, four = pair_ids(mill)
    assert lost[one][0] == "missing"
    assert lost[two] == ("malformed", "the vector has 128 values where 256 were asked for")
    assert lost[three] == ("malformed", "the vector holds something that is no number")
    repair = repair_of(E1, 1)
    assert mill.batch(repair).file_path == "submissions/embed_batch_001r1.jsonl"
    assert mill.batch(repair).requests[0].key.startswith("batch_e001r1/r01/RETRIEVAL_DOCUMENT/256/")
    homes = kept(mill) + kept(mill, repair)
    assert {line.pair_id: line.content_sha256 for line in homes} == {
        pair_id: embedded_text(pair_id).content_sha256 for pair_id in (one, two, three, four)
    }
    mill.check_books()


def test_vectors_that_never_come_are_given_up_and_the_pairs_stay_refined(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    under(mill, EMBEDDING, 'fault = "failed"\non = "1-99"')
    mill.drive()

    last = repair_of(E1, mill.policy.repair_rounds)
    assert len(mill.events(last, e.PairsGivenUp)[0].pairs) == 4
    assert mill.balance() == HOME
    mill.check_books()


def test_a_budget_holds_embedding_that_would_pass_it(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    mill.policy = msgspec.structs.replace(mill.policy, usd_per_wave=0.000_001)

    mill.drive()

    assert (mill.batch(E1).status, mill.batch(E1).hold) == (Status.WRITTEN, Hold.BUDGET)


def test_a_file_that_was_changed_is_not_sent_and_says_what_to_do(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    mill.files.kept[mill.batch(E1).file_path] += b"\n"

    mill.drive()

    assert mill.batch(E1).hold is Hold.REFUSED
    assert "`batchmill corpus embed`" in mill.batch(E1).hold_reason


def test_the_cost_of_embedding_is_in_the_sums_and_in_no_refined_pairs_price(mill: Mill) -> None:
    home(mill)
    before = total(costs(rows(mill).batches(), models_with(), "wave"))
    mill.embed(E1, pair_ids(mill))
    mill.drive()

    by_batch = costs(rows(mill).batches(), models_with(), "batch")
    whole = total(by_batch)
    assert list(by_batch) == ["205", "e1"]
    assert (whole.pairs, whole.refined, whole.embedding, whole.judging) == (4, 4, 1, 0)
    spent = by_batch["e1"].usd or 0
    assert whole.embedding_usd == spent == pytest.approx(by_batch["e1"].input_tokens * 0.075 / 1_000_000)
    assert whole.usd == pytest.approx((before.usd or 0) + spent)
    assert whole.per_thousand_usd == pytest.approx(before.per_thousand_usd)
    assert whole.tokens_per_refined == pytest.approx(before.tokens_per_refined)


def test_a_job_that_embeds_is_known_by_its_name_to_a_ledger_that_lost_it(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    mill.drive()

    [name] = [name for name in mill.jobs() if "batch_e" in name]
    found = OUR_NAME.fullmatch(name)
    assert found is not None
    assert parse(found["batch"]) == E1


def test_a_creation_whose_answer_was_lost_is_found_by_its_name_and_not_paid_twice(mill: Mill) -> None:
    home(mill).embed(E1, pair_ids(mill))
    lost = [True]

    def lose(name: str) -> None:
        if "batch_e" in name and lost and lost.pop():
            raise AmbiguousError("the answer was lost")

    mill.provider.after["create"] = lose
    mill.drive()

    assert [jobs for name, jobs in mill.jobs().items() if "batch_e" in name] == [1]
    assert mill.events(E1, e.BatchSubmitted)[0].how != "created"
    assert len(kept(mill)) == 4
