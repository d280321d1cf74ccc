"""Figures as reports write them; None is a figure that nobody knows."""

from __future__ import annotations

from datetime import datetime

#: Seconds of an hour.
_HOUR = 3_600


def share(value: float | None) -> str | None:
    """Return a share as a percentage."""
    return None if value is None else f"{value:.1%}"


def whole(value: int | None) -> str | None:
    """Return a count."""
    return None if value is None else f"{value:,}"


def usd(value: float | None) -> str | None:
    """Return US dollars to a hundredth of a cent, so that small waves show a price too."""
    return None if value is None else f"{value:,.4f}"


def decimal(value: float | None, digits: int = 2) -> str | None:
    """Return a number with so many digits behind the point, never a negative zero."""
    return None if value is None else f"{round(value, digits) + 0.0:.{digits}f}"


def signed(value: float | None, digits: int = 2) -> str | None:
    """Return a difference with its sign."""
    return None if value is None else f"{round(value, digits) + 0.0:+.{digits}f}"


def moment(at: str | None) -> str | None:
    """Return a ledger time as `2026-11-02 12:00` (UTC)."""
    return f"{at[:10]} {at[11:16]}" if at else None


def hours(begin: str | None, end: str | None) -> str | None:
    """Return the hours between two ledger times."""
    if not begin or not end:
        return None
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
    return f"{seconds / _HOUR:.2f}"
