"""Checks of the way to the provider: the key, one live call, and the two clocks."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from cli.doctor.finding import fail, ok, warn
from core.errors import CredentialsError, GoneError, ProviderError, RateLimitedError, RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from cli.doctor.finding import Finding
    from core.ports import Clock

#: The variables a key is read from; the first that is set wins.
VARIABLES = ("GEMINI_API_KEY", "GOOGLE_API_KEY")
#: A list call takes well under a second.
SLOW_SECONDS = 10.0
#: How far the clocks may be apart, in seconds: deadlines and leases are reckoned in minutes.
SKEW_WARNS, SKEW_FAILS = 30.0, 300.0
#: A Date header leaves out the fraction of its second.
HALF = timedelta(seconds=0.5)


class Greeter(Protocol):
    """The provider, asked for no more than a sign of life."""

    def server_time(self) -> datetime | None:
        """Make one list call, and return when the server says it answered; raises what every call raises."""
        ...


def check_key(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Say where the key comes from, never what it is."""
    keys = {name: environ[name].strip() for name in VARIABLES if environ.get(name)}
    if not keys:
        yield fail(
            "key", f"neither {' nor '.join(VARIABLES)} is set", f"export {VARIABLES[0]}=… in this environment"
        )
        return
    used, *other = keys
    key = keys[used]
    if not key:
        yield fail("key", f"{used} holds blanks alone", f"set {used}, or unset it where {VARIABLES[1]} is meant")
    elif not (key.isascii() and key.isprintable()) or " " in key:
        yield fail("key", f"{used} holds blanks or characters that no key has", f"set {used} anew")
    elif other and keys[other[0]] != key:
        yield warn("key", f"{used} is used, and {other[0]} holds another key", "unset the one that is not meant")
    else:
        yield ok("key", f"from {used}")


def check_live(provider: Greeter, clock: Clock, ticks: Callable[[], float] = monotonic) -> Iterator[Finding]:
    """Make one list call, say how long it took or what went wrong, and compare the clocks by its answer.

    `ticks` gives seconds that no clock's jump changes.
    """
    began, tick = clock.now(), ticks()
    try:
        theirs = provider.server_time()
    except ProviderError as error:
        yield trouble(error)
        yield warn("clock", "not compared: the server gave no answer to a list call", "mend that, and ask again")
        return
    took, ended = ticks() - tick, clock.now()
    said = f"the list of jobs came in {took:.1f} s"
    if took > SLOW_SECONDS:
        yield warn("provider", said, "look at the network and at proxies: calls may run into their time limit")
    else:
        yield ok("provider", said)
    yield judge_clock(began + (ended - began) / 2, theirs)


def not_asked() -> Iterator[Finding]:
    """Say why there was no live call."""
    yield warn("provider", "not asked: there is no key to ask with", "mend the key, and ask again")


def trouble(error: ProviderError) -> Finding:
    """Return what a list call that failed says about the way to the provider."""
    said = str(error).removesuffix("; check GEMINI_API_KEY")
    match error:
        case CredentialsError():
            return fail("provider", said, "set a key that is valid here: the provider does not accept this one")
        case RateLimitedError():
            return warn("provider", said, "wait: the rate is limited, and submissions wait it out by themselves")
        case GoneError():
            return fail("provider", said, "check provider.base_url and provider.api_version: no list is there")
        case RejectedError():
            return fail(
                "provider", said, "do what the provider says; check provider.base_url and the key's project"
            )
        case _:
            return fail(
                "provider",
                said,
                "check the network, proxies and provider.base_url; an error of the server's own passes: try again",
            )


def judge_clock(ours: datetime, theirs: datetime | None) -> Finding:
    """Compare this machine's clock with the server's Date."""
    if theirs is None:
        return warn("clock", "not compared: the answer had no Date", "see that this machine's clock is set by NTP")
    ahead = (ours - theirs - HALF).total_seconds()
    apart = round(abs(ahead))
    found = f"{apart} s {'ahead of' if ahead > 0 else 'behind'} the server's"
    advice = "set this machine's clock (NTP): deadlines, waits and leases go by it"
    if apart > SKEW_FAILS:
        return fail("clock", found, advice)
    if apart > SKEW_WARNS:
        return warn("clock", found, advice)
    return ok("clock", found if apart else "as the server's")
