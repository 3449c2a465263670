"""Whether a booking is within the parameters (law VV-04 to VV-15, V-29), each refusal in a sentence that says why. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from supervision.days import SHANGHAI, Calendar, local_day
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.language import listed, run_on
from supervision.rules.base import InForce
from supervision.rules.reception import is_minor
from supervision.video_visits.words import CLASSES


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is to come."""

    name: str
    state: str
    born_on: date | None

    def is_minor(self, on: date) -> bool:
        """Whether they are under eighteen on the day, the birthday itself included (law T-10); a birth unknown is an adult's."""
        return is_minor(self.born_on, on)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a prisoner when a visit is asked for."""

    level: str
    may_visit: bool = True
    in_province: bool = True
    suspended_until: date | None = None
    """The last day of a suspension, where one is in force or to come."""
    missed_on: date | None = None
    """The day of the last session to which the family didn't come."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A booking as it is asked for; `makes_up`: for a session that was lost without the family's fault."""

    visitors: tuple[Visitor, ...]
    wanted: tuple[date, ...]
    makes_up: bool = False


def refuse_booking(asked: Asked, standing: Standing, today: date, *, calendar: Calendar, limits: InForce) -> None:
    """Raises Refusal with every reason for which this can't be booked, each in a sentence at its field."""
    wrong: dict[str, str] = {}
    for field, sentence in (
        *_of_prisoner(standing, asked.wanted, limits),
        *_of_visitors(asked, limits),
        *_of_days(asked, today, calendar, limits),
    ):
        wrong.setdefault(field, sentence)
    if wrong:
        raise Refusal(run_on(dict.fromkeys(wrong.values())), fields=wrong)


def _of_prisoner(standing: Standing, wanted: tuple[date, ...], limits: InForce) -> Iterator[tuple[str, str]]:
    if not standing.may_visit:
        yield "prisoner", _("监狱已停止该人的会见，不能预约。")
    if not standing.in_province:
        yield "prisoner", _("只受理省内监狱的视频会见。")
    if limits[f"vv.per_month.{standing.level}"] < 1:
        yield "prisoner", _("%(level)s期间停止视频会见。") % {"level": _(CLASSES[standing.level])}
    yield from _of_time(standing, min(wanted), limits)


def _of_time(standing: Standing, first: date, limits: InForce) -> Iterator[tuple[str, str]]:
    if standing.suspended_until and first <= standing.suspended_until:
        yield (
            "wanted_on",
            _("因违反会见规定，会见暂停至 %(day)s，请约在此后。") % {"day": standing.suspended_until},
        )
    if standing.missed_on and (first - standing.missed_on).days <= limits["vv.noshow_block_days"]:
        days = limits["vv.noshow_block_days"]
        yield (
            "wanted_on",
            _("%(day)s 的会见未到场，%(n)s 日内不得再约。") % {"day": standing.missed_on, "n": days},
        )


def _of_visitors(asked: Asked, limits: InForce) -> Iterator[tuple[str, str]]:
    most = limits["vv.max_visitors"]
    if not asked.visitors:
        yield "visitors", _("请选择来会见的亲属。")
    if len(asked.visitors) > most:
        yield "visitors", _("一次会见最多 %(most)s 人，现选了 %(n)s 人。") % {"most": most, "n": len(asked.visitors)}
    if told := unverified(asked.visitors):
        yield "visitors", told
    if asked.visitors and all(one.is_minor(min(asked.wanted)) for one in asked.visitors):
        yield "visitors", _("未成年人须由成年亲属陪同会见。")


def unverified(visitors: Sequence[Visitor]) -> str:
    """Who of them isn't known to be a relative, in a sentence; empty where all are."""
    names = [one.name for one in visitors if one.state != "ok"]
    return _("%(names)s还没有通过亲属核验。") % {"names": listed(names)} if names else ""


def days_ahead(limits: InForce, *, makes_up: bool) -> int:
    """How many working days ahead is booked at least (law VV-06); what was lost without fault is made up for on the next one."""
    return 1 if makes_up else int(limits["vv.book_ahead_wd"])


def _of_days(asked: Asked, today: date, calendar: Calendar, limits: InForce) -> Iterator[tuple[str, str]]:
    ahead = days_ahead(limits, makes_up=asked.makes_up)
    earliest = calendar.add_working_days(today, ahead)
    for field, day in zip(("wanted_on", "wanted_second", "wanted_third"), asked.wanted, strict=False):
        if day < earliest:
            yield (
                field,
                _("须至少提前 %(ahead)s 个工作日预约，最早可约 %(earliest)s。")
                % {"ahead": ahead, "earliest": earliest},
            )
        if not calendar.is_working(day):
            yield field, _("%(day)s 不是工作日，不安排会见。") % {"day": day}


def free_turn(taken: set[int], level: str, limits: InForce) -> int:
    """The first turn of the month that nobody uses. Raises Refusal when all are used (V-29)."""
    most = limits[f"vv.per_month.{level}"]
    turn = next((n for n in range(1, most + 1) if n not in taken), None)
    if turn is None:
        told = _("%(level)s每月会见 %(most)s 次，这个月已经约满 %(n)s 次。") % {
            "level": _(CLASSES[level]),
            "most": most,
            "n": len(taken),
        }
        raise Refusal(told, fields={"wanted_on": told})
    return turn


def refuse_time(from_at: datetime, to_at: datetime, *, calendar: Calendar, limits: InForce) -> None:
    """Raises Refusal for a session outside the hours in which the window holds them (law VV-09)."""
    day = local_day(from_at)
    if not calendar.is_working(day):
        told = _("%(day)s 不是工作日，不安排会见。") % {"day": day}
        raise Refusal(told, fields={"from_at": told})
    begins, ends = from_at.astimezone(SHANGHAI), to_at.astimezone(SHANGHAI)
    hours = [_hours(text) for text in limits["vv.slots"]]
    if not any(opens <= begins.time() and ends.time() <= closes and ends.date() == day for opens, closes in hours):
        told = _("会见只安排在工作日 %(hours)s。") % {"hours": listed(limits["vv.slots"])}
        raise Refusal(told, fields={"from_at": told})


def _hours(text: str) -> tuple[time, time]:
    opens, _, closes = text.partition("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)
