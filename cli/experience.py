"""What a workspace's ledger teaches about the length of answers, for the plan of a wave."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from core.ledger.load import load_wave
from core.planning.learning import Learned, experience, learn
from core.projections.catch_up import catch_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.compose import Opened
    from core.planning.learning import Experience
    from core.wave.state import Wave

_THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}


def learned(opened: Opened, wave: Wave, *, prompt_sha256: str, model: str, anew: bool) -> Learned:
    """Return what the answers of earlier waves teach about those of `wave`.

    A wave that is planned again for the same prompt and model expects what it did, unless it shall be reckoned
    `anew`: otherwise every answer that comes home meanwhile would make another plan of it.
    """
    plan = wave.plan
    if plan is not None and not anew and (plan.prompt_sha256, plan.model) == (prompt_sha256, model):
        packing = plan.settings.packing
        return Learned(packing.room, packing.basis) if packing else Learned()
    known = _experiences(opened, wave.wave)
    return learn(known, prompt_sha256=prompt_sha256, model=model, emulated=_to_be_emulated(opened))


def _experiences(opened: Opened, before: int) -> Iterator[Experience]:
    store, model = opened.database.store, opened.database.read_model
    catch_up(store, model)
    rows = [row for row in model.batches() if row.wave < before and row.read_at is not None]
    plans = {number: load_wave(store, number).plan for number in {row.wave for row in rows}}
    for row in rows:
        plan = plans[row.wave]
        known = experience(row, plan) if plan else None
        if known:
            yield known


def _to_be_emulated(opened: Opened) -> bool:
    """Whether what the settings name as the provider can only be an emulator: it runs on this machine."""
    return urlsplit(opened.settings.provider.base_url or "").hostname in _THIS_MACHINE
