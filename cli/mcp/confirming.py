"""Confirmations: what spends money, deletes, or judges a wave is told back before it is done.

A call without a confirmation does nothing: it answers what would happen, and the quote that confirms it. A quote
that does not fit (any more) is refused with the right one: nobody pays another price than the one they saw.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from cli.mcp.answers import answer
from core.errors import RefusedError

if TYPE_CHECKING:
    from cli.mcp.answers import Answer

#: Hex digits of the mark of what is confirmed.
_MARK = 6


def usd_quote(usd: float) -> str:
    """Return how an amount is quoted: `USD 1.234567`, to a millionth, as the plan expects it."""
    return f"USD {usd:.6f}"


def bound_quote(usd: float, *facts: object) -> str:
    """Return an amount with a mark of what it is for, `USD 1.234567 #3f9a1c`; other `facts` have another mark.

    A price alone would confirm whatever costs the same.
    """
    return f"{usd_quote(usd)} {mark_of(*facts)}"


def mark_of(*facts: object) -> str:
    """Return the mark of what is confirmed, `#3f9a1c`: the beginning of the sha256 of the facts."""
    return f"#{sha256(msgspec.json.encode(facts)).hexdigest()[:_MARK]}"


def asked_to_confirm(what: str, quote: str, **facts: Any) -> Answer:  # noqa: ANN401 - any JSON
    """Return the answer to a call that was not confirmed: nothing was done, and what to say to have it done."""
    return answer(
        f"nothing was done yet. This would {what}. If that is what the user wants, call it again with "
        f"confirm={quote!r}",
        needsConfirmation=True,
        confirm=quote,
        **facts,
    )


def check(given: str, quote: str, what: str) -> None:
    """Raise RefusedError, which tells the right quote and why, unless `given` is exactly the quote."""
    if given != quote:
        raise RefusedError(
            f"nothing was done: confirm={given[:80]!r} does not confirm it, since what it would do is: {what}; "
            f"if the user still wants that, call it again with confirm={quote!r}"
        )
