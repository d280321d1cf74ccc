from __future__ import annotations

from itertools import combinations

from benchmarks.corpus.compare import brute_force
from benchmarks.corpus.texts import lines, pairs, rows
from core.corpus.folding import fold
from core.corpus.shingles import jaccard, shingles

NUMBER = 60


def test_brute_force_by_shared_shingles_compares_all_that_can_be_near() -> None:
    sets = [shingles(f"{fold(question)} {fold(answer)}", 3) for question, answer in pairs(NUMBER)]
    every = {ends for ends in combinations(range(NUMBER), 2) if jaccard(sets[ends[0]], sets[ends[1]]) >= 0.8}

    assert brute_force(NUMBER) == every
    assert every


def test_generated_texts_are_the_same_each_time_and_of_the_stated_length() -> None:
    texts = list(pairs(NUMBER))

    assert texts == list(pairs(NUMBER))
    words = sum(len(f"{question} {answer}".split()) for question, answer in texts) / NUMBER
    assert 240 < words < 300
    assert [line.refined_question for line in lines(3)] == [row.question for row in rows(3)]
