"""What the demo's years work with: the district, the clock, the people on the register, and the jobs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from jobs.job import Job, Work
from jobs.run import run_job
from jobs.schedule import SCHEDULE
from supervision.access.viewer import Viewer
from supervision.clock import FixedClock
from supervision.demo.district import District
from supervision.demo.frame import Frame
from supervision.demo.people import Invented
from supervision.demo.plan import Owed
from supervision.demo.strangers import Strangers
from supervision.demo.texts import DemoProvider
from supervision.video_visits.past import Household

JOBS: Final[Mapping[str, Job]] = {job.name: job for job in SCHEDULE}
LOOKING: Final = ("watch", "escalate")
TEXTING: Final = ("remind", "digest", "send", "sweep", "after_bad_numbers")


@dataclass
class World:
    """The demo while it is made. `orders` and `people` know everybody who is on the register."""

    frame: Frame
    district: District
    cast: Sequence[Invented]
    clock: FixedClock
    provider: DemoProvider
    strangers: Strangers
    """Makes people of whom no sheet tells."""
    homes: Sequence[Household] = ()
    """The prisoners and families who visit each other by video, once they are taken over."""
    orders: dict[str, tuple[int, int]] = field(default_factory=dict)
    """identity number → order and person"""
    people: dict[int, Invented] = field(default_factory=dict)
    """order → who it is"""
    levels: dict[str, str] = field(default_factory=dict)
    """identity number → the class as the last sheet had it"""
    officers: dict[str, str] = field(default_factory=dict)
    """identity number → who the sheets say is responsible"""
    turns: Counter[str] = field(default_factory=Counter)
    stand_ins: dict[int, tuple[datetime, Viewer]] = field(default_factory=dict)
    """staff → from when who stands in"""

    def order_of(self, one: Invented) -> int:
        """The order of somebody who is on the register."""
        return self.orders[one.doc][0]

    def person_of(self, one: Invented) -> int:
        """The person, as the register has them."""
        return self.orders[one.doc][1]

    def put_on(self, one: Invented, order: int, person: int) -> None:
        """Somebody is on the register now."""
        self.orders[one.doc] = (order, person)
        self.people[order] = one

    def officer_for(self, one: Invented) -> Viewer:
        """Who gets the file of a newcomer: in each office in turn."""
        if one.case and one.case.at_gucheng:
            return self.district.viewers["gucheng1"]
        here = self.district.working_in(one.town)
        self.turns[one.town] += 1
        return here[self.turns[one.town] % len(here)]

    def worker(self, duty: Owed, at: datetime) -> Viewer:
        """Who does it: the officer, whoever stands in, or the head of the office."""
        if duty.staff is None:
            return self.district.head(duty.office)
        since, stand_in = self.stand_ins.get(duty.staff, (None, None))
        return stand_in if since and stand_in and at >= since else self.district.of(duty.staff)

    async def run(self, at: datetime, *names: str) -> None:
        """Run these jobs as of a moment; what a job raises stops the load."""
        self.clock.at = max(at, self.clock.at)
        work = Work(self.clock, self.provider, "demo")
        for name in names:
            await run_job(JOBS[name], work)
