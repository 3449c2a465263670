"""Random histories of people: how each stands at four moments, and what was done in between; the same seed, the same lives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from supervision.checkins.tables import CHANNELS, MET, MODES, RESULTS
from supervision.days import SHANGHAI, add_days, local_day, start_of
from supervision.orders.words import KINDS, LEVELS
from tests.cast import NOW
from tests.exchange.made import number_of

MOMENTS = (NOW, NOW + timedelta(days=5, hours=6), NOW + timedelta(days=17, hours=1), NOW + timedelta(days=33, hours=4))
"""When a sheet comes, or somebody sits down at the pages; the first is the day on which the register goes live."""
PLACES = {"古城司法所": ("安丽", "薄博"), "汇丰司法所": ("柴珂", "穆晨")}
SURNAMES = "杜尉单曾解查仇区王李张刘陈杨赵黄周吴徐孙"
GIVEN = "玉春永红卫志建云德文"
CRIMES = ("盗窃罪", "危险驾驶罪", "故意伤害罪", "诈骗罪")


@dataclass(frozen=True, slots=True)
class Standing:
    """What the papers say of somebody at a moment."""

    start_on: date
    end_on: date
    registered_on: date | None
    level: str | None
    office: str
    officer: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A report of the person: how, when, and for which day it was owed; one that wasn't made has no time."""

    mode: str
    due_on: date
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """A visit (met) or a check (channel, result) of the office."""

    kind: str
    how: dict[str, str]
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """What no sheet brings, and both worlds do by the same act: custody that begins, or the order's end."""

    kind: str
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Chapter:
    """One moment of a life: the standing, and what became known since the last one."""

    standing: Standing
    reports: tuple[Report, ...]
    looks: tuple[Look, ...]
    deed: Deed | None


@dataclass(frozen=True, slots=True)
class History:
    """One person from the moment at which they come (`chapters` has None before it)."""

    serial: int
    name: str
    number: str
    kind: str
    crime: str
    chapters: tuple[Chapter | None, ...]


def histories(seed: int, count: int) -> list[History]:
    """So many lives."""
    return [_history(serial, Random(f"{seed}/{serial}")) for serial in range(count)]


