"""What was asked for again, folded from the ledger, and what of a wave is still to be asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from core.quality.asking import Asking, asking_of, requested, still_to_ask
from core.quality.requests import Priority, RegenerationRequest
from core.wave.request_events import RegenerationRequested, RequestDocument, RequestFulfilled
from core.wave.score_events import SampleDrawn
from core.wave.state import Wave, evolve

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DOCUMENT = RequestDocument("outbox/droid/request_slippage_31.md", "d" * 64)
SLIPPAGE = RegenerationRequest(
    name="request_slippage_31",
    wave=2,
    indicator="slippage",
    session=31,
    category="dex_metrics",
    have=0,
    want=100,
    priority=Priority.HIGH,
    path="slippage.json",
    sha256="a" * 64,
)
BORROW = msgspec.structs.replace(SLIPPAGE, name="request_borrow_rate_31", indicator="borrow_rate", sha256="b" * 64)


def asked(request: RegenerationRequest = SLIPPAGE) -> RegenerationRequested:
    return requested(request, [DOCUMENT], at=NOON)


def answered(name: str = SLIPPAGE.name) -> RequestFulfilled:
    return RequestFulfilled(name, "inbox/new.json", "c" * 64, 100, NOON)


def test_a_request_comes_back_from_its_event_as_it_was_made() -> None:
    (open_one,) = asking_of([(2, asked())]).open

    assert (open_one.request, open_one.documents, open_one.at) == (SLIPPAGE, (DOCUMENT,), NOON)


def test_a_fulfilled_request_is_open_no_longer_and_names_its_file() -> None:
    found = asking_of([(2, asked()), (2, asked(BORROW)), (2, answered())])

    assert [each.request for each in found.open] == [BORROW]
    assert [(each.request, each.fulfilled) for each in found.fulfilled] == [(SLIPPAGE, answered())]


def test_a_fulfilment_of_nothing_open_changes_nothing() -> None:
    assert asking_of([(2, answered()), (2, asked()), (2, answered()), (2, answered())]).open == ()
    assert asking_of([(2, answered())]) == Asking()


def test_a_later_request_of_the_same_name_takes_the_place_of_the_open_one() -> None:
    later = msgspec.structs.replace(SLIPPAGE, wave=3, want=250, sha256="e" * 64)

    assert [each.request for each in asking_of([(2, asked()), (3, asked(later))]).open] == [later]


def test_what_was_asked_for_or_answered_is_not_asked_for_again_by_any_wave() -> None:
    as_wave_3 = msgspec.structs.replace(SLIPPAGE, wave=3, path="old/slippage.json")
    pending, done = asking_of([(2, asked())]), asking_of([(2, asked()), (2, answered())])

    assert still_to_ask(pending, [SLIPPAGE, BORROW]) == [BORROW]
    assert still_to_ask(pending, [as_wave_3]) == still_to_ask(done, [as_wave_3]) == []


def test_neither_the_number_in_a_name_nor_a_second_low_file_makes_a_request_anew() -> None:
    pending, done = asking_of([(2, asked())]), asking_of([(2, asked()), (2, answered())])
    renamed = msgspec.structs.replace(SLIPPAGE, wave=3, name="request_slippage_2_31", indicator="Slippage")
    beside = msgspec.structs.replace(renamed, have=7, sha256="e" * 64)

    assert still_to_ask(done, [renamed]) == []
    assert still_to_ask(pending, [renamed, beside]) == []
    assert still_to_ask(done, [beside]) == [beside]


def test_two_low_sources_of_like_names_are_both_asked_for_once() -> None:
    like = msgspec.structs.replace(SLIPPAGE, name="request_slippage_2_31", indicator="Slippage!", sha256="e" * 64)

    assert still_to_ask(Asking(), [SLIPPAGE, like]) == [SLIPPAGE, like]
    assert still_to_ask(asking_of([(2, asked()), (2, asked(like))]), [SLIPPAGE, like]) == []


def test_other_bytes_or_another_number_of_pairs_are_asked_for_anew() -> None:
    pending, done = asking_of([(2, asked())]), asking_of([(2, asked()), (2, answered())])
    more = msgspec.structs.replace(SLIPPAGE, want=250)
    other = msgspec.structs.replace(SLIPPAGE, have=3, sha256="e" * 64)

    assert still_to_ask(pending, [more]) == [more]
    assert still_to_ask(done, [more]) == []
    assert still_to_ask(pending, [other]) == still_to_ask(done, [other]) == [other]


def test_the_files_asked_about_are_known_by_their_bytes() -> None:
    assert asking_of([(2, asked()), (2, asked(BORROW)), (2, answered())]).about() == {"a" * 64, "b" * 64}


def test_other_events_of_waves_say_nothing_about_requests() -> None:
    assert asking_of([(2, SampleDrawn(30, "1", (), NOON))]) == Asking()


def test_a_wave_is_as_it_was_but_for_its_version() -> None:
    before = Wave(wave=2, version=7)

    after = evolve(evolve(before, asked()), answered())

    assert after == msgspec.structs.replace(before, version=9)
