"""Reconciles the ledger with the provider: what it has is looked through, judged, recorded, and brought home."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from core.batch.adopting import OPEN
from core.batch.lifecycle import Status
from core.engine.books import Entry
from core.engine.counted import Counted
from core.engine.harvest import Harvester
from core.engine.jobs import all_files, all_jobs
from core.engine.read import read_answers
from core.errors import CredentialsError, GoneError, ProviderError, RejectedError
from core.reconcile.judgement import Judgement, Outcome
from core.reconcile.judging import is_ours, judge_all
from core.reconcile.matching import OUR_NAME
from core.reconcile.seen import Calls, Seen
from core.reconcile.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from core.engine.workshop import Workshop
    from core.provider import Job
    from core.reconcile.view import View

#: Results are downloaded so many at a time, the most urgent ones first.
AT_ONCE = 20


class Wishes(msgspec.Struct, frozen=True):
    """What a reconciliation may do.

    A `dry_run` records and fetches nothing. `same_project` is a person's word that the provider is the right one
    though it has no job of the ledger. `cancel` stops duplicates that still run. With `thorough`, jobs that were
    found gone before are asked for once more, and the file list is read.
    """

    dry_run: bool = False
    same_project: bool = False
    cancel: bool = False
    thorough: bool = True


class Reconciliation(msgspec.Struct, frozen=True):
    """What was found, how many calls it took, and what was done; `listed` counts the provider's jobs."""

    listed: int
    trusted: bool
    judgements: tuple[Judgement, ...]
    calls: Calls
    recorded: int
    downloaded: tuple[int, ...]
    cancelled: tuple[str, ...]
    troubles: tuple[str, ...]


def reconcile(shop: Workshop, wishes: Wishes) -> Reconciliation:
    """Look through all that the provider has, and record, fetch and cancel what follows from it.

    Raises ProviderError when the job list cannot be read to its end: nothing is concluded from half a list. A
    single job that cannot be asked about is left for the next time.
    """
    view = shop.books.survey()
    provider = Counted(shop.provider)
    listed = {job.name: job for job in all_jobs(provider, shop.policy.page_size)}
    seen = _ask(provider, view, listed, thorough=wishes.thorough)
    if wishes.thorough or _guesses_needed(view, seen):
        files = {file.name: file for file in all_files(provider)}
        seen = msgspec.structs.replace(seen, files=files)
    trusted = wishes.same_project or is_ours(view, seen)
    found = judge_all(view, seen, Terms(shop.now(), shop.policy.job_hours, trusted))
    result = Reconciliation(len(listed), trusted, tuple(found), provider.calls, 0, (), (), ())
    return result if wishes.dry_run else _act(shop, provider, result, cancel=wishes.cancel)


def _ask(provider: Counted, view: View, listed: dict[str, Job], *, thorough: bool) -> Seen:
    """Ask for each claimed job that the list does not show, since absence from a list proves nothing."""
    jobs, gone, unsure = dict(listed), set(), set()
    for name in _claimed(view, thorough=thorough) - listed.keys():
        try:
            jobs[name] = provider.get(name)
        except GoneError:
            gone.add(name)
        except CredentialsError:
            raise
        except ProviderError:
            unsure.add(name)
    return Seen(jobs, frozenset(gone), frozenset(unsure))


def _claimed(view: View, *, thorough: bool) -> set[str]:
    """Return the jobs claimed for batches of which it is not known yet what became of them."""
    statuses = OPEN if thorough else {Status.ADOPTED}
    return {
        name
        for batch in view.adopted()
        if batch.status in statuses and not batch.parted and batch.adoption
        for name in batch.adoption.jobs
    }


def _guesses_needed(view: View, seen: Seen) -> bool:
    """Whether only a job's file tells for certain whose it is.

    That is so for a job with a name of ours that is not on record, and as long as adopted batches whose files were
    read have not been looked up.
    """
    waiting = (batch for batch in view.adopted() if batch.status is Status.ADOPTED)
    return any(batch.adoption and batch.adoption.file_sha256 for batch in waiting) or any(
        OUR_NAME.fullmatch(job.display_name) and job.name not in view.jobs and job.display_name not in view.names
        for job in seen.jobs.values()
    )


def _act(shop: Workshop, provider: Counted, found: Reconciliation, *, cancel: bool) -> Reconciliation:
    recorded = shop.books.write(_entries(found.judgements))
    cancelled, troubles = _cancel(provider, found.judgements) if cancel else ([], [])
    downloaded, missed = _bring_home(shop, provider, found.judgements)
    return msgspec.structs.replace(
        found,
        recorded=len(recorded),
        downloaded=tuple(downloaded),
        cancelled=tuple(cancelled),
        troubles=tuple(troubles + missed),
    )


def _entries(found: Iterable[Judgement]) -> Iterator[Entry]:
    """Yield one entry a batch: its job first, and then what follows from it for other jobs."""
    by_batch: dict[int, list[Judgement]] = {}
    for each in found:
        if each.number is not None and each.commands:
            by_batch.setdefault(each.number, []).append(each)
    for number, several in sorted(by_batch.items()):
        commands = tuple(command for each in several for command in each.commands)
        yield Entry(number, commands, f"the provider was looked through: {several[0].sentence}")


def _cancel(provider: Counted, found: Iterable[Judgement]) -> tuple[list[str], list[str]]:
    """Stop the duplicates that still run; return their names, and what went wrong."""
    stopped, troubles = [], []
    for each in found:
        if each.outcome is Outcome.DUPLICATE and each.running and each.job_name:
            try:
                provider.cancel(each.job_name)
            except (GoneError, RejectedError):
                continue
            except ProviderError as error:
                troubles.append(str(error))
            else:
                stopped.append(each.job_name)
    return stopped, troubles


def _bring_home(shop: Workshop, provider: Counted, found: Sequence[Judgement]) -> tuple[list[int], list[str]]:
    """Download what has a result, the oldest first since it expires first, and read the answers."""
    finished = [each for each in found if each.outcome is Outcome.FINISHED and each.number is not None]
    latest = datetime.max.replace(tzinfo=UTC)
    finished.sort(key=lambda each: (each.ends or latest, each.number))
    numbers = list(dict.fromkeys(each.number for each in finished if each.number is not None))
    counting = msgspec.structs.replace(shop, provider=provider)
    harvester, home, troubles = Harvester(), [], []
    for start in range(0, len(numbers), AT_ONCE):
        some = [shop.books.get(number) for number in numbers[start : start + AT_ONCE]]
        hauls = harvester.harvest(counting, [batch for batch in some if batch.status is Status.SUCCEEDED])
        troubles += [str(haul.trouble) for haul in hauls if haul.trouble]
        fetched = [shop.books.get(haul.number) for haul in hauls if haul.entry]
        home += [batch.number for batch in fetched if batch.status is Status.DOWNLOADED]
        read = read_answers(counting, [batch for batch in fetched if batch.status is Status.DOWNLOADED])
        troubles += [str(haul.trouble) for haul in read if haul.trouble]
    return home, troubles
