"""RA-05..RA-08, RA-10: what the office prepares before somebody is released, and that nobody comes home to nobody."""

from collections.abc import Iterator
from datetime import date, timedelta

from supervision.days import local_day, start_of
from supervision.language import N_
from supervision.rules.assistance import (
    CORRECTION,
    MOVED_IN,
    PRACTICE,
    SUBJECT,
    Assistance,
    Owed,
    acts_of,
    ask_of,
    from_day,
    mine,
)
from supervision.rules.base import Facts, Rule, Slot, Terms
from supervision.rules.timing import Timing, slot

VERIFY = N_("全国安置帮教工作信息系统服刑人员信息核查要求；期限由本局确定")
NOTICE = N_("司法部关于刑满释放人员通知书的规定（综治委〔1999〕5号）")
FETCHING = N_("中办发〔2010〕5号：重点帮教对象必接必送")
ANSWER = Owed("RA-05", "answer", VERIFY, "verification_asked_on", ("ra.verify.working_days",))
HAVE_NOTICE = Owed("RA-06", "notice", NOTICE, "release_on", ("ra.notice.days", "ra.notice.late_days"))
TELL = Owed("RA-07", "told", PRACTICE, "noticed_on", ("ra.tell.due_days", "ra.tell.limit_days"))
FETCH = Owed("RA-08", "fetch", FETCHING, "release_on", ("ra.connect.absent_days",))
RECEIVE = Owed("RA-08", "receive", PRACTICE, "release_on", ("ra.connect.absent_days",))
REPORT = Owed("RA-10", "police", PRACTICE, "connected_on", ("ra.report.days",))


