"""Which refined pairs a model is to judge: of the sample or the wave, but for those it was asked about before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.refined import reviewed
from cli.scoring import last_sample
from core.batch.holds import Hold
from core.batch.lifecycle import Status
from core.batch.numbers import base_of
from core.errors import NotFoundError
from core.ledger.load import load_batch
from core.ledger.streams import batch_stream
from core.pairs import ids
from core.projections.whereabouts import Whereabouts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cli.compose import Opened
    from core.projections.rows import BatchRow
    from core.quality.review_pair import ReviewPair
    from core.wave.state import Wave


def sampled(opened: Opened, number: int) -> set[str]:
    """Return the pairs of a wave's last sample; raises NotFoundError when none was drawn."""
    sample = last_sample(opened, number)
    if sample is None:
        raise NotFoundError(
            f"no sample of wave {number} was drawn; run `batchmill sample --wave {number}`, or have all of it "
            "judged with --all"
        )
    return set(sample.pair_ids)


def cut(
    opened: Opened, wave: Wave, wanted: Collection[str] | None, known: Collection[str]
) -> Iterator[list[ReviewPair]]:
    """Yield the refined pairs of a wave (`wanted`: of it these) but for those `known`, a batch at a time."""
    size = opened.settings.planning.batch_size
    held: list[ReviewPair] = []
    for pair in reviewed(opened, wave, opened.rows().batches()):
        if (wanted is None or pair.pair_id in wanted) and pair.pair_id not in known:
            held.append(pair)
            if len(held) == size:
                yield held
                held = []
    if held:
        yield held


def asked_before(opened: Opened, rows: Sequence[BatchRow], model: str, sha256: str) -> set[str]:
    """Return the pairs that a model was asked about by this prompt, judged or to come, but for those given up.

    A batch and its repairs count together: what one of them gave up, none of them will bring home. A batch that
    was cancelled before it had a job asks nothing.
    """
    asked: dict[int, set[str]] = {}
    given_up: dict[int, set[str]] = {}
    store = opened.database.store
    for row in rows:
        if row.judges and row.model == model and row.status != Status.WITHDRAWN.value:
            batch = load_batch(store, row.number)
            unasked = batch.hold is Hold.CANCELLED and not batch.jobs and not batch.intent_open
            if batch.prompt_sha256 == sha256 and not unasked:
                lost = Whereabouts(store.read_stream(batch_stream(row.number))).at("given_up")
                asked.setdefault(base_of(row.number), set()).update(ids(batch.ranges))
                given_up.setdefault(base_of(row.number), set()).update(each.pair_id for each in lost)
    return {pair_id for base, pair_ids in asked.items() for pair_id in pair_ids - given_up[base]}
