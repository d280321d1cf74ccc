"""Reads the provider's jobs: all of them by pages, or those wanted with as few calls as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import GoneError, ProviderError, RejectedError, UnavailableError
from core.provider import JobState
from core.reconcile.matching import OUR_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.batch.state import Batch
    from core.engine.workshop import Workshop
    from core.provider import BatchProvider, Job, ProviderLists, RemoteFile

#: More pages than any project has: a list that never ends is an error of the provider, not a reason to hang.
MOST_PAGES = 10_000

#: The most files that the provider puts on a page of its list.
FILES_A_PAGE = 100

FRUITLESS = {JobState.FAILED, JobState.CANCELLED, JobState.EXPIRED}


def all_jobs(provider: ProviderLists, page_size: int) -> Iterator[Job]:
    """Yield every job the provider lists, paging by hand; raises UnavailableError for a list without an end."""
    token: str | None = None
    for _ in range(MOST_PAGES):
        page = provider.list_jobs(page_size=page_size, page_token=token)
        yield from page.jobs
        token = page.next_token
        if not token:
            return
    raise UnavailableError(
        f"the provider's job list has no end: {MOST_PAGES} pages were read; it is read again later"
    )


def all_files(provider: ProviderLists) -> Iterator[RemoteFile]:
    """Yield every uploaded file that the provider lists; raises UnavailableError for a list without an end."""
    token: str | None = None
    for _ in range(MOST_PAGES):
        page = provider.list_files(page_size=FILES_A_PAGE, page_token=token)
        yield from page.files
        token = page.next_token
        if not token:
            return
    raise UnavailableError(
        f"the provider's file list has no end: {MOST_PAGES} pages were read; it is read again later"
    )


def lists_ours(shop: Workshop) -> bool:
    """Whether one page of the provider's list shows a job that this program made; raises ProviderError."""
    page = shop.provider.list_jobs(page_size=shop.policy.page_size)
    return any(OUR_NAME.fullmatch(job.display_name) for job in page.jobs)


def look_for(shop: Workshop, batches: Sequence[Batch]) -> dict[str, Job]:
    """Look through the whole list for these batches' jobs, and return those found by the name on record.

    A job of the attempt's display name stands in for one that is not listed by its own name, unless it ended
    without a result: it may be a double that was stopped. Raises ProviderError for a list that cannot be read.
    """
    listed = list(all_jobs(shop.provider, shop.policy.page_size))
    by_name = {job.name: job for job in listed}
    fruitful = {job.display_name: job for job in listed if job.has_output or job.state not in FRUITLESS}
    found = {
        batch.job_name: by_name.get(batch.job_name) or fruitful.get(batch.display_name)
        for batch in batches
        if batch.job_name
    }
    return {name: job for name, job in found.items() if job}


def look_at(shop: Workshop, names: Sequence[str]) -> dict[str, Job | None]:
    """Return each named job as it is now, None for one that the provider says it does not know.

    Pages of the list are read while they promise fewer calls than asking for each job; a job that did not turn
    up is asked for by itself, since absence from a list proves nothing. Raises ProviderError for a failed call.
    """
    found: dict[str, Job | None] = _listed(shop, set(names))
    return found | _asked(shop, sorted(set(names) - found.keys()), alone=not found)


def _listed(shop: Workshop, wanted: set[str]) -> dict[str, Job | None]:
    """Return what pages of the list show of the wanted jobs."""
    found: dict[str, Job | None] = {}
    token: str | None = None
    pages = -(-len(wanted) // shop.policy.page_size)
    while len(wanted) > pages > 0:
        page = shop.provider.list_jobs(page_size=shop.policy.page_size, page_token=token)
        for job in page.jobs:
            if job.name in wanted:
                wanted.discard(job.name)
                found[job.name] = job
        token = page.next_token
        pages = -(-len(wanted) // shop.policy.page_size)
        if not token or not any(job.name in found for job in page.jobs):
            break
    return found


def _asked(shop: Workshop, names: Sequence[str], *, alone: bool) -> dict[str, Job | None]:
    """Return what single questions show; one that fails is left for the next time.

    When all of them fail and they are `alone` (no list showed anything either), the first failure is raised.
    """
    answers = shop.side_by_side(lambda name: (name, _ask(shop.provider, name)), names)
    failures = [answer for _, answer in answers if isinstance(answer, ProviderError)]
    if alone and failures and len(failures) == len(answers):
        raise failures[0]
    return {name: answer for name, answer in answers if not isinstance(answer, ProviderError)}


def _ask(provider: BatchProvider, name: str) -> Job | ProviderError | None:
    try:
        return provider.get(name)
    except GoneError:
        return None
    except (UnavailableError, RejectedError) as error:
        return error
