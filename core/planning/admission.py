"""Which pairs the content rules keep out of a plan, and which they hold until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from core.errors import RefusedError
from core.pairs import pair_id
from core.planning.content import RuleFound, Seen, runs_of, sum_up
from core.planning.naming import counted
from core.screening.findings import Severity
from core.screening.repeats import REPEATED_PAIR
from core.screening.rules import RULES
from core.wave.events import Decision, LeftOut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.planning.content import Content
    from core.planning.sifting import Source
    from core.screening.findings import ContentFinding

_REASONS = {rule.name: rule.reason for rule in RULES}
_ORDER = {rule.name: place for place, rule in enumerate(RULES)}


class Admitted(NamedTuple):
    """What the rules leave of a wave.

    `left_out` gives by key the pairs kept out of a source; `found` sums up what the rules saw in the sources that
    are sent, `accepted` counts the pairs that are sent though a rule holds them; `decisions` are for the plan.
    """

    left_out: dict[str, tuple[LeftOut, ...]]
    found: tuple[RuleFound, ...]
    accepted: int
    decisions: list[Decision]


def admit(wave: int, kept: Sequence[Source], content: Content, *, accept: bool) -> Admitted:
    """Judge the pairs of the sources that a plan keeps; with `accept`, pairs that rules hold are sent as they are.

    Raises RefusedError for held pairs that nobody accepted.
    """
    ruled = _ruled_out(kept, content)
    unrepeated = _repeats(kept, content, ruled)
    held = {
        source.key: {
            rule: [ordinal for ordinal in seen.ordinals if ordinal not in ruled[source.stock.path]]
            for rule, seen in content.of(source.stock.path).items()
            if seen.severity is Severity.HOLD
        }
        for source in kept
    }
    accepted = sum(len(set().union(*rules.values())) for rules in held.values())
    if accepted and not accept:
        raise RefusedError(_held(wave, accepted, kept, content, held))
    left_out = {source.key: _left_out(ruled[source.stock.path]) for source in kept}
    return Admitted(
        left_out={key: rules for key, rules in left_out.items() if rules},
        found=sum_up(_told(kept, content, unrepeated)),
        accepted=accepted,
        decisions=[each for source in kept for each in _decisions(source, left_out[source.key], held[source.key])],
    )


def named(finding: ContentFinding, key: str) -> ContentFinding:
    """Return a finding with the id that its pair has in a wave."""
    return msgspec.structs.replace(finding, pair_id=pair_id(key, finding.ordinal))


def _ruled_out(kept: Sequence[Source], content: Content) -> dict[str, dict[int, str]]:
    """Return by path and place the rule that keeps a pair out, repeats aside; of several the first in order."""
    ruled: dict[str, dict[int, str]] = {}
    for path in (source.stock.path for source in kept):
        mine = ruled[path] = {}
        seen = content.of(path)
        for rule in sorted(seen, key=_ORDER.__getitem__):
            if seen[rule].severity is Severity.EXCLUDE and rule != REPEATED_PAIR:
                for ordinal in seen[rule].ordinals:
                    mine.setdefault(ordinal, rule)
    return ruled


def _repeats(kept: Sequence[Source], content: Content, ruled: dict[str, dict[int, str]]) -> set[tuple[str, int]]:
    """Keep repeated pairs out, and return those that stay: the pair that they repeat is not sent itself.

    Of several that repeat such a pair, one stays.
    """
    stays: dict[tuple[str, int], tuple[str, int]] = {}
    for path in (source.stock.path for source in kept):
        seen = content.of(path).get(REPEATED_PAIR)
        if seen is None or seen.severity is not Severity.EXCLUDE:
            continue
        for ordinal in seen.ordinals:
            if ordinal in ruled[path]:
                continue
            first = content.places.get((path, ordinal))
            if first is None or first in stays or (first[0] in ruled and first[1] not in ruled[first[0]]):
                ruled[path][ordinal] = REPEATED_PAIR
            else:
                stays[first] = (path, ordinal)
    return set(stays.values())


def _held(
    wave: int, number: int, kept: Sequence[Source], content: Content, held: Mapping[str, Mapping[str, list[int]]]
) -> str:
    """Return the sentence that refuses a plan with so many held pairs, with the first of them."""
    source = next(source for source in kept if any(held[source.key].values()))
    ordinal, rule = min((places[0], rule) for rule, places in held[source.key].items() if places)
    sample = content.of(source.stock.path)[rule].sample
    evidence = f"; {sample.evidence}" if sample.ordinal == ordinal else ""
    return (
        f"wave {wave} cannot be planned: {counted(number, 'pair')} must be looked at before money is spent, the "
        f"first is {pair_id(source.key, ordinal)} in {source.stock.path} ({rule}: {_reason(rule)}{evidence}); see "
        "all with `batchmill inventory --findings`, then mend the file, plan with --accept-findings to send them "
        "as they are, or set the rule to exclude or warn in the settings' [screening]"
    )


def _left_out(ruled: Mapping[int, str]) -> tuple[LeftOut, ...]:
    by_rule: dict[str, list[int]] = {}
    for ordinal, rule in sorted(ruled.items()):
        by_rule.setdefault(rule, []).append(ordinal)
    return tuple(
        LeftOut(rule, _REASONS[rule], tuple(runs_of(by_rule[rule])))
        for rule in sorted(by_rule, key=_ORDER.__getitem__)
    )


def _told(kept: Sequence[Source], content: Content, unrepeated: set[tuple[str, int]]) -> list[tuple[str, Seen]]:
    """Return what the rules saw in these sources, without repeats of pairs that are not sent."""
    told = []
    for source in kept:
        path = source.stock.path
        for rule, seen in content.of(path).items():
            ordinals = seen.ordinals
            if rule == REPEATED_PAIR and unrepeated:
                ordinals = ordinals[:0]
                ordinals.extend(each for each in seen.ordinals if (path, each) not in unrepeated)
            if ordinals:
                told.append((rule, seen._replace(ordinals=ordinals, sample=named(seen.sample, source.key))))
    return told


def _decisions(source: Source, left_out: Sequence[LeftOut], held: Mapping[str, list[int]]) -> list[Decision]:
    said = [(len(each), "left out", f"{each.rule}: {each.reason}") for each in left_out]
    said += [
        (len(places), "sent as found", f"{rule}: {_reason(rule)}; accepted by hand")
        for rule, places in held.items()
        if places
    ]
    return [
        Decision(source.stock.path, f"{counted(number, 'pair')} {action}", why) for number, action, why in said
    ]


def _reason(rule: str) -> str:
    """Return a rule's reason as a clause."""
    return _REASONS[rule].rstrip(".")
