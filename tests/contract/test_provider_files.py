"""What every BatchProvider promises of the list of uploaded files."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import GoneError
from tests.scenarios import MODEL, batch_lines

if TYPE_CHECKING:
    from typing import Protocol

    from core.ports import Clock
    from core.provider import BatchProvider, ProviderStore, RemoteFile

    class JumpingClock(Clock, Protocol):
        def jump(self, seconds: float) -> None: ...


HOUR = 3600.0


def batch_file() -> io.BytesIO:
    return io.BytesIO(batch_lines(1))


def pages_of(provider: BatchProvider, size: int) -> list[tuple[RemoteFile, ...]]:
    """Return the pages of the list of files, to its end."""
    page = provider.list_files(page_size=size)
    pages = [page.files]
    while page.next_token is not None:
        page = provider.list_files(page_size=size, page_token=page.next_token)
        pages.append(page.files)
    return pages


def test_the_list_of_no_files_is_empty_and_ends(provider: BatchProvider) -> None:
    page = provider.list_files(page_size=10)

    assert (page.files, page.next_token) == ((), None)


def test_a_listed_file_says_what_it_is_and_when_it_came(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    content = batch_file()
    before = emulator_clock.now()
    uploaded = provider.upload(content, display_name="batch_205")

    (listed,) = provider.list_files(page_size=10).files

    assert listed == uploaded
    assert (listed.display_name, listed.size) == ("batch_205", len(content.getvalue()))
    assert listed.sha256 == hashlib.sha256(content.getvalue()).hexdigest()
    assert listed.created_at is not None
    assert listed.expires_at == listed.created_at + timedelta(hours=48)
    assert abs(listed.created_at - before) < timedelta(seconds=60)


def test_every_file_is_listed_once_over_several_pages(provider: BatchProvider) -> None:
    names = {provider.upload(batch_file(), display_name=f"f{number}").name for number in range(5)}

    pages = pages_of(provider, 2)

    assert [len(page) for page in pages] == [2, 2, 1]
    assert {file.name for page in pages for file in page} == names


def test_a_page_of_files_may_be_asked_larger_than_any_is(provider: BatchProvider) -> None:
    names = {provider.upload(batch_file(), display_name=f"f{number}").name for number in range(101)}

    pages = pages_of(provider, 1000)

    assert [len(page) for page in pages] == [100, 1]
    assert {file.name for page in pages for file in page} == names


def test_files_that_have_expired_or_were_deleted_are_not_listed(
    provider: BatchProvider, emulator_clock: JumpingClock
) -> None:
    provider.upload(batch_file(), display_name="old")
    emulator_clock.jump(24 * HOUR)
    deleted = provider.upload(batch_file(), display_name="deleted")
    living = provider.upload(batch_file(), display_name="living")
    provider.delete_file(deleted.name)
    emulator_clock.jump(24 * HOUR)

    assert provider.list_files(page_size=10).files == (living,)


def test_results_are_no_uploaded_files(provider: BatchProvider, emulator_clock: JumpingClock) -> None:
    file = provider.upload(batch_file(), display_name="f")
    job = provider.create(model=MODEL, input_file=file.name, display_name="j")
    emulator_clock.jump(HOUR)
    provider.download(provider.get(job.name), io.BytesIO())

    assert provider.list_files(page_size=10).files == (file,)


def test_an_uploaded_file_is_looked_at_by_its_name(provider: ProviderStore) -> None:
    uploaded = provider.upload(batch_file(), display_name="batch_205")

    assert provider.get_file(uploaded.name) == uploaded


def test_a_file_that_was_deleted_is_gone_and_deleting_it_again_is_no_error(provider: ProviderStore) -> None:
    name = provider.upload(batch_file(), display_name="batch_205").name

    provider.delete_file(name)
    provider.delete_file(name)

    with pytest.raises(GoneError):
        provider.get_file(name)


def test_a_job_that_was_deleted_is_gone_and_deleting_it_again_is_no_error(provider: ProviderStore) -> None:
    file = provider.upload(batch_file(), display_name="batch_205")
    job = provider.create(model=MODEL, input_file=file.name, display_name="batch_205")

    provider.delete_job(job.name)
    provider.delete_job(job.name)

    assert provider.list_jobs(page_size=10).jobs == ()
    with pytest.raises(GoneError):
        provider.get(job.name)
