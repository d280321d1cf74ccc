"""Which request a staged file answers, why it answers none, and what the daemon says of that."""

from __future__ import annotations

import pytest

from cli.noticing import MINUTE, TOLD, Notice, Occasion, Sparing, notices
from core.planning.content import Content
from core.planning.inventory import SourceStock, take_stock
from core.planning.staged import ERROR, Finding, SourceHeader, StagedPair
from core.quality.arrivals import Arrival, arrivals
from core.quality.requests import Priority, RegenerationRequest
from core.screening.findings import ContentFinding, Severity
from core.screening.repeats import REPEATED_PAIR
from tests.stocks import source


def request(
    indicator: str = "slippage", session: int | None = 31, wave: int = 2, want: int = 100
) -> RegenerationRequest:
    return RegenerationRequest(
        name=f"request_{indicator}_{session}",
        wave=wave,
        indicator=indicator,
        session=session,
        category=None,
        have=0,
        want=want,
        priority=Priority.HIGH,
        path=f"{indicator}.json",
        sha256=f"asked about {indicator} {session}",
    )


def staged(
    indicator: str = "slippage", found: int = 100, session: int = 31, path: str = "new.json", **more: object
) -> SourceStock:
    return source(indicator, session, found, **{"path": path, "sha256": f"sha256 of {path}", **more})


def one(
    requests: list[RegenerationRequest], file: SourceStock, known: dict[str, str] | None = None, out: int = 0
) -> Arrival:
    (found,) = arrivals(requests, [file], known or {}, {file.path: out})
    return found


def test_a_file_with_enough_pairs_answers_and_names_request_and_wave() -> None:
    found = one([request()], staged())

    assert (found.answers, found.request, found.wave, found.pairs) == (True, "request_slippage_31", 2, 100)


BREAK = (Finding("new.json", "bad-json", ERROR, "breaks off"),)


