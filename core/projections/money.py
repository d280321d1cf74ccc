"""What the waves were expected to cost and what they did: by wave, batch and model, at the batch price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.batch.lifecycle import Status
from core.batch.numbers import in_order, label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from core.planning.models import Model
    from core.projections.rows import BatchRow


#: What begins the name of a job that was done at once, in a call of its own.
ONLINE = "online/"
#: How much dearer that is than a batch.
ONLINE_FACTOR = 2.0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens and US dollars of some batches; `home` counts those whose answers were read, and all that is actual.

    Batches that judge refine no pair: `judging` counts them. Their tokens and dollars are in the sums, and apart
    in `judging_tokens` and `judging_usd` (actual), so that a refined pair's share is what refining took. The same
    is true of batches that embed, and of errands.

    `expected_usd` is of all batches as they were planned, `expected_home_usd` of those that are home. `usd` is
    what the tokens of the answers cost at the model's batch price, None where a model has no price; `emulated_usd`
    is the part of it that nobody charged, since no model worked.
    """

    batches: int = 0
    home: int = 0
    pairs: int = 0
    refined: int = 0
    expected_input_tokens: int = 0
    expected_output_tokens: int = 0
    expected_usd: float = 0.0
    expected_home_usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = 0.0
    emulated_usd: float = 0.0
    emulated: int = 0
    judging: int = 0
    judging_expected_usd: float = 0.0
    judging_tokens: int = 0
    judging_usd: float | None = 0.0
    embedding: int = 0
    embedding_expected_usd: float = 0.0
    embedding_tokens: int = 0
    embedding_usd: float | None = 0.0
    errands: int = 0
    errands_expected_usd: float = 0.0
    errands_tokens: int = 0
    errands_usd: float | None = 0.0

    def __add__(self, other: Figures) -> Figures:
        """Return the sum; a price that is not known leaves the sum unknown."""
        prices = ("usd", "judging_usd", "embedding_usd", "errands_usd")
        summed = {
            name: getattr(self, name) + getattr(other, name)
            for name in self.__struct_fields__
            if name not in prices
        }
        return Figures(
            **summed,
            usd=_sum(self.usd, other.usd),
            judging_usd=_sum(self.judging_usd, other.judging_usd),
            embedding_usd=_sum(self.embedding_usd, other.embedding_usd),
            errands_usd=_sum(self.errands_usd, other.errands_usd),
        )

    @property
    def refining_usd(self) -> float | None:
        """What is left of the actual price without that of judging, embedding and errands."""
        if self.usd is None or self.judging_usd is None or self.embedding_usd is None or self.errands_usd is None:
            return None
        return self.usd - self.judging_usd - self.embedding_usd - self.errands_usd

    @property
    def paid_usd(self) -> float | None:
        """What was really charged."""
        return None if self.usd is None else self.usd - self.emulated_usd

    @property
    def of_expected(self) -> float | None:
        """The actual price of what is home as a share of the price expected for it."""
        return self.usd / self.expected_home_usd if self.usd is not None and self.expected_home_usd else None

    @property
    def per_thousand_usd(self) -> float | None:
        """The price of 1,000 refined pairs."""
        usd = self.refining_usd
        return usd / self.refined * 1_000 if usd is not None and self.refined else None

    @property
    def refined_per_usd(self) -> float | None:
        """How many refined pairs a dollar buys."""
        return self.refined / self.refining_usd if self.refining_usd else None

    @property
    def tokens_per_refined(self) -> float | None:
        """Tokens in and out for one refined pair, repairs and the prompt included."""
        beside = self.judging_tokens + self.embedding_tokens + self.errands_tokens
        tokens = self.input_tokens + self.output_tokens - beside
        return tokens / self.refined if self.refined else None


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


def price(
    model: Model, requests: int, input_tokens: int, output_tokens: int, job_name: str | None = None
) -> float:
    """Return what so many requests cost that have these tokens together, in US dollars.

    They cost more where they were done at once, as the name of the job says. A model may charge more for a long
    request, so each is priced by itself; of each the average length is known.
    """
    number = max(requests, 1)
    (least_in, more_in), (least_out, more_out) = divmod(input_tokens, number), divmod(output_tokens, number)
    batch = sum(
        model.cost(least_in + (place < more_in), least_out + (place < more_out)) for place in range(number)
    )
    return batch * ONLINE_FACTOR if (job_name or "").startswith(ONLINE) else batch


def figures(row: BatchRow, models: Mapping[str, Model]) -> Figures:
    """Return a batch's figures; one that a later plan withdrew has none."""
    if row.status == Status.WITHDRAWN.value:
        return Figures()
    home, model = bool(row.read_at), models.get(row.model)
    usd = 0.0
    if home and model:
        usd = price(model, row.requests, row.input_tokens, row.output_tokens, row.job_name)
    tokens = row.input_tokens + row.output_tokens if home else 0
    actual = None if home and not model else usd
    return Figures(
        batches=1,
        home=int(home),
        # A repair's pairs are counted where they were planned, and judged ones are home already.
        pairs=0 if row.repairs or not row.refines else row.pairs,
        refined=row.refined if row.refines else 0,
        expected_input_tokens=row.estimated_input_tokens,
        expected_output_tokens=row.estimated_output_tokens,
        expected_usd=row.estimated_cost_usd,
        expected_home_usd=row.estimated_cost_usd if home else 0.0,
        input_tokens=row.input_tokens if home else 0,
        output_tokens=row.output_tokens if home else 0,
        usd=actual,
        emulated_usd=usd if row.emulated else 0.0,
        emulated=int(row.emulated),
        judging=int(row.judges),
        judging_expected_usd=row.estimated_cost_usd if row.judges else 0.0,
        judging_tokens=tokens if row.judges else 0,
        judging_usd=actual if row.judges else 0.0,
        embedding=int(row.embeds),
        embedding_expected_usd=row.estimated_cost_usd if row.embeds else 0.0,
        embedding_tokens=tokens if row.embeds else 0,
        embedding_usd=actual if row.embeds else 0.0,
        errands=int(row.on_errand),
        errands_expected_usd=row.estimated_cost_usd if row.on_errand else 0.0,
        errands_tokens=tokens if row.on_errand else 0,
        errands_usd=actual if row.on_errand else 0.0,
    )


#: What a table may be about, by the name that a person gives it.
KEYS: Mapping[str, Callable[[BatchRow], tuple[int | str, ...]]] = {
    "wave": lambda row: (row.wave,),
    "model": lambda row: (row.model,),
    "batch": lambda row: in_order(row.number),
}


def costs(rows: Sequence[BatchRow], models: Mapping[str, Model], by: str) -> dict[str, Figures]:
    """Return the figures by wave (`2`, or `errands`), model, or batch (`205`, and `205r1` behind it), in order."""
    key = KEYS[by]
    found: dict[str, Figures] = {}
    for row in sorted(rows, key=key):
        if row.status != Status.WITHDRAWN.value:
            name = label(row.number) if by == "batch" else str(key(row)[0] or "errands")
            found[name] = found.get(name, Figures()) + figures(row, models)
    return found


def total(by_name: Mapping[str, Figures]) -> Figures:
    """Return the sum."""
    return sum(by_name.values(), Figures())
