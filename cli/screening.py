"""The content rules as the settings want them, and the pairs of other waves that they compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.files.extract import read_extract
from core.errors import BadInputError, RefusedError
from core.ledger.load import load_wave
from core.ledger.streams import WAVE, wave_number
from core.planning.content import Content
from core.planning.estimate import CHARACTERS_PER_TOKEN
from core.planning.models import models_with
from core.screening.repeats import keys_of
from core.screening.screening import Screening, ScreeningSettings
from core.screening.subject import Limits

if TYPE_CHECKING:
    from cli.compose import Opened


def content_of(opened: Opened, wave: int | None, *, keep_all: bool = False, again: bool = False) -> Content:
    """Return the content rules, ready to be shown the pairs of a wave.

    They know the pairs that every other wave sends, unless these may be sent `again` or the `wave` is not known.
    What could not be compared is among the warnings. Raises BadInputError for settings that name no rule.
    """
    earlier: set[int] = set()
    warnings: list[str] = []
    if wave is not None and not again:
        for number in sorted(filter(None, map(wave_number, opened.database.store.streams(WAVE)))):
            if number != wave:
                warnings += _learn(opened, number, earlier)
    return Content(Screening(screening_settings(opened), earlier), keep_all=keep_all, warnings=warnings)


def screening_settings(opened: Opened) -> ScreeningSettings:
    """Return the settings; a pair is too long when its texts alone fill a request to the brim."""
    settings = opened.settings
    model = models_with(settings.models).get(settings.model.name)
    longest = model.input_limit * model.margin_percent // 100 * CHARACTERS_PER_TOKEN if model else None
    limits = Limits(settings.screening.language, settings.screening.shortest, longest)
    return ScreeningSettings(limits, settings.screening.policies)


def _learn(opened: Opened, wave: int, earlier: set[int]) -> list[str]:
    """Add the keys of the pairs that a wave sends; return a sentence where its extract is not what it was."""
    extract = load_wave(opened.database.store, wave).extract
    if extract is None:
        return []
    keys: set[int] = set()
    try:
        for pair in read_extract(opened.root / extract.path, extract.sha256):
            if pair.batch is not None:
                keys.update(keys_of(pair.question, pair.answer))
    except (BadInputError, RefusedError) as error:
        return [f"the pairs of wave {wave} were not looked at for repeats: {error}"]
    earlier |= keys
    return []