@pytest.mark.parametrize(
    ("file", "out", "words"),
    [
        (staged(found=99), 0, "holds 99 pairs of the 100 wanted"),
        (staged(), 98, "holds 2 pairs of the 100 wanted, not counting 98 that content rules leave out"),
        (staged(findings=BREAK), 0, "cannot be taken as it is: breaks off"),
        (staged(sha256="seen"), 0, "holds the same bytes as old.json of wave 1"),
        (staged(sha256=request().sha256), 0, "holds the same bytes as the file asked about"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_answer_its_request_says_why(file: SourceStock, out: int, words: str) -> None:
    found = one([request()], file, {"seen": "old.json of wave 1"}, out)

    assert (found.answers, found.request, found.words) == (False, "request_slippage_31", words)


def test_a_file_that_nobody_asked_for_answers_no_request() -> None:
    assert one([request()], staged("tvl")).words == "answers no request"
    assert one([], staged(findings=BREAK)).words == "cannot be taken as it is: breaks off"


def test_one_file_answers_one_request_and_one_request_is_answered_once() -> None:
    two = [request(), request(session=30)]
    files = [staged(path="a.json", found=300), staged(path="b.json"), staged(path="c.json")]

    found = arrivals(two, files, {}, {})

    assert [(each.path, each.answers and each.request) for each in found] == [
        ("a.json", "request_slippage_31"),
        ("b.json", "request_slippage_30"),
        ("c.json", False),
    ]
    assert found[2].words == "comes beside a.json, which answers it"


def test_the_request_of_the_files_own_session_goes_first_whatever_the_order() -> None:
    for two in ([request(session=30), request()], [request(), request(session=30)]):
        assert one(two, staged()).request == "request_slippage_31"


def test_a_copy_in_the_same_burst_answers_nothing() -> None:
    files = [staged(path="a.json", sha256="same"), staged(path="b.json", sha256="same")]

    found = arrivals([request(), request(session=30)], files, {}, {})

    assert [(each.answers, each.fit) for each in found] == [(True, True), (False, False)]
    assert found[1].words == "holds the same bytes as a.json"


def test_pairs_of_no_use_are_counted_once_and_repeats_of_other_files_not_at_all() -> None:
    content = Content()
    for rule, place, repeats in (
        ("padding", 1, None),
        ("placeholder", 1, None),
        (REPEATED_PAIR, 2, ("new.json", 1)),
        (REPEATED_PAIR, 3, ("other.json", 1)),
        (REPEATED_PAIR, 4, None),
    ):
        content.note(ContentFinding("new.json", place, rule, Severity.EXCLUDE, "seen", repeats))
    content.note(ContentFinding("new.json", 5, "opener", Severity.WARN, "seen"))

    assert (content.of_no_use("new.json"), content.of_no_use("other.json")) == (2, 0)


class Source:
    """A staged file of no pair, known by its bytes."""

    complete, found, size, findings = True, 0, 0, ()

    def __init__(self, path: str, sha256: str) -> None:
        self.path, self.sha256 = path, sha256
        self.header = SourceHeader(session=31, indicator="slippage")

    def pairs(self) -> list[StagedPair]:
        return []


def test_a_file_that_was_asked_again_may_stand_beside_the_one_in_its_place() -> None:
    files = [Source("old.json", "old"), Source("new.json", "new")]

    alone = take_stock(files, inbox="inbox", asked_again={"old"}).inventory  # type: ignore[arg-type] # a list will do

    assert alone.errors == 0
    assert take_stock(files, inbox="inbox").inventory.errors == 2  # type: ignore[arg-type] # the same


def test_every_file_gets_the_line_that_it_deserves() -> None:
    files = [
        staged(path="a.json"),
        staged("tvl", path="b.json"),
        staged(path="c.json", found=3),
        staged("x", path="d.json", findings=BREAK),
    ]

    lines = notices(Occasion(tuple(arrivals([request()], files, {}, {})), in_motion=("e.json",), next_wave=3))

    assert [(each.event, each.fields["file"], each.trouble) for each in lines] == [
        ("inbox.answered", "a.json", False),
        ("inbox.arrived", "b.json", False),
        ("inbox.not_answered", "c.json", True),
        ("inbox.not_answered", "d.json", True),
        ("inbox.in_motion", "e.json", True),
    ]  # fmt: skip
    assert lines[0].fields == {
        "file": "a.json",
        "pairs": 100,
        "request": "request_slippage_31 of wave 2",
        "next": "batchmill plan --wave 3",
    }


def test_of_files_that_were_there_only_news_about_a_request_is_told() -> None:
    files = [
        staged(path="a.json"),
        staged("tvl", path="b.json"),
        staged("apr", 3, path="c.json"),
        staged("slippage", 0, path="d.json", sha256="old"),
    ]
    asked = [request(), request("apr")]
    found = tuple(arrivals(asked, files, {"old": "d.json of wave 2"}, {}))

    lines = notices(Occasion(found, frozenset({"old"}), frozenset({"a.json", "b.json", "c.json", "d.json"})))

    assert [each.fields["file"] for each in lines] == ["a.json", "c.json"]


def lines(count: int, event: str = "inbox.arrived") -> list[Notice]:
    return [Notice(event, {"file": f"{number}.json"}) for number in range(count)]


def test_a_burst_is_told_in_a_handful_of_lines_and_a_number() -> None:
    told = Sparing().told(lines(100), 0.0)

    assert [each.fields for each in told[:TOLD]] == [each.fields for each in lines(TOLD)]
    assert [each.fields for each in told[TOLD:]] == [{"more": "95 files"}]


def test_a_trickle_is_counted_by_the_minute_and_nothing_is_left_out() -> None:
    sparing, told = Sparing(), []
    for second in range(50):
        told += sparing.told(lines(2), float(second))
    told += sparing.told([], MINUTE)
    assert len(told) == TOLD + 2
    assert sum(int(str(each.fields.get("more", 1)).split()[0]) for each in told) == 100
    assert sparing.told(lines(1), MINUTE + 1) == lines(1)
    assert sparing.rest() == []


def test_what_is_still_to_be_counted_is_told_at_the_end() -> None:
    sparing = Sparing()
    sparing.told(lines(TOLD + 1), 0.0)
    assert sparing.told(lines(3), 1.0) == []
    assert [each.fields for each in sparing.rest()] == [{"more": "3 files"}]


def test_lines_of_one_kind_do_not_keep_those_of_another() -> None:
    sparing = Sparing()
    sparing.told(lines(100), 0.0)

    assert sparing.told(lines(1, "inbox.answered"), 1.0) == lines(1, "inbox.answered")
