"""The only place that asks for the time."""

from datetime import UTC, date, datetime, timedelta

from supervision.days import local_day


class Clock:
    """The machine's time; a training clock runs on from a given moment (SUPERVISION_NOW)."""

    def __init__(self, starts_at: datetime | None = None) -> None:
        self._shift = timedelta(0) if starts_at is None else starts_at - _machine_time()
        self.training = starts_at is not None

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return _machine_time() + self._shift

    def today(self) -> date:
        """The office's day, in Asia/Shanghai."""
        return local_day(self.now())


class FixedClock(Clock):
    """A clock that stands still until it is set: for tests and for `supervision tick --until`."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at
        self.training = True

    def now(self) -> datetime:
        return self.at


def _machine_time() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the one place
