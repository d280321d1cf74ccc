"""What a daemon answers to whoever watches it over HTTP: `/healthz`, its two halves, and `/metrics`."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec

from adapters.listening import Page, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.setting_sections import Watch
    from cli.vitals import Vitals
    from core.health import Check, Health

JSON = "application/json"


@contextmanager
def watched(settings: Watch, vitals: Vitals) -> Iterator[str]:
    """Answer on the settings' address while the block runs, and give the base URL, "" where no port is set.

    Raises BadInputError when the port is taken.
    """
    if settings.port is None:
        yield ""
        return
    vitals.measured()
    with listening(settings.host, settings.port, lambda path: answer(vitals, path)) as url:
        yield url


def answer(vitals: Vitals, path: str) -> Page | None:
    """Return the page at a path; 503 says that what was asked for is not so."""
    match path.rstrip("/"):
        case "/metrics":
            from adapters.metrics import CONTENT_TYPE  # noqa: PLC0415 - imported already where there are figures

            return Page(HTTPStatus.OK, CONTENT_TYPE, vitals.page())
        case "/healthz":
            health = vitals.health()
            return _page(health, fine=health.alive and health.ready)
        case "/healthz/live":
            life = vitals.life()
            return _page(life, fine=life.ok)
        case "/healthz/ready":
            health = vitals.health()
            return _page(health, fine=health.ready)
        case _:
            return None


def _page(health: Health | Check, *, fine: bool) -> Page:
    return Page(
        HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE, JSON, msgspec.json.encode(health) + b"\n"
    )
