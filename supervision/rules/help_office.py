"""RA-24, RA-25: an office that helps many has somebody who does nothing else, and the bureau sends its lists each month. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from supervision.days import DAY, add_months, start_of
from supervision.language import N_
from supervision.rules.absence import Cover, gaps
from supervision.rules.assistance import Owed, ask_of
from supervision.rules.base import Duty, Facts, Finding, Rule, Slot, Terms
from supervision.rules.timing import Timing, slot

SUBJECT = "office"
LISTS = "help_list"
"""The kind of the acts that meet RA-25; their mode is which list was sent."""
HOUSE = N_("外省安置帮教工作的通行做法，由本局确定")
RELEASE = Owed("RA-25", "release", HOUSE, "month_begins", ("ra.lists.first_month", "ra.lists.release_day"))
UNCONNECTED = Owed("RA-25", "unconnected", HOUSE, "month_ends", ("ra.lists.first_month", "ra.lists.unconnected_days"))


@dataclass(frozen=True, slots=True)
class HelpOffice:
    """An office as the rules about help see it."""

    is_bureau: bool
    helped: tuple[tuple[date, int], ...] = ()
    """How many people it helped as each month began."""
    workers: tuple[tuple[int, datetime, datetime | None], ...] = ()
    """Who did nothing but help: the number of the entry, from when, until when."""
    ended_at: datetime | None = None


def lists(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Each month the bureau sends the list of those soon to be released by the 13th, the 14th at the latest.

    And before the month is over the list of those who were released and aren't connected.
    """
    office: HelpOffice = facts.matter
    if not office.is_bureau:
        return
    month = date.fromisoformat(f"{terms.parameters.at(RELEASE.keys[0], terms.until)}-01")
    while start_of(month) <= terms.until:
        parameters = terms.parameters.in_force(start_of(month))
        due, before = parameters["ra.lists.release_day"], parameters["ra.lists.unconnected_days"]
        first = Timing(month, f"{due - 1}d", opens_before=f"{due - 1}d", limit_after=1)
        yield slot(ask_of(RELEASE, parameters, month.isoformat()), first, terms.calendar)
        last = Timing(add_months(month, 1) - DAY, "0d", opens_before=f"{before}d")
        yield slot(ask_of(UNCONNECTED, parameters, month.isoformat()), last, terms.calendar)
        month = add_months(month, 1)


def full_time(facts: Facts, terms: Terms, duties: tuple[Duty, ...]) -> Iterator[Finding]:
    """An office that helps more than fifty people has at least one worker who does nothing else.

    Asked as each month begins; it ends when a worker is named, or with the month that begins with fewer.
    """
    office: HelpOffice = facts.matter
    covers = [Cover(from_at, to_at, ("help_worker", id)) for id, from_at, to_at in office.workers]
    for begins_at, ends_at in _crowded(office, terms):
        for gap in gaps(covers, begins_at):
            if ends_at is not None and gap.from_at >= ends_at:
                break
            named = gap.to_at is not None and (ends_at is None or gap.to_at <= ends_at)
            kind, id = gap.fact if named and gap.fact else (None, None)
            yield Finding(
                rule=FULL_TIME.id,
                variant="",
                period=gap.from_at.date().isoformat(),
                since_at=gap.from_at,
                severity="notice",
                why={"rule": FULL_TIME.id, "article": HOUSE, "since": gap.from_at.isoformat()},
                ended_at=gap.to_at if named else ends_at,
                fact_kind=kind if kind or ends_at is None else SUBJECT,
                fact_id=id if kind or ends_at is None else facts.subject.id,
            )


def _crowded(office: HelpOffice, terms: Terms) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches of months that began with more people than one worker must be there for; the office's end ends the last."""
    since: datetime | None = None
    for day, count in office.helped:
        begins_at = start_of(day)
        many = count > terms.parameters.at("ra.staff.most", begins_at)
        if many and since is None:
            since = begins_at
        if not many and since is not None:
            yield since, begins_at
            since = None
    if since is not None:
        yield since, office.ended_at


LISTS_RULE = Rule(
    id="RA-25",
    title=N_("印发安置帮教名单"),
    article=HOUSE,
    owed_by="organ",
    subject=SUBJECT,
    slots=lists,
    meets={"release": frozenset({(LISTS, "release")}), "unconnected": frozenset({(LISTS, "unconnected")})},
    severity="notice",
    parameters=("ra.lists.*",),
)
FULL_TIME = Rule(
    id="RA-24",
    title=N_("没有专职帮教人员"),
    article=HOUSE,
    owed_by="organ",
    subject=SUBJECT,
    findings=full_time,
    severity="notice",
    parameters=("ra.staff.*",),
)
RULES = (FULL_TIME, LISTS_RULE)
