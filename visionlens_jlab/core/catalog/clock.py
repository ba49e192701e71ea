"""Time as the catalog stores it: UTC, without a zone, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now, as a naive UTC time (what the TIMESTAMP columns hold)."""
    return datetime.now(UTC).replace(tzinfo=None)


def to_iso(moment: datetime) -> str:
    """ISO 8601 with the zone, from a naive UTC time."""
    return moment.replace(tzinfo=UTC).isoformat()
