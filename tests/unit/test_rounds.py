"""The daemon reconciles by itself: before it spends anything, and again when it is time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from core.batch.lifecycle import Status
from core.engine.policy import Policy
from core.engine.rounds import Rounds
from core.errors import CredentialsError, UnavailableError
from core.ports import Share
from tests.batches import NONCE

if TYPE_CHECKING:
    from tests.mill import Mill

EVERY = 3_600.0


@pytest.fixture(autouse=True)
def reconciling(mill: Mill) -> None:
    mill.policy = Policy(workers=1, reconcile_every=EVERY)


def lists(mill: Mill) -> int:
    return mill.provider.verbs["list"]


def fail(*_: object) -> None:
    raise UnavailableError("the provider cannot be reached")


def test_nothing_is_sent_before_the_provider_was_looked_through(mill: Mill) -> None:
    mill.stage(205)
    mill.provider.before["list"] = fail

    engine = mill.engine()
    pulse = engine.pulse()

    assert mill.batch(205).status is Status.WRITTEN
    assert mill.provider.verbs["create"] == 0
    assert [said.partition(";")[0] for said in mill.warnings] == ["the provider cannot be reached"]
    assert pulse.due is not None
    mill.provider.before.clear()
    mill.clock.moment = pulse.due
    engine.pulse()
    assert mill.batch(205).status is Status.SUBMITTED


def test_a_list_that_fails_half_way_concludes_nothing_and_is_tried_again(mill: Mill) -> None:
    mill.policy = msgspec.structs.replace(mill.policy, page_size=1)
    mill.stage(205, 206)
    mill.engine().pulse()
    restarted = mill.engine()
    mill.provider.calls.clear()

    def second_page(token: str) -> None:
        if token:
            fail()

    mill.provider.before["list"] = second_page
    restarted.pulse()

    assert mill.warnings[-1].startswith("the provider cannot be reached")
    mill.provider.before.clear()
    mill.drive(restarted)
    assert mill.batch(206).status is Status.DOWNLOADED


def test_a_key_that_is_not_accepted_ends_a_daemon_that_never_saw_it_accepted(mill: Mill) -> None:
    mill.stage(205)

    def locked(_: str) -> None:
        raise CredentialsError("the provider does not accept the key")

    mill.provider.before["list"] = locked
    with pytest.raises(CredentialsError):
        mill.engine().pulse()


def test_it_is_done_once_at_the_start_and_again_when_it_is_time(mill: Mill) -> None:
    rounds, shop = Rounds(mill.warnings.append), mill.workshop()
    mill.stage(205)
    shop.books.refresh()

    assert [rounds.go(shop), rounds.go(shop)] == [True, False]
    mill.clock.advance(EVERY - 1)
    assert not rounds.go(shop)
    mill.clock.advance(1)
    assert rounds.go(shop)
    assert lists(mill) == 2
    assert rounds.next(shop) == mill.clock.moment + timedelta(seconds=EVERY)


def test_it_can_be_turned_off_and_then_holds_nothing_back(mill: Mill) -> None:
    mill.policy = Policy(workers=1, reconcile_every=0.0)
    mill.stage(205)
    rounds, shop = Rounds(mill.warnings.append), mill.workshop()
    shop.books.refresh()

    assert (rounds.go(shop), rounds.outstanding(shop, None), rounds.next(shop)) == (False, False, None)
    assert lists(mill) == 0


def test_an_empty_ledger_asks_nothing(mill: Mill) -> None:
    rounds, shop = Rounds(mill.warnings.append), mill.workshop()
    shop.books.refresh()
    assert (rounds.go(shop), rounds.outstanding(shop, None)) == (False, False)


def test_of_workers_that_share_a_ledger_only_the_first_is_held_back_by_it(mill: Mill) -> None:
    mill.stage(205)
    rounds, shop = Rounds(mill.warnings.append), mill.workshop()
    shop.books.refresh()

    first, second = (Share(mine=frozenset({205}), workers=2, place=place) for place in (0, 1))
    assert rounds.outstanding(shop, first)
    assert not rounds.outstanding(shop, second)
    rounds.go(shop)
    assert not rounds.outstanding(shop, first)


def strangers_job(mill: Mill, display_name: str) -> None:
    """Let another ledger have created a job, of a file that is not there any more."""
    uploaded = mill.provider.upload(mill.files.open("submissions/batch_205.jsonl"), display_name=display_name)
    mill.provider.create(model="gemini-2.5-flash", input_file=uploaded.name, display_name=display_name)
    mill.provider.delete_file(uploaded.name)


def test_a_person_is_told_once_of_what_only_they_can_settle(mill: Mill) -> None:
    mill.stage(205)
    strangers_job(mill, f"w2-batch_205-a1-{NONCE}")
    rounds, shop = Rounds(mill.warnings.append), mill.workshop()
    shop.books.refresh()

    for _ in range(3):
        rounds.go(shop)
        mill.clock.advance(EVERY)

    told = [said for said in mill.warnings if "which this ledger did not create" in said]
    assert len(told) == 1
    assert told[0].startswith("batch 205: the provider has batches/")
    assert told[0].endswith("`batchmill reconcile` tells more")
    assert mill.batch(205).hold is not None


def test_a_job_of_the_same_file_is_taken_over_before_anything_is_created(mill: Mill) -> None:
    mill.stage(205)
    name = f"w2-batch_205-a1-{NONCE}"
    uploaded = mill.provider.upload(mill.files.open("submissions/batch_205.jsonl"), display_name=name)
    mill.provider.create(model="gemini-2.5-flash", input_file=uploaded.name, display_name=name)

    mill.drive()

    assert mill.jobs() == {name: 1}
    assert (mill.batch(205).status, mill.batch(205).refined) == (Status.DOWNLOADED, 4)
    mill.check_books()
