"""Checks of the settings: whether there are any, and whether their pace suits the real provider."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cli.doctor.finding import fail_of, ok, warn
from cli.settings import FILE, find_root, load
from core.errors import BatchmillError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from cli.doctor.finding import Finding
    from cli.setting_sections import Provider
    from cli.settings import Settings

#: The client library's own variable, which counts where the settings name no address.
BASE_URL_VARIABLE = "GOOGLE_GEMINI_BASE_URL"
REAL_HOST = "googleapis.com"
#: The provider's limits: seconds between two looks that it does not mind, hours of a job, jobs at once.
POLITE_SECONDS, LONGEST_HOURS, MOST_JOBS = 5.0, 48.0, 100
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_workspace(
    named: Path | None, options: list[str]
) -> Generator[Finding, None, tuple[Path | None, Settings | None]]:
    """Look for the workspace and read its settings; return both, as far as there are any."""
    try:
        root = find_root(named)
    except (BatchmillError, OSError) as error:
        yield fail_of("workspace", error)
        return None, None
    yield ok("workspace", str(root))
    try:
        settings = load(root, options)
    except (BatchmillError, OSError) as error:
        yield fail_of("settings", error)
        return root, None
    yield ok("settings", f"{FILE}, BATCHMILL_ variables and options can be read")
    return root, settings


def base_url(provider: Provider, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address that calls go to, "" for the Gemini API's own."""
    return provider.base_url or environ.get(BASE_URL_VARIABLE, "")


def is_real(url: str) -> bool:
    """Return whether jobs at this address are the Gemini API's, and paid for."""
    return not url or (urlsplit(url).hostname or "").endswith(REAL_HOST)


def check_base_url(provider: Provider, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Say where calls go, without what a person may have hidden in the address."""
    url = base_url(provider, environ)
    parts = urlsplit(url)
    # No user, password or query: any of them may be a secret.
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if url else "the Gemini API"
    if url and not provider.base_url:
        yield warn(
            "base URL",
            f"{shown}, from the variable {BASE_URL_VARIABLE}",
            f"unset {BASE_URL_VARIABLE}, or set provider.base_url to say that it is meant",
        )
    elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
        yield warn("base URL", f"{shown}, where the key travels unencrypted", "use https:// in provider.base_url")
    else:
        yield ok("base URL", shown)


def check_pace(settings: Settings, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Warn of a pace that the real provider does not put up with; an emulator bears any."""
    driving, real = settings.driving, is_real(base_url(settings.provider, environ))
    too_much = [
        (driving.poll_every < POLITE_SECONDS, "poll_every", driving.poll_every, f"{POLITE_SECONDS:g} or more"),
        (driving.job_hours > LONGEST_HOURS, "job_hours", driving.job_hours, f"{LONGEST_HOURS:g} or less"),
        (driving.jobs_at_once > MOST_JOBS, "jobs_at_once", driving.jobs_at_once, f"{MOST_JOBS} or less"),
    ]
    wrong = [(name, value, better) for is_wrong, name, value, better in too_much if real and is_wrong]
    for name, value, better in wrong:
        yield warn("pace", f"driving.{name} is {value:g}, which does not suit the Gemini API", f"make it {better}")
    if not wrong:
        yield ok("pace", f"a look at every job each {driving.poll_every:g} s, {driving.jobs_at_once} jobs at once")
