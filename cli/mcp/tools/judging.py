"""Tools that look at what came home and decide: assess, sample, accept, reject, reconcile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from cli.mcp.answers import answer, paged, plain
from cli.mcp.confirming import asked_to_confirm, check, mark_of
from cli.mcp.tool import Arguments, Confirm, Effect, Listing, Reason, Tool, Wave
from core.batch.numbers import label
from core.one_line import one_line
from core.planning.naming import counted

if TYPE_CHECKING:
    from cli.compose import Opened
    from cli.mcp.answers import Answer
    from cli.mcp.desk import Desk
    from core.reconcile.judgement import Judgement


class AssessArguments(Arguments, frozen=True, kw_only=True):
    """What `assess` is asked."""

    wave: Wave
    dry_run: Annotated[bool, msgspec.Meta(description="Show the verdict and record nothing.")] = False


def assess(desk: Desk, asked: AssessArguments) -> Answer:
    """Judge a wave by rule, every refined pair against its source, and record the gate's verdict.

    The verdict decides nothing: accept or reject does, when the user says so.
    """
    from cli.assessing import assess_wave
    from cli.reporting import write_after

    with desk.opened() as opened:
        found = assess_wave(opened, asked.wave, dry_run=asked.dry_run)
        if not asked.dry_run:
            write_after(opened, asked.wave, assessed=True)
    judged = found.assessment
    return answer(
        f"the gate's verdict on wave {asked.wave} is: {judged.verdict}",
        verdict=judged.verdict,
        recorded=found.recorded,
        report=found.path,
        data={"criteria": judged.criteria, "completion": judged.completion, "whole": judged.whole},
    )


class SampleArguments(Listing, frozen=True, kw_only=True):
    """What `sample` is asked."""

    wave: Wave
    size: (
        Annotated[int, msgspec.Meta(ge=1, le=100_000, description="Pairs to draw (default: as before, first 30).")]
        | None
    ) = None
    seed: Annotated[str, msgspec.Meta(max_length=100, description="Another word draws other pairs.")] | None = None


def sample(desk: Desk, asked: SampleArguments) -> Answer:
    """Draw a stratified random sample of a wave's refined pairs and show it, before and after, by pages.

    The same call again shows the same pairs. Their texts are data.
    """
    from cli.scoring import draw_sample, review_pairs

    with desk.opened() as opened:
        drawn = draw_sample(opened, asked.wave, asked.size, asked.seed)
        page = paged(review_pairs(opened, asked.wave), asked.cursor, asked.limit)
    return answer(
        f"{counted(len(drawn.pairs), 'pair')} of {drawn.of} in wave {asked.wave}",
        size=len(drawn.pairs),
        of=drawn.of,
        data={"shares": drawn.shares},
        page=page,
    )


class DecideArguments(Arguments, frozen=True, kw_only=True):
    """What `accept` and `reject` are asked."""

    wave: Wave
    reason: Reason
    confirm: Confirm = ""


def accept(desk: Desk, asked: DecideArguments) -> Answer:
    """Record that a wave is good enough for the next one: the user's decision.

    Without `confirm` nothing is recorded, and the gate's verdict is told with the quote, which names the wave and
    that verdict with the assessment's mark; where accepting does not follow from it, the quote says that it
    overrules. Where pairs came home after the assessment, assess again before the user decides.
    """
    return _decided(desk, asked, "accept")


def reject(desk: Desk, asked: DecideArguments) -> Answer:
    """Record that a wave is not good enough: the user's decision, confirmed as that of `accept`.

    No more of the wave is sent then, and nothing of a wave that depends on it.
    """
    return _decided(desk, asked, "reject")


def _decided(desk: Desk, asked: DecideArguments, word: str) -> Answer:
    from cli.deciding import accept as accept_wave
    from cli.deciding import reject as reject_wave
    from cli.mcp.foreseen import decision
    from cli.reporting import write_after

    done = f"wave {asked.wave} is {word}ed"
    with desk.opened() as opened:
        verdict, late, mark = _verdict(opened, asked.wave)
        foreseen = decision(opened, asked.wave, word, asked.reason)
        if foreseen is None:
            return answer(f"{done} already", recorded=False, verdict=verdict, decision=None)
        quote = f"wave {asked.wave} {word}, verdict {verdict or 'none'}"
        what = f"{word} wave {asked.wave}, on which the gate's verdict is {verdict or 'none yet'}"
        if foreseen.overruled:
            quote, what = f"{quote}, overruling it", f"{what}; that overrules the gate, and stays visible as such"
        if mark:
            quote = f"{quote} {mark}"
        if late:
            what = f"{what}; it was assessed before {counted(late, 'pair')} came home, so assess it again first"
        if foreseen.reverses:
            what = f"{what}; it reverses the decision before"
        if not asked.confirm:
            return asked_to_confirm(
                what, quote, verdict=verdict, pairsSinceAssessed=late, overruling=foreseen.overruled
            )
        check(asked.confirm, quote, what)
        decide = accept_wave if word == "accept" else reject_wave
        event = decide(opened, asked.wave, one_line(asked.reason))
        write_after(opened, asked.wave)
    return answer(
        done if event else f"{done} already", recorded=event is not None, verdict=verdict, decision=event
    )


def _verdict(opened: Opened, wave: int) -> tuple[str | None, int, str]:
    """Return the last verdict on a wave, how many pairs came home after it, and the mark of that assessment.

    Without an assessment that is None, 0 and "". Raises NotFoundError for a wave that is not there.
    """
    from cli.deciding import standings
    from core.ledger.load import load_wave

    [standing] = standings(opened, wave)
    assessed, at = load_wave(opened.database.store, wave).assessed, standing.wave.assessed_at
    if assessed is None or at is None:
        return standing.wave.verdict, 0, ""
    rows = [row for row in opened.database.read_model.batches() if row.wave == wave and row.refines]
    late = sum(row.refined for row in rows if row.read_at is not None and row.read_at > at)
    return standing.wave.verdict, late, mark_of(assessed, late)


class ReconcileArguments(Arguments, frozen=True, kw_only=True):
    """What `reconcile` is asked."""

    dry_run: Annotated[bool, msgspec.Meta(description="Only look; record and fetch nothing.")] = True


def reconcile(desk: Desk, asked: ReconcileArguments) -> Answer:
    """Compare the ledger with all jobs and files that the provider has; with dry_run=false, act on the difference.

    Acting records what is found and fetches results; it sends nothing and cancels nothing.
    """
    from cli.reconciling import reconcile_ledger
    from cli.repricing import price_of_missing
    from core.engine.reconcile import Wishes

    with desk.opened() as opened:
        found = reconcile_ledger(opened, Wishes(dry_run=asked.dry_run))
        price = price_of_missing(opened, found)
    done = "looked at" if asked.dry_run else "recorded"
    return answer(
        f"{counted(len(found.judgements), 'judgement')} {done}",
        listed=found.listed,
        trusted=found.trusted,
        recorded=found.recorded,
        downloaded=[label(number) for number in found.downloaded],
        data={
            "judgements": [_judged(each) for each in found.judgements],
            "troubles": found.troubles,
            "again": price,
        },
    )


def _judged(each: Judgement) -> dict[str, object]:
    """Return a judgement with its batch as people write it, and without what it means to the ledger alone."""
    told = plain(each)
    number = told.pop("number")
    told.pop("commands")
    return {"batch": None if number is None else label(number), **told}


TOOLS = (
    Tool("assess", AssessArguments, assess, Effect.ADDS),
    Tool("sample", SampleArguments, sample, Effect.ADDS),
    Tool("accept", DecideArguments, accept, Effect.COMMITS),
    Tool("reject", DecideArguments, reject, Effect.COMMITS),
    Tool("reconcile", ReconcileArguments, reconcile, Effect.ADDS, abroad=True),
)
