"""VV-08 to VV-10, VV-13 远程视频会见: the clocks of a booking, from the application to the end of the session."""

from collections.abc import Iterator
from datetime import datetime

from supervision.days import end_of, local_day
from supervision.language import N_
from supervision.rules.base import Facts, InForce, Rule, Slot, Terms, Why
from supervision.rules.timing import ONCE, Ask, Timing, slot
from supervision.rules.video_visit import COMES, GIVEN_BACK, Booking, arrive_between, confirm_until

FORWARD, ANSWER, CONFIRM, ATTEND, END = "forward", "answer", "confirm", "attend", "end"
KIND = "booking"
"""The kind of the acts that meet these duties; their mode is the step of the booking."""
OFFICE_RULE = N_("罪犯会见通信规定（司发通〔2016〕118号），窗口办理期限由本局确定")


def forward(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The bureau checks an application and forwards it to the prison, or hands it back, within two working days.

    Counted from the day of the application, which itself isn't counted (law VV-09).
    """
    booking: Booking = facts.matter
    if booking.state != "withdrawn":
        yield _working_days("VV-09", FORWARD, booking.applied_at, terms)


def answer(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The prison's answer is there three working days after the application was forwarded, or the bureau asks for it.

    The day of forwarding isn't counted (law VV-08). The duty is the bureau's: to have the answer, and to put it down.
    """
    booking: Booking = facts.matter
    if booking.forwarded_at is not None and booking.state != "withdrawn":
        yield _working_days("VV-08", ANSWER, booking.forwarded_at, terms)


def _working_days(rule: str, variant: str, since: datetime, terms: Terms) -> Slot:
    day = local_day(since)
    used = terms.parameters.in_force(since).among(["vv.forward_wd" if variant == FORWARD else "vv.prison_wd"])
    why = {"rule": rule, "article": OFFICE_RULE, "variant": variant, "anchor_is": ANCHOR[variant], "parameters": used}
    every = f"{next(iter(used.values()))}wd"
    return slot(Ask(variant, why, period=ONCE), Timing(day, every, opens_before=every, not_before=day), terms.calendar)


ANCHOR = {FORWARD: "applied_on", ANSWER: "forwarded_on"}


def presence(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The family confirms the time that it was given, and comes to the window when it begins.

    It confirms until 24 hours before; then the slot is given back, and nothing more is owed: that this wasn't done when the
    session begins is a lapse, of ours. It is taken in from a quarter of an hour before until ten minutes after the beginning:
    who comes later has given the session up (law VV-03, VV-13).
    """
    booking: Booking = facts.matter
    if booking.scheduled_at is None or booking.start_at is None or booking.state in GIVEN_BACK:
        return
    parameters = terms.parameters.in_force(booking.scheduled_at)
    cut_off = confirm_until(booking.scheduled_at, booking.start_at, parameters)
    hours = _why("VV-13", CONFIRM, ("vv.confirm_hours",), parameters)
    yield _slot(CONFIRM, (booking.scheduled_at, cut_off, booking.start_at), hours)
    if booking.state in COMES:
        opens_at, limit_at = arrive_between(booking.start_at, parameters)
        minutes = _why("VV-13", ATTEND, ("vv.checkin_minutes", "vv.late_minutes"), parameters)
        yield _slot(ATTEND, (opens_at, booking.start_at, limit_at), minutes)


def session_end(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whoever took a family in puts down on the same day how the session ended: done, stopped for a breach, failed (VV-10, VV-13)."""
    booking: Booking = facts.matter
    if booking.arrived_at is None or booking.end_at is None or booking.state == "withdrawn":
        return
    limit_at = end_of(local_day(booking.arrived_at))
    why = _why("VV-10", END, ("vv.minutes",), terms.parameters.in_force(booking.arrived_at))
    due_at = min(max(booking.end_at, booking.arrived_at), limit_at)
    yield _slot(END, (booking.arrived_at, due_at, limit_at), why)


def _why(rule: str, variant: str, keys: tuple[str, ...], parameters: InForce) -> Why:
    used = parameters.among(keys)
    return Why({"rule": rule, "article": OFFICE_RULE, "variant": variant, "parameters": used, "said": SAID[variant]})


SAID = {
    CONFIRM: N_("家属须在会见开始前的确认期限内确认，逾期未确认的时段收回"),
    ATTEND: N_("家属须按时到窗口核验身份，逾时视为放弃"),
    END: N_("家属到场后，当日登记会见的结束情况"),
}


def _slot(variant: str, moments: tuple[datetime, datetime, datetime], why: Why) -> Slot:
    told = Why({**why, "moments": [moment.isoformat() for moment in moments]})
    return Slot(variant, ONCE, *moments, local_day(moments[1]), told)


def _met_by(*steps: str) -> frozenset[tuple[str, str]]:
    return frozenset((KIND, step) for step in steps)


RULES = (
    Rule(
        id="VV-09",
        title=N_("视频会见转送监狱"),
        article=OFFICE_RULE,
        owed_by="staff",
        slots=forward,
        meets={FORWARD: _met_by("forward", "return")},
        severity="notice",
        parameters=("vv.*",),
        subject=KIND,
    ),
    Rule(
        id="VV-08",
        title=N_("视频会见监狱答复"),
        article=OFFICE_RULE,
        owed_by="staff",
        slots=answer,
        meets={ANSWER: _met_by("schedule", "prison_refuse")},
        severity="notice",
        parameters=("vv.prison_wd",),
        subject=KIND,
    ),
    Rule(
        id="VV-13",
        title=N_("视频会见确认和到场"),
        article=OFFICE_RULE,
        owed_by="person",
        slots=presence,
        meets={CONFIRM: _met_by("confirm"), ATTEND: _met_by("arrive")},
        severity="notice",
        parameters=("vv.confirm_hours", "vv.checkin_minutes", "vv.late_minutes"),
        subject=KIND,
    ),
    Rule(
        id="VV-10",
        title=N_("视频会见登记结束"),
        article=OFFICE_RULE,
        owed_by="staff",
        slots=session_end,
        meets={END: _met_by("end", "breach", "fail")},
        severity="notice",
        parameters=("vv.minutes",),
        subject=KIND,
    ),
)
