"""What an engine must find, over the real one; and that a Ray cluster of two nodes finds the very same."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from adapters.corpus import daft_finder
from adapters.corpus import parts as parts_written
from adapters.corpus.daft_finder import DaftFinder, use_native, use_ray
from adapters.corpus.parts import write_parts
from adapters.corpus.sketch import folded_text
from core.corpus.ports import Found, Kind, Same
from core.corpus.shingles import jaccard, shingles
from core.corpus.terms import Terms
from core.errors import RefusedError, StorageError
from tests.corpora import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Finding = Callable[..., Found]

ROOT = Path(__file__).parents[2]
WORDS = [f"word{number}" for number in range(2_000)]
TVL = "It is the value of all assets that are locked in a protocol"


@pytest.fixture
def find(tmp_path: Path) -> Finding:
    """Give what writes pairs as a corpus and searches it."""
    use_native()

    def finding(pairs: Iterable[tuple[str, str]], terms: Terms | None = None) -> Found:
        parts = [f"{tmp_path}/{part.path}" for part in write_parts(tmp_path, "wave-0002", rows_of(pairs))]
        return DaftFinder(tmp_path / "scratch").find(parts, terms or Terms())

    return finding


def alike(number: int, seed: int = 4) -> list[tuple[str, str]]:
    """Return pairs of 40 to 120 words, half of them with some words of an earlier one changed."""
    chance = random.Random(seed)  # noqa: S311 - texts for a test
    texts: list[list[str]] = []
    for _ in range(number):
        if texts and chance.random() < 0.5:
            words = list(chance.choice(texts))
            for _ in range(chance.randrange(6)):
                words[chance.randrange(len(words))] = chance.choice(WORDS)
        else:
            words = chance.choices(WORDS, k=chance.randint(40, 120))
        texts.append(words)
    return [(" ".join(words[:8]).capitalize() + "?", " ".join(words[8:]) + ".") for words in texts]


def test_the_same_text_is_found_in_any_case_punctuation_and_unicode_form(find: Finding) -> None:
    pairs = [("What is TVL?", f"{TVL}."), ("Other", "thing"), ("what is  “\uff34VL”", TVL.upper())]

    assert find(pairs).same == (
        Same(Kind.BOTH, (0, 2)),
        Same(Kind.ANSWER, (0, 2)),
        Same(Kind.QUESTION, (0, 2)),
    )


def test_the_same_question_with_another_answer_is_told_from_the_same_answer(find: Finding) -> None:
    pairs = [("What is TVL?", TVL), ("What is TVL", "Something else"), ("And what is TVL?", TVL)]

    assert find(pairs).same == (Same(Kind.ANSWER, (0, 2)), Same(Kind.QUESTION, (0, 1)))


def test_a_short_answer_makes_no_two_pairs_the_same(find: Finding) -> None:
    pairs = [("Is it safe?", "Yes."), ("Is it dear?", "yes"), ("Is it new?", "Yes, it is by now.")]

    assert find(pairs).same == ()


def test_words_that_move_from_question_to_answer_are_another_text_yet_near(find: Finding) -> None:
    found = find([("What is", f"TVL {TVL}"), ("What is TVL", TVL)])

    assert found.same == ()
    assert [(near.one, near.other, near.similarity) for near in found.near] == [(0, 1, 1.0)]


def test_pairs_without_words_are_like_nothing(find: Finding) -> None:
    found = find([("?", "!"), ("…", "—"), ("What is TVL?", TVL)])

    assert (found.rows, found.same, found.near) == (3, (), ())


def test_near_pairs_are_those_of_brute_force(find: Finding) -> None:
    pairs = alike(500)
    shingled = [shingles(folded_text(*pair), 3) for pair in pairs]
    brute = {
        (one, other): similarity
        for one, other in combinations(range(len(pairs)), 2)
        if (similarity := jaccard(shingled[one], shingled[other])) >= 0.8
    }
    assert len(brute) > 100

    found = find(pairs)

    # Pairs of the very same text are found as that, one link to the first; they are not compared again.
    repeats = {row for same in found.same if same.kind is Kind.BOTH for row in same.rows[1:]}
    wanted = {ends: each for ends, each in brute.items() if not repeats & set(ends)}
    got = {(near.one, near.other): near.similarity for near in found.near}
    assert got.items() <= wanted.items()
    assert len(got) >= 0.97 * len(wanted)


def test_many_copies_of_one_text_do_not_make_the_search_grow_with_their_square(find: Finding) -> None:
    near = [f"{TVL}, and of no other one that is not in it, by the hour {hour}" for hour in range(100)]

    found = find([("What is TVL?", TVL)] * 200 + [("And TVL?", answer) for answer in near], Terms(widest=16))

    assert found.same[0].rows == tuple(range(200))
    assert found.wide_buckets > 0
    assert found.candidates < 6 * 16 * 100
    assert {near.one for near in found.near} | {near.other for near in found.near} == set(range(200, 300))


def test_the_same_pairs_are_found_however_many_are_in_memory_at_once(
    find: Finding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pairs = alike(120)
    whole = find(pairs)
    monkeypatch.setattr(daft_finder, "KEYS_AT_ONCE", 500)
    monkeypatch.setattr(daft_finder, "PAIRS_AT_ONCE", 7)
    monkeypatch.setattr(parts_written, "ROWS_A_PART", 25)
    monkeypatch.setattr(parts_written, "ROWS_A_GROUP", 25)

    again = tmp_path / "again"
    paths = [f"{again}/{part.path}" for part in write_parts(again, "wave-0002", rows_of(pairs))]
    assert len(paths) == 5

    assert DaftFinder(tmp_path / "other").find(paths, Terms()) == whole
    assert len(whole.near) > 10


def test_a_part_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    use_native()

    with pytest.raises(StorageError, match="cannot be worked in"):
        DaftFinder(tmp_path / "scratch").find([f"{tmp_path}/gone.parquet"], Terms())


def test_a_disk_that_refuses_is_named_though_the_engine_does_not(tmp_path: Path) -> None:
    parts = [f"{tmp_path}/{part.path}" for part in write_parts(tmp_path, "wave-0002", rows_of(alike(300)))]
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from adapters.corpus.daft_finder import DaftFinder, use_native\n"
        "from core.corpus.terms import Terms; from core.errors import StorageError; use_native()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000))\n"
        "try: DaftFinder(Path(sys.argv[1])).find(sys.argv[2:], Terms())\n"
        "except StorageError as error: print(error, flush=True)\n"
    )

    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(tmp_path / "scratch"), *parts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    said = f"{tmp_path}/scratch cannot be worked in: File too large; mend that and run the same command again"
    assert said in ended.stdout


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "127.0.0.1:many"])
def test_a_cluster_that_does_not_answer_is_told_at_once(address: str) -> None:
    with pytest.raises(RefusedError, match=f"no Ray cluster answers at {address}; start one with"):
        use_ray(address)


@pytest.mark.long
def test_a_ray_cluster_of_two_nodes_finds_the_very_same(find: Finding, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="needs pip install 'batchmill[ray]'")
    found = find(alike(2_000))
    program = (
        "import sys, msgspec, ray; from pathlib import Path; from ray.cluster_utils import Cluster\n"
        "from adapters.corpus.daft_finder import DaftFinder, use_ray; from core.corpus.terms import Terms\n"
        "cluster = Cluster(initialize_head=True, head_node_args={'num_cpus': 1, 'include_dashboard': False})\n"
        "cluster.add_node(num_cpus=1); assert len(cluster.list_all_nodes()) == 2; use_ray(cluster.address)\n"
        "found = DaftFinder(Path(sys.argv[1])).find(sys.argv[3:], Terms())\n"
        "Path(sys.argv[2]).write_bytes(msgspec.json.encode(found)); ray.shutdown(); cluster.shutdown()\n"
    )
    parts = sorted(str(path) for path in tmp_path.glob("wave-0002/*.parquet"))
    arguments = [str(tmp_path / "on-ray"), str(tmp_path / "found.json"), *parts]

    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=170,
    )

    assert msgspec.json.decode((tmp_path / "found.json").read_bytes(), type=Found) == found
