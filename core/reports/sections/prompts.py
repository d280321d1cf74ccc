"""The versions of the prompt beside each other, and whether the present one needs tuning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.exchange.prompts import version_of
from core.reports.blocks import Block, Heading, Items, table
from core.reports.figures import decimal, share, signed, usd, whole
from core.reports.prompt_versions import answer, versions
from core.reports.sections.people import asked_of

if TYPE_CHECKING:
    from core.reports.material import Material


def prompts(material: Material) -> list[Block]:
    """Return one line a version over all assessed waves, and the answer in sentences."""
    found = versions(material)
    rows = [
        (
            *(each.name, ", ".join(map(str, each.waves)), whole(each.pairs), share(each.kept), share(each.formed)),
            *(signed(each.gain), f"{signed(each.low)} to {signed(each.high)}"),
            *(decimal(each.people), each.scored or None, usd(each.usd)),
        )
        for each in found
    ]
    headers = (
        *("version", "waves", "pairs", "kept", "well formed", "gain", "interval"),
        *("people's mean", "pairs scored", "US dollars a 1,000 refined"),
    )
    terms = material.record.state.terms
    said = answer(found, asked_of(material), version_of(terms.prompt_sha256) if terms else "")
    drawn = (
        table("Versions of the prompt, over all assessed waves", headers, rows, right=range(2, 10)) if rows else []
    )
    return [Heading("Does the prompt need tuning?"), Items(tuple(said)), *drawn]
