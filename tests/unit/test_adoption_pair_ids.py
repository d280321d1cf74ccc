from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.adoption.attribution import Attribution, Nobody, Owner
from core.adoption.collisions import collisions, listed
from core.adoption.pair_ids import AdoptedIds, adopt_ids

ORIGINALS = st.lists(st.sampled_from(["", "1", "2", "3", "200_0", "w1-adopted-b002-001"]), max_size=6).map(tuple)
WAVES = st.dictionaries(st.integers(1, 250), ORIGINALS, max_size=6)


def wave(originals: dict[int, tuple[str, ...]]) -> list[AdoptedIds]:
    return [adopt_ids(1, number, names, 0) for number, names in originals.items()]


def test_a_batch_is_a_source_of_its_own() -> None:
    ids = adopt_ids(1, 197, ("1", "2"), 0)
    assert list(ids.range) == ["w1-adopted-b197-001", "w1-adopted-b197-002"]
    assert ids.named("2") == ("w1-adopted-b197-002",)
    assert ids.original_of("w1-adopted-b197-002") == "2"
    assert ids.original_of("w1-adopted-b198-002") is None


def test_a_batch_without_its_file_has_the_claimed_count_of_ids_and_no_originals() -> None:
    ids = adopt_ids(1, 3, (), 100)
    assert (len(ids.range), ids.original_of("w1-adopted-b003-100"), ids.named("1")) == (100, None, ())


def test_two_pairs_of_a_batch_with_one_original_id_keep_ids_of_their_own() -> None:
    ids = adopt_ids(1, 3, ("a", "b", "a"), 0)
    assert ids.repeated == ("a",)
    assert len(set(ids.named("a"))) == 2
    answer = Attribution([ids]).owner("a", 3)
    assert isinstance(answer, Nobody)
    assert answer.code == "id-ambiguous"


def test_an_id_of_several_batches_needs_the_batch() -> None:
    attribution = Attribution(wave({197: ("1", "2"), 198: ("1",)}))
    nobody = attribution.owner("1", None)
    assert isinstance(nobody, Nobody)
    assert nobody.code == "id-ambiguous"
    assert "197-198" in nobody.reason
    assert attribution.owner("1", 198) == Owner("w1-adopted-b198-001", 198)
    assert attribution.owner("2", None) == Owner("w1-adopted-b197-002", 197)


def test_what_is_not_known_of_a_batch_is_said() -> None:
    attribution = Attribution([adopt_ids(1, 3, (), 100), adopt_ids(1, 4, ("a",), 0)])
    found = [attribution.owner("zz", number) for number in (3, 4, 5, None)]
    assert [each.code for each in found if isinstance(each, Nobody)] == [
        "ids-unknown",
        "id-unknown",
        "batch-unknown",
        "id-unknown",
    ]


def test_an_answer_that_carries_the_ledger_id_belongs_to_it() -> None:
    attribution = Attribution([adopt_ids(1, 3, (), 100)])
    assert attribution.owner("w1-adopted-b003-100", None) == Owner("w1-adopted-b003-100", 3)
    assert isinstance(attribution.owner("w1-adopted-b003-101", None), Nobody)
    assert isinstance(attribution.owner("w1-adopted-b003-100", 4), Nobody)


@given(WAVES)
def test_ledger_ids_never_collide_whatever_the_originals_are(originals: dict[int, tuple[str, ...]]) -> None:
    minted = [ledger_id for batch in wave(originals) for ledger_id in batch.range]
    assert len(minted) == len(set(minted)) == sum(map(len, originals.values()))


@given(WAVES)
def test_every_original_that_is_single_in_its_batch_finds_its_own_pair(
    originals: dict[int, tuple[str, ...]],
) -> None:
    adopted = wave({n: tuple(o for o in names if not o.startswith("w1")) for n, names in originals.items()})
    attribution = Attribution(adopted)
    everywhere = [original for batch in adopted for original in batch.originals]
    for batch in adopted:
        for ledger_id, original in zip(batch.range, batch.originals, strict=True):
            within, anywhere = attribution.owner(original, batch.number), attribution.owner(original, None)
            mine = Owner(ledger_id, batch.number)
            assert (within == mine) == bool(original and batch.originals.count(original) == 1)
            assert (anywhere == mine) == bool(original and everywhere.count(original) == 1)


@given(WAVES)
def test_collisions_are_the_ids_that_several_batches_hold(originals: dict[int, tuple[str, ...]]) -> None:
    found = collisions(wave(originals))
    holders = {
        o: {n for n, names in originals.items() if o in names} for names in originals.values() for o in names if o
    }
    shared = {o: numbers for o, numbers in holders.items() if len(numbers) > 1}
    assert sum(each.ids for each in found) == len(shared)
    assert {each.batches for each in found} == {tuple(sorted(numbers)) for numbers in shared.values()}
    assert all(each.example in shared for each in found)


def test_numbers_are_listed_as_runs() -> None:
    assert listed([3, 1, 2, 36, 3]) == "1-3, 36"
    assert listed(range(0, 100, 2)).endswith(" and 38 more")
