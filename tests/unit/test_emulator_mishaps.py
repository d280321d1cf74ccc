"""A scenario's trouble with calls, as a caller in the same process meets it."""

from __future__ import annotations

import io

import pytest

from core.errors import (
    AmbiguousError,
    CredentialsError,
    GoneError,
    ProviderError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from tests.scenarios import MODEL, Troubled, batch_lines


def call_rule(verb: str, rule: str) -> str:
    return f'[[call]]\nverb = "{verb}"\n{rule}\n'


NO_ANSWER = ['fault = "lost"', 'fault = "reset"', 'fault = "hang"', 'fault = "empty"', 'fault = "html"']


@pytest.mark.parametrize("rule", [*NO_ANSWER, 'fault = "refused"\ncode = 503', 'fault = "refused"\ncode = 408'])
@pytest.mark.parametrize("after_effect", [False, True])
def test_a_create_that_is_not_answered_is_ambiguous_and_may_have_made_a_job(
    rule: str, *, after_effect: bool
) -> None:
    troubled = Troubled(call_rule("batches.create", f"{rule}\nafter_effect = {str(after_effect).lower()}"))

    with pytest.raises(AmbiguousError):
        troubled.submit("j")

    assert troubled.emulator.stats()["created"] == int(after_effect)


@pytest.mark.parametrize("rule", [*NO_ANSWER, 'fault = "refused"\ncode = 500'])
def test_a_look_that_is_not_answered_changed_nothing(rule: str) -> None:
    troubled = Troubled(call_rule("batches.get", f'{rule}\non = "1"'))
    job = troubled.submit()

    with pytest.raises(UnavailableError):
        troubled.provider.get(job.name)

    assert troubled.provider.get(job.name).name == job.name


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("code = 429", RateLimitedError),
        ("code = 400", RejectedError),
        ("code = 401", CredentialsError),
        ("code = 403", CredentialsError),
        ("code = 404", GoneError),
    ],
)
def test_a_refusal_says_that_nothing_happened(rule: str, kind: type[ProviderError]) -> None:
    troubled = Troubled(call_rule("batches.create", f'fault = "refused"\n{rule}'))

    with pytest.raises(kind):
        troubled.submit("j")

    assert troubled.emulator.stats()["created"] == 0


@pytest.mark.parametrize(
    ("rule", "wish"),
    [("", None), ("short = true", None), ("retry_info = 34", 34.0), ("retry_after = 7", 7.0)],
)
def test_a_429_says_when_to_come_again_only_if_it_is_told_to(rule: str, wish: float | None) -> None:
    troubled = Troubled(call_rule("batches.list", f'fault = "refused"\ncode = 429\n{rule}'))

    with pytest.raises(RateLimitedError) as refused:
        troubled.provider.list_jobs(page_size=10)

    assert refused.value.retry_after == wish


@pytest.mark.parametrize("length", [False, True])
def test_a_download_can_break_off(*, length: bool) -> None:
    rule = f'fault = "truncated"\nkeep = 0.5\nlength = {str(length).lower()}\non = "1"'
    troubled = Troubled(call_rule("files.download", rule))
    job = troubled.ended()
    cut, whole = io.BytesIO(), io.BytesIO()

    if length:
        with pytest.raises(UnavailableError):
            troubled.provider.download(job, cut)
    else:
        troubled.provider.download(job, cut)
    troubled.provider.download(job, whole)

    assert cut.getvalue() == whole.getvalue()[: len(whole.getvalue()) // 2]


def test_a_slow_call_is_only_slow() -> None:
    troubled = Troubled(call_rule("*", 'fault = "slow"\nseconds = 3600'))

    assert troubled.ended().has_output


def test_every_attempt_can_have_its_own_first_loss() -> None:
    troubled = Troubled(call_rule("batches.create", 'fault = "lost"\non = "1"\nper = "display_name"'))

    for name in ("a1", "a2"):
        with pytest.raises(AmbiguousError):
            troubled.submit(name)
        troubled.submit(name)

    assert troubled.faults() == {"call.lost": 2}


def test_a_rule_can_follow_one_display_name_through_all_its_calls() -> None:
    troubled = Troubled(
        '[[call]]\nfault = "refused"\ncode = 404\ndisplay_name = "bad"\n'
        'verb = ["batches.get", "batches.cancel", "files.d*"]'
    )
    good, bad = troubled.ended("good"), troubled.submit("bad")

    troubled.provider.get(good.name)
    troubled.lines(good)
    for ask in (troubled.provider.get, troubled.provider.cancel):
        with pytest.raises(GoneError):
            ask(bad.name)
    assert bad.input_file is not None
    troubled.provider.delete_file(bad.input_file)
    assert troubled.faults() == {"call.refused": 3}


def test_an_upload_that_is_lost_after_its_effect_leaves_a_file() -> None:
    troubled = Troubled(call_rule("upload.start", 'fault = "lost"\nafter_effect = true'))

    with pytest.raises(AmbiguousError):
        troubled.provider.upload(io.BytesIO(batch_lines(1)), display_name="f")

    (file,) = troubled.emulator.files.page(limit=10)
    assert troubled.provider.create(model=MODEL, input_file=f"files/{file.id}", display_name="j").requests == 1