def _history(serial: int, draw: Random) -> History:
    comes = draw.choices(range(3), weights=(8, 2, 1))[0]
    life = _Life(serial, draw, comes)
    chapters = [life.chapter(at) if at >= comes else None for at in range(len(MOMENTS))]
    name = SURNAMES[serial % 20] + GIVEN[serial // 20 % 10] + GIVEN[serial // 200 % 10]
    number = number_of(date(1960 + serial % 40, 3, 7), 100 + serial * 7 % 800)
    return History(serial, name, number, draw.choice(list(KINDS)), draw.choice(CRIMES), tuple(chapters))


class _Life:
    """A life as it is being drawn; nothing of one kind happens twice in one minute."""

    def __init__(self, serial: int, draw: Random, comes: int) -> None:
        self.serial, self.draw, self.comes = serial, draw, comes
        self.phones = 0
        self.used: set[object] = set()
        self.ended_at: datetime | None = None
        self.paused = False
        self.standing = self._arrival(local_day(MOMENTS[comes]))

    def chapter(self, at: int) -> Chapter:
        """The next moment."""
        now = MOMENTS[at]
        deed = self._deed(now, MOMENTS[at - 1]) if at > self.comes else None
        if at > self.comes and self.ended_at is None:
            self.standing = self._changed(local_day(now))
        since = MOMENTS[at - 1] - timedelta(days=4) if at > self.comes else now - timedelta(days=50)
        moments = self._moments(max(since, start_of(self.standing.start_on)), self.ended_at or now)
        parted = [moment for moment in moments if self.draw.random() < 0.55]
        reports = [report for moment in parted if (report := self._report(moment, local_day(now)))]
        looks = [self._look(moment) for moment in moments if moment not in parted]
        return Chapter(self.standing, (*reports, *self._missed(at)), tuple(looks), deed)

    def _arrival(self, today: date) -> Standing:
        draw = self.draw
        ago = draw.choice(
            [draw.randrange(-8, 1), draw.randrange(0, 14), draw.randrange(0, 80), draw.randrange(60, 700)]
        )
        start_on = add_days(today, -ago)
        end_on = add_days(start_on, draw.randrange(60, 1500))
        if draw.random() < 0.25:
            end_on = max(start_on, add_days(today, draw.randrange(-3, 50)))
        registered_on = None
        if draw.random() < (0.85 if ago >= 0 else 0.3):
            registered_on = min(today, add_days(start_on, draw.choice([0, 0, draw.randrange(-5, 13)])))
        office = draw.choice(list(PLACES))
        level = draw.choice(list(LEVELS)) if registered_on and draw.random() < 0.85 else None
        phone = self._phone() if draw.random() < 0.85 else None
        return Standing(start_on, end_on, registered_on, level, office, draw.choice(PLACES[office]), phone)

    def _changed(self, today: date) -> Standing:
        draw, now = self.draw, self.standing
        if now.registered_on is None and draw.random() < 0.6:
            came_on = add_days(today, -draw.randrange(0, 5))
            now = replace(now, registered_on=max(came_on, add_days(now.start_on, -20)))
        if now.registered_on and draw.random() < (0.25 if now.level else 0.7):
            now = replace(now, level=draw.choice([level for level in LEVELS if level != now.level]))
        if draw.random() < 0.25:
            now = replace(now, end_on=max(now.start_on, add_days(today, draw.randrange(-2, 400))))
        if draw.random() < 0.2:
            now = replace(now, phone=self._phone())
        if draw.random() < 0.25:
            office = draw.choice(list(PLACES))
            now = replace(now, office=office, officer=draw.choice(PLACES[office]))
        return now

    def _phone(self) -> str:
        self.phones += 1
        return f"199{self.serial:05d}{self.phones:03d}"

    def _moments(self, first: datetime, last: datetime) -> list[datetime]:
        """Up to six whole minutes, some of them midnights: a sheet without times of day says those."""
        minutes = int((last - first).total_seconds() // 60)
        if minutes < 1:
            return []
        drawn = [first + timedelta(minutes=self.draw.randrange(minutes)) for _ in range(self.draw.randrange(7))]
        moved = [start_of(local_day(one)) if self.draw.random() < 0.15 else one for one in drawn]
        fresh = sorted({one for one in moved if one >= first and one not in self.used})
        self.used.update(fresh)
        return fresh

    def _report(self, moment: datetime, today: date) -> Report | None:
        mode = self.draw.choice(MODES)
        due_on = add_days(local_day(moment), self.draw.choice([0, 0, 0, 1, -1, 3]))
        due_on = min(max(due_on, self.standing.start_on), today)
        if (mode, due_on) in self.used or due_on < self.standing.start_on:
            return None
        self.used.add((mode, due_on))
        return Report(mode, due_on, moment.astimezone(SHANGHAI))

    def _missed(self, at: int) -> Sequence[Report]:
        """What the old register knows to have been missed: before the ledger's first day."""
        due_on = add_days(local_day(MOMENTS[0]), -self.draw.randrange(1, 50))
        mode = self.draw.choice(MODES)
        if at or due_on < self.standing.start_on or (mode, due_on) in self.used:
            return ()
        self.used.add((mode, due_on))
        return (Report(mode, due_on, None),)

    def _look(self, moment: datetime) -> Look:
        if self.draw.random() < 0.4:
            return Look("visit", {"met": self.draw.choice(MET)}, moment)
        how = {"channel": self.draw.choice(CHANNELS), "result": self.draw.choice(RESULTS)}
        return Look("info_check", how, moment)

    def _deed(self, now: datetime, before: datetime) -> Deed | None:
        if self.ended_at or self.paused or self.standing.registered_on is None or self.draw.random() > 0.15:
            return None
        hours = int((now - before).total_seconds() // 3600)
        moment = max(now - timedelta(hours=self.draw.randrange(1, hours)), start_of(self.standing.registered_on))
        kind = self.draw.choice(["custody", "revoked", "deceased"])
        self.paused, self.ended_at = kind == "custody", None if kind == "custody" else moment
        return Deed(kind, moment)