def verification(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """The office answers within fifteen working days whether a prisoner's identity, home and family are as told.

    Each question has its own answer: after a failed verification a new address is a new question. The day of the question
    isn't counted. “Waiting” is no answer.
    """
    for asked in acts_of(facts, "verification_asked"):
        day = local_day(asked.happened_at)
        if day >= mine(facts).ledger_from:
            parameters = terms.parameters.in_force(asked.happened_at)
            days = f"{parameters['ra.verify.working_days']}wd"
            timing = Timing(day, days, opens_before=days, not_before=day)
            yield slot(ask_of(ANSWER, parameters, day.isoformat()), timing, terms.calendar)


def notice(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """A month before the release the office has the prison's notice; where it hasn't come, the office asks for it.

    Whoever is heard of later has a week for it, but never longer than to the day of release.
    """
    matter = mine(facts)
    if not _is_awaited(matter):
        return
    assert matter.release_on is not None
    parameters = terms.parameters.in_force(start_of(matter.known_on))
    days, late_days = parameters["ra.notice.days"], parameters["ra.notice.late_days"]
    usual = matter.release_on - timedelta(days=days)
    last = min(max(usual, matter.known_on + timedelta(days=late_days)), matter.release_on)
    opens = max(matter.known_on, last - timedelta(days=days))
    if last >= matter.ledger_from:
        timing = _back_from(matter.release_on, last, opens)
        yield slot(ask_of(HAVE_NOTICE, parameters), timing, terms.calendar)


def _back_from(anchor: date, last: date, opens: date) -> Timing:
    return Timing(anchor, f"-{(anchor - last).days}d", opens_before=f"{(last - opens).days}d")


def telling(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Within three days of the notice (seven at the latest, and before the release) village and family are told."""
    matter = mine(facts)
    notices = acts_of(facts, "notice")
    if not (_is_awaited(matter) and notices):
        return
    assert matter.release_on is not None
    day = local_day(notices[0].happened_at)
    parameters = terms.parameters.in_force(notices[0].happened_at)
    left = (matter.release_on - day).days
    due, limit = (min(parameters[f"ra.tell.{name}_days"], left) for name in ("due", "limit"))
    if left >= 0 and day >= matter.ledger_from:
        yield slot(ask_of(TELL, parameters), from_day(day, due, limit), terms.calendar)


def reception(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Key persons are fetched on the very day of release; everybody else is connected within a week of it.

    Somebody of whom the office hears only after the release is received from that day on, and can't be fetched any more.
    """
    matter = mine(facts)
    if not _is_released_to_us(matter) or matter.release_on is None:
        return
    day = max(matter.release_on, matter.known_on)
    if day < matter.ledger_from:
        return
    fetched = matter.kind == "key" and matter.known_on <= matter.release_on
    opens = min(_noticed_on(facts, day), day)
    parameters = terms.parameters.in_force(start_of(opens))
    grace = 0 if fetched else parameters["ra.connect.absent_days"]
    timing = Timing(day, "0d", opens_before=f"{(day - opens).days}d", limit_after=grace)
    yield slot(ask_of(FETCH if fetched else RECEIVE, parameters), timing, terms.calendar)


def reporting(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Whoever is home again reports to the police station by the day that the certificate of release names, else within a week.

    The office sees to it that they can: it is help, so the duty is the office's. Reporting to the office itself is RA-08.
    """
    matter = mine(facts)
    if not _is_released_to_us(matter) or matter.release_on is None or matter.connected_at is None:
        return
    day = local_day(matter.connected_at)
    if day < matter.ledger_from:
        return
    parameters = terms.parameters.in_force(matter.connected_at)
    days = parameters["ra.report.days"]
    if matter.report_by is not None and matter.report_by >= day:
        days = (matter.report_by - day).days
    yield slot(ask_of(REPORT, parameters), from_day(day, days), terms.calendar)


def _noticed_on(facts: Facts, day: date) -> date:
    notices = acts_of(facts, "notice")
    return min((local_day(notices[0].happened_at), day)) if notices else day - timedelta(days=30)


def _is_awaited(matter: Assistance) -> bool:
    """Somebody in prison whose release is to come."""
    return _is_released_to_us(matter) and matter.release_on is not None and matter.known_on <= matter.release_on


def _is_released_to_us(matter: Assistance) -> bool:
    return matter.source not in (CORRECTION, MOVED_IN) and not _came_before_they_were_known(matter)


def _came_before_they_were_known(matter: Assistance) -> bool:
    return matter.connected_at is not None and local_day(matter.connected_at) < matter.known_on


VERIFICATION = Rule(
    id="RA-05",
    title=N_("核查服刑人员信息"),
    article=VERIFY,
    owed_by="staff",
    subject=SUBJECT,
    slots=verification,
    meets={"answer": frozenset({("verification", "ok"), ("verification", "failed")})},
    severity="notice",
    parameters=("ra.verify.*",),
)
NOTICE_RULE = Rule(
    id="RA-06",
    title=N_("取得释放通知书"),
    article=NOTICE,
    owed_by="staff",
    subject=SUBJECT,
    slots=notice,
    meets={"notice": frozenset({("notice", "*")})},
    severity="notice",
    parameters=("ra.notice.*",),
)
TELLING = Rule(
    id="RA-07",
    title=N_("通知村居和家属"),
    article=PRACTICE,
    owed_by="staff",
    subject=SUBJECT,
    slots=telling,
    meets={"told": frozenset({("told", "*")})},
    severity="notice",
    parameters=("ra.tell.*",),
)
RECEPTION = Rule(
    id="RA-08",
    title=N_("接回与衔接"),
    article=FETCHING,
    owed_by="staff",
    subject=SUBJECT,
    slots=reception,
    meets={
        "fetch": frozenset({("connection", "fetched")}),
        "receive": frozenset({("connection", "*")}),
    },
    severity="grave",
    runs_before_ledger=True,
    parameters=("ra.assess.*", "ra.connect.*"),
)
REPORTING = Rule(
    id="RA-10",
    title=N_("到派出所报到落户"),
    article=PRACTICE,
    owed_by="staff",
    subject=SUBJECT,
    slots=reporting,
    meets={"police": frozenset({("reported", "*")})},
    severity="notice",
    parameters=("ra.report.*",),
)
RULES = (VERIFICATION, NOTICE_RULE, TELLING, RECEPTION, REPORTING)
