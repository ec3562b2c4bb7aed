"""Time. The only place that asks what time it is; instants are UTC, working days are those of Malang (WIB)."""

from datetime import UTC, date, datetime, timedelta, timezone

WIB = timezone(timedelta(hours=7), "WIB")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def working_day(instant: datetime) -> date:
    """The day in Malang (WIB, +07:00) on which an instant falls: a visit at 23:30Z belongs to the next morning."""
    return instant.astimezone(WIB).date()
