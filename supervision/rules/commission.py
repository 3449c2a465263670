"""What the rules see of a commissioned investigation (调查评估): its clocks, and whether it has ended. Pure."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Run:
    """From the day on which the commission was there with its full material until it was handed back or called off."""

    id: int
    """The act by which it was taken up."""
    from_at: datetime
    to_at: datetime | None = None
    ended_by: str | None = None
    """returned, unable or organ_withdrew; None while the clock runs, or ran until the opinion was sent."""
    until_on: date | None = None
    """The last day to which the commissioning organ agreed (law CI-05)."""


@dataclass(frozen=True, slots=True)
class Commission:
    """One investigation asked for by a court, a procuratorate, the police or a prison (law b.1)."""

    fast_track: bool
    runs: tuple[Run, ...] = ()
    ended_at: datetime | None = None
    """Closed, or called off by the organ that asked for it."""
