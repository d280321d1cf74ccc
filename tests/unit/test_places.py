"""Every batch has files of its own, whatever the template."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.batch.numbers import HIGHEST, JUDGE, MOST_ROUNDS, number_of, repair_of
from core.batch.state import Batch
from core.engine.places import is_own, result_path, submission_path
from core.engine.policy import Policy
from core.exchange.requests import batch_name

NUMBERS = st.builds(
    repair_of,
    st.one_of(st.integers(1, HIGHEST), st.integers(1, HIGHEST).map(partial(number_of, JUDGE))),
    st.integers(0, MOST_ROUNDS),
)


@pytest.mark.parametrize(
    ("number", "path", "name"),
    [
        (205, "submissions/batch_205.jsonl", "batch_205"),
        (repair_of(205, 1), "submissions/batch_205r1.jsonl", "batch_205r1"),
        (number_of(JUDGE, 3), "submissions/judge_batch_003.jsonl", "batch_j003"),
        (repair_of(number_of(JUDGE, 3), 2), "submissions/judge_batch_003r2.jsonl", "batch_j003r2"),
    ],
)
def test_a_batch_is_called_alike_by_its_file_and_its_requests(number: int, path: str, name: str) -> None:
    assert (submission_path(Policy(), number), batch_name(number)) == (path, name)


@given(st.sampled_from(["batch_{number:03d}.jsonl", "{number}.jsonl", "judge_{number}.jsonl"]), NUMBERS, NUMBERS)
def test_no_two_batches_share_a_file(template: str, one: int, other: int) -> None:
    policy = Policy(file_template=template)

    assert (submission_path(policy, one) == submission_path(policy, other)) == (one == other)


TEMPLATES = st.sampled_from(["batch_{number:03d}.jsonl", "{number}.jsonl", "judge_{number}_x.jsonl"])
KINDS = st.sampled_from(["results", "refined", "judged", "embedded", "answers"])


@given(TEMPLATES, NUMBERS, st.integers(1, 3), KINDS)
def test_every_file_of_a_batch_is_known_as_the_ledgers_own(
    template: str, number: int, attempt: int, kind: str
) -> None:
    policy = Policy(file_template=template)

    assert is_own(policy, submission_path(policy, number))
    assert is_own(policy, submission_path(policy, number).upper())
    assert is_own(policy, result_path(policy, Batch(number=number, attempt=attempt), kind))


@pytest.mark.parametrize(
    "path",
    [
        "submissions/asked_requests.jsonl",
        "submissions/batch_205_requests.jsonl",
        "results/copy.jsonl",
        "results/my_batch_205_refined.jsonl",
        "inbox/batch_205.jsonl",
    ],
)
def test_other_names_are_free(path: str) -> None:
    assert not is_own(Policy(), path)
