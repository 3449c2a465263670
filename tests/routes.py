"""Who may open what: one line a route. A new page adds its line here, and tests/test_matrix.py walks it.

`form` is what a POST brings (a dict, or a function of the target), and `before` puts the facts there that it needs, so that
whoever may act gets a 200 or 303; where the allowed answer is another, `answers` says so. A path with {person_id} is tried
on a person of 古城, one of 汇丰 and nobody. What a path's names stand for: `targets` in tests/test_matrix.py.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from supervision.access.second_factor import OFFER, SECRET
from supervision.access.totp import code_at, new_secret, step_at
from supervision.db import execute, insert
from supervision.exchange.uploads import PURPOSE as UPLOADED
from supervision.sealed import seal
from tests.cast import NOW, PASSWORD
from tests.commissions.matrix import LINES as OF_COMMISSIONS
from tests.discipline.matrix import LINES as OF_CASES
from tests.lost_contact.makers import LINES as OF_SEARCHES
from tests.reception.matrix import LINES as OF_RECEPTIONS
from tests.register import identity_number
from tests.resettlement.matrix import LINES as OF_BASES
from tests.video_visits.matrix import LINES as OF_VISITS

Target = Mapping[str, Any]
"""What stands for the names in a path: person_id, order_id, fact_id, staff_id, … (see `targets` in test_matrix.py)."""
Before = Callable[[Target], Awaitable[object]]
Fields = Mapping[str, Any] | Callable[[Target], Mapping[str, Any]]


@dataclass(frozen=True)
class Line:
    """A route, the permission that it asks for, and how it is tried."""

    method: str
    path: str
    permission: str
    form: Fields = field(default_factory=dict)
    before: Before | None = None
    answers: tuple[int, ...] = (200, 303)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def of_a_person(self) -> bool:
        names = ("{person_id}", "{message_id}", "{subject_id}", "{commission_id}")
        return any(name in self.path for name in names) or (self.by_token and "{" in self.path)

    @property
    def by_token(self) -> bool:
        """Whether another system asks this, with a token."""
        return self.path.startswith("/api/")

    def fields(self, target: Target) -> Mapping[str, Any]:
        """What is posted about this target."""
        return self.form(target) if callable(self.form) else self.form


async def awaited(target: Target) -> None:
    """The person hasn't reported yet."""
    await execute("UPDATE orders SET registered_at = NULL, state = 'due' WHERE id = $1", target["order_id"])
    await execute("DELETE FROM registration WHERE order_id = $1", target["order_id"])


async def paused(target: Target) -> None:
    """The person is in hospital."""
    row = {"subject_kind": "order", "subject_id": target["order_id"], "kind": "hospital", "evidence": "诊断证明"}
    await insert("pause", row | {"from_at": NOW - timedelta(days=2), "recorded_at": NOW})


async def ended(target: Target) -> None:
    """The order has ended, and the help came of it."""
    await execute("UPDATE order_end SET withdrawn_at = NULL WHERE id = $1", target["end_id"])
    help_on = "UPDATE assistance SET order_id = $1 WHERE person = (SELECT person FROM orders WHERE id = $1)"
    await execute(help_on, target["order_id"])
    await execute(
        "UPDATE orders SET ended_at = $2, end_kind = 'revoked', state = 'revoked' WHERE id = $1",
        target["order_id"],
        NOW,
    )


async def long_ended(target: Target) -> None:
    """The order has ended so long ago that its files need be kept no longer."""
    await ended(target)
    await execute("UPDATE orders SET ended_at = $2 WHERE id = $1", target["order_id"], NOW.replace(year=1990))
    await execute(
        "UPDATE assistance SET ended_at = $2, end_kind = 'expired', state = 'expired' WHERE person = $1",
        target["person_id"],
        NOW.replace(year=1990),
    )


async def its_time_came(target: Target) -> None:
    """The appointed time has passed."""
    await execute("UPDATE appointment SET at = $2 WHERE id = $1", target["appointment_id"], NOW - timedelta(hours=1))


async def imported_yesterday(target: Target) -> None:
    """The import can't be undone any more."""
    await execute("UPDATE import_run SET started_at = $2 WHERE id = $1", target["run_id"], NOW - timedelta(days=1))


async def unassigned(target: Target) -> None:
    """Nobody of the office has the file yet."""
    await execute("UPDATE responsibility SET staff = NULL WHERE role = 'main' AND subject_id = $1", target["order_id"])


async def own_unassigned(target: Target) -> None:
    """Nobody has any file of the own office yet."""
    await execute("UPDATE responsibility SET staff = NULL WHERE role = 'main' AND person = $1", target["own_person_id"])


def taken_in(target: Target) -> Mapping[str, Any]:
    """The form of a new person."""
    days = {"effective_on": "2026-11-01", "start_on": "2026-11-01", "end_on": "2027-10-31"}
    who = {"name": "甲新", "number": identity_number(date(1991, 2, 3), 77), "kind": "probation", "crime": "盗窃罪"}
    return who | days | {"phone": "", "holder": "self", "staff": target["officer_id"]}


def helped(target: Target) -> Mapping[str, Any]:
    """The form of somebody who came home from prison."""
    who = {"name": "丙新", "number": identity_number(date(1993, 5, 6), 79), "source": "prison", "kind": "general"}
    days = {"release_on": "2026-11-20", "connected_on": "2026-11-21"}
    return who | days | {"phone": "", "holder": "self", "staff": target["officer_id"]}


SHEET = {"name": "名册.csv", "at": NOW - timedelta(hours=1)}


def sealed_sheet() -> str:
    """A roster of one person, as a page keeps it between its dry run and its import."""
    identity = identity_number(date(1992, 3, 4), 78)
    text = f"姓名,身份证号,矫正类别,矫正开始日期,司法所\n乙新,{identity},缓刑,2026-11-01,古城司法所\n"
    return seal(base64.b64encode(text.encode()).decode(), UPLOADED)


async def my_sheet(target: Target) -> None:
    """The sheet was brought by whoever asks; another's is not there."""
    await execute("UPDATE upload SET staff = $2 WHERE id = $1", target["upload_id"], target["me_id"])


async def a_sheet(target: Target) -> None:
    """Somebody waits to go live."""
    await execute("UPDATE orders SET import_run = $2 WHERE id = $1", target["order_id"], target["run_id"])


def offered(target: Target) -> Mapping[str, str]:
    """A telephone that has read the picture, with the code that it shows now."""
    secret = new_secret()
    content = {"staff": target["me_id"], "secret": secret, "at": NOW.isoformat()}
    return {"offer": seal(json.dumps(content), OFFER), "one_time_password": code_at(secret, step_at(NOW))}


async def my_factor(target: Target) -> None:
    """Whoever asks has a second factor."""
    await a_factor({"staff_id": target["me_id"]})


async def a_factor(target: Target) -> None:
    """The member of the staff has a second factor."""
    row = {"staff": target["staff_id"], "secret_sealed": seal(new_secret(), SECRET), "last_step": 0}
    await insert("second_factor", row | {"created_at": NOW})


PASSWORDS = {
    "old_password": PASSWORD,
    "new_password": "quite another one",
    "again_password": "quite another one",
}
ABSENCE = {"from": "2026-12-01", "to": "2026-12-02", "deputy": ""}
AT = "2026-11-25T08:30"

LINES = (
    # access
    Line("GET", "/", "own_account"),
    Line("POST", "/sign-out", "own_account"),
    Line("GET", "/password", "own_account"),
    Line("POST", "/password", "own_account", PASSWORDS),
    Line("GET", "/account", "own_account"),
    Line("POST", "/account/sessions/{session_id}/end", "own_account"),
    Line("POST", "/account/sessions/end", "own_account"),
    Line("GET", "/sign-in/code", "own_account"),
    Line("POST", "/sign-in/code", "own_account", {"one_time_password": "000000"}),
    Line("POST", "/confirm", "own_account", {"confirm_password": PASSWORD, "next": "/account"}),
    Line("GET", "/account/second-factor", "own_account"),
    Line("POST", "/account/second-factor", "own_account", offered),
    Line("POST", "/account/second-factor/codes", "own_account", before=my_factor),
    Line("POST", "/account/second-factor/end", "own_account", before=my_factor),
    Line("POST", "/staff/{staff_id}/second-factor", "manage_staff", before=a_factor),
    Line("GET", "/offices", "manage_offices"),
    Line("POST", "/offices", "manage_offices", {"code": "XC", "name": "新城司法所"}),
    Line("POST", "/offices/{empty_office_id}/close", "manage_offices"),
    Line("GET", "/staff", "manage_staff"),
    Line(
        "POST",
        "/staff",
        "manage_staff",
        lambda t: {"login": "nina", "name": "倪娜", "role": "officer", "office": t["office_id"]},
    ),
    Line("GET", "/staff/{staff_id}", "manage_staff"),
    Line("POST", "/staff/{staff_id}/code", "manage_staff"),
    Line("POST", "/staff/{staff_id}/disable", "manage_staff"),
    Line("POST", "/staff/{staff_id}/move", "manage_staff", lambda t: {"office": t["other_office_id"]}),
    Line("POST", "/staff/{staff_id}/desk", "manage_staff"),
    Line("POST", "/staff/{staff_id}/absences", "manage_staff", ABSENCE),
    Line("POST", "/absences/{absence_id}/end", "manage_staff"),
    Line("GET", "/audit", "read_audit"),
    # people
    Line("GET", "/people", "see_people"),
    Line("GET", "/people/new", "add_person"),
    Line("POST", "/people/new", "add_person", taken_in),
    Line("GET", "/debts", "see_people"),
    Line("GET", "/people/{person_id}", "see_people"),
    Line("POST", "/people/{person_id}/number", "unseal"),
    Line("POST", "/people/{person_id}/notes", "record", {"text": "来访"}),
    # orders
    Line("POST", "/people/{person_id}/registration", "register_person", {"happened_at": AT}, awaited),
    Line("POST", "/people/{person_id}/class", "set_class", {"level": "strict", "reason": "综合评估"}),
    Line(
        "POST", "/people/{person_id}/officer", "assign_officer", lambda t: {"staff": t["next_officer_id"]}, unassigned
    ),
    Line("POST", "/people/{person_id}/phone", "correct_contact", {"phone": "19900000009", "holder": "self"}),
    Line("POST", "/people/{person_id}/term", "end_order", {"end_on": "2027-06-30", "reason": "裁定书"}),
    Line("POST", "/people/{person_id}/documents", "register_person", {"kind": "summary", "happened_at": AT}),
    Line("POST", "/people/{person_id}/pause", "pause", {"kind": "hospital", "happened_at": AT, "evidence": "诊断证明"}),
    Line("POST", "/people/{person_id}/pause/end", "pause", {"happened_at": AT}, paused),
    Line("POST", "/people/{person_id}/pause/check", "pause", {"source": "医院"}, paused),
    Line("POST", "/people/{person_id}/end", "end_order", {"kind": "revoked", "happened_at": AT, "reason": "裁定书"}),
    Line(
        "POST",
        "/people/{person_id}/duties/{duty_id}/decision",
        "decide_duty",
        {"outcome": "excused", "reason": "住院"},
    ),
    Line("POST", "/people/{person_id}/facts/{order_kind}/{order_fact_id}/withdrawal", "withdraw", {"reason": "录错"}),
    Line("POST", "/people/{person_id}/end/{end_id}/withdrawal", "end_order", {"reason": "录错"}, ended),
    # checkins
    Line("POST", "/people/{person_id}/reports", "record", {"mode": "phone", "happened_at": AT}),
    Line("POST", "/people/{person_id}/visits", "record", {"met": "person", "happened_at": AT}),
    Line(
        "POST",
        "/people/{person_id}/checks",
        "record",
        {"channel": "call", "result": "ok", "happened_at": AT},
    ),
    Line("GET", "/people/{person_id}/checkins", "see_people"),
    Line("POST", "/people/{person_id}/checkins/{kind}/{fact_id}/withdrawal", "withdraw", {"reason": "录错"}),
    Line("GET", "/calls", "record"),
    # appointments
    Line("GET", "/people/{person_id}/appointments", "see_people"),
    Line("POST", "/people/{person_id}/appointments", "record", {"kind": "office", "at": "2026-11-30T15:30"}),
    Line(
        "POST",
        "/people/{person_id}/appointments/{appointment_id}/move",
        "record",
        {"at": "2026-12-01T10:00", "reason": "本人有事"},
    ),
    Line("POST", "/people/{person_id}/appointments/{appointment_id}/cancellation", "record", {"reason": "不再需要"}),
    Line("POST", "/people/{person_id}/appointments/{appointment_id}/no-show", "record", before=its_time_came),
    # files
    Line("GET", "/people/{person_id}/files", "see_files"),
    Line("POST", "/people/{person_id}/files", "keep_files", answers=(422,)),
    Line("GET", "/people/{person_id}/files/{file_id}", "see_files"),
    Line("POST", "/people/{person_id}/files/{file_id}/withdrawal", "withdraw", {"reason": "存错"}),
    Line("GET", "/files/past", "remove_files"),
    Line("POST", "/people/{person_id}/files/{file_id}/removal", "remove_files", {"reason": "清册1"}, long_ended),
    Line("POST", "/calls", "record", lambda t: {"happened_at": AT, f"answer-{t['own_order_id']}": "answered"}),
    # resettlement
    Line("GET", "/assistance", "see_people"),
    Line("GET", "/assistance/lists", "keep_statistics"),
    Line("POST", "/assistance/lists", "keep_statistics", {"kind": "release"}),
    Line("POST", "/assistance/offices/{office_id}/workers", "keep_statistics", {"name": "郝帮"}),
    Line("POST", "/assistance/workers/{worker_id}/end", "keep_statistics"),
    Line("GET", "/assistance/new", "add_person"),
    Line("GET", "/assistance/export/{shape}", "unseal"),
    Line("POST", "/assistance/new", "add_person", helped),
    Line("GET", "/people/{person_id}/assistance", "see_people"),
    Line(
        "POST",
        "/people/{person_id}/assistance/steps",
        "record_help",
        {"event": "lost", "happened_at": AT, "said": "电话停机"},
    ),
    Line(
        "POST",
        "/people/{person_id}/assistance/decisions",
        "decide_help",
        {"event": "deceased", "happened_at": AT, "said": "死亡证明"},
    ),
    Line(
        "POST",
        "/people/{person_id}/assistance/visits",
        "record_help",
        {"place": "home", "met": "person", "happened_at": AT},
    ),
    Line("POST", "/people/{person_id}/assistance/class", "decide_help", {"level": "first", "reason": "生活困难"}),
    Line("POST", "/people/{person_id}/assistance/members", "record_help", {"kind": "village", "name": "村委 张三"}),
    Line(
        "POST",
        "/people/{person_id}/assistance/support",
        "record_help",
        {"what": "social_aid.minimum", "happened_at": AT},
    ),
    Line("POST", "/people/{person_id}/assistance/assessment", "decide_help", {"kind": "key", "reason": "没有住处"}),
    Line(
        "POST",
        "/people/{person_id}/assistance/appraisals",
        "record_help",
        {"side": "village", "grade": "good", "assessor": "村委 张三", "happened_at": AT},
    ),
    Line(
        "POST",
        "/people/{person_id}/assistance/children",
        "record_help",
        {"name": "小宝", "born_on": "2018-03-02", "guardian": "parent", "hardship": "none", "happened_at": AT},
    ),
    Line("POST", "/people/{person_id}/assistance/officer", "assign_officer", lambda t: {"staff": t["next_officer_id"]}),
    Line(
        "POST",
        "/people/{person_id}/assistance/withdrawals/{help_kind}/{help_fact_id}",
        "record_help",
        {"reason": "录错"},
    ),
    # bases of help
    *(Line(*one) for one in OF_BASES),
    # commissions
    *(Line(*one) for one in OF_COMMISSIONS),
    # searches
    *(Line(*one) for one in OF_SEARCHES),
    # reception
    *(Line(*one) for one in OF_RECEPTIONS),
    # discipline
    *(Line(*one) for one in OF_CASES),
    # alerts
    Line("GET", "/alerts", "see_alerts"),
    Line("GET", "/alerts/people/{person_id}", "see_alerts"),
    Line("POST", "/alerts/people/{person_id}/claim", "act_alerts", lambda t: {"alert": t["alert_id"]}),
    Line("POST", "/alerts/people/{person_id}/note", "act_alerts", lambda t: {"alert": t["alert_id"], "text": "已电话"}),
    Line(
        "POST",
        "/alerts/people/{person_id}/handover",
        "act_alerts",
        lambda t: {"alert": t["alert_id"], "staff": t["colleague_id"]},
    ),
    Line(
        "POST",
        "/alerts/people/{person_id}/outcome",
        "act_alerts",
        lambda t: {"alert": t["alert_id"], "outcome": "not_true", "reason": "已核实"},
    ),
    Line("GET", "/alerts/subjects/{subject_kind}/{subject_id}", "see_alerts"),
    Line(
        "POST",
        "/alerts/subjects/{subject_kind}/{subject_id}/claim",
        "act_alerts",
        lambda t: {"alert": t["subject_alert_id"]},
    ),
    Line(
        "POST",
        "/alerts/subjects/{subject_kind}/{subject_id}/note",
        "act_alerts",
        lambda t: {"alert": t["subject_alert_id"], "text": "已电话"},
    ),
    Line(
        "POST",
        "/alerts/subjects/{subject_kind}/{subject_id}/handover",
        "act_alerts",
        lambda t: {"alert": t["subject_alert_id"], "staff": t["colleague_id"]},
    ),
    Line(
        "POST",
        "/alerts/subjects/{subject_kind}/{subject_id}/outcome",
        "act_alerts",
        lambda t: {"alert": t["subject_alert_id"], "outcome": "resolved", "reason": "已核实"},
    ),
    # exchange
    Line("GET", "/import", "import_people"),
    Line("POST", "/import", "import_people", answers=(422,)),
    Line("POST", "/import/live", "import_people", {"date": "2026-12-01"}, a_sheet),
    Line("GET", "/import/{upload_id}", "import_people", before=my_sheet),
    Line("POST", "/import/{upload_id}/answers", "import_people", before=my_sheet),
    Line("POST", "/import/{upload_id}/confirm", "import_people", before=my_sheet),
    Line("POST", "/import/{upload_id}/drop", "import_people", before=my_sheet),
    Line("GET", "/import/{upload_id}/refused", "import_people", before=my_sheet),
    Line("GET", "/import/runs/{run_id}", "import_people"),
    Line("POST", "/import/runs/{run_id}/undo", "import_people"),
    Line("GET", "/people/export", "unseal"),
    Line("GET", "/people/export/reports", "unseal"),
    # settings
    Line("GET", "/rules", "see_rules"),
    Line("GET", "/parameters", "see_rules"),
    Line("GET", "/holidays", "see_rules"),
    # system
    Line("GET", "/system", "see_system"),
    # rollcall
    Line("GET", "/rollcall", "see_rollcall"),
    Line("GET", "/rollcall/print", "see_rollcall"),
    Line("GET", "/rollcall/{code}", "see_rollcall"),
    # statistics
    Line("GET", "/statistics", "see_statistics"),
    Line("GET", "/statistics/list", "see_statistics"),
    Line("GET", "/statistics/sheet", "see_statistics"),
    Line("GET", "/statistics/kept", "see_statistics"),
    Line("POST", "/statistics/keep", "keep_statistics", {"month": "2026-10"}, imported_yesterday),
    Line("GET", "/statistics/indicators", "see_statistics"),
    Line("GET", "/statistics/annual", "see_annual"),
    Line("GET", "/statistics/annual/file", "see_annual"),
    Line("GET", "/ledgers", "export_ledgers"),
    Line("GET", "/ledgers/{ledger_code}", "export_ledgers"),
    Line("GET", "/dashboard", "see_statistics"),
    Line("GET", "/dashboard/list", "see_statistics"),
    Line("GET", "/dashboard/alerts", "see_statistics"),
    Line("GET", "/dashboard/sheet", "see_statistics"),
    Line(
        "POST",
        "/dashboard/moves",
        "assign_officer",
        lambda t: {"people": t["own_person_id"], "staff": t["officer_id"]},
        own_unassigned,
    ),
    # video visits
    *(Line(*one) for one in OF_VISITS),
    # messages
    Line("GET", "/messages", "see_messages"),
    Line("POST", "/messages/{message_id}/delivered", "see_messages", {"note": "已电话问过本人"}),
    Line("POST", "/messages/{message_id}/again", "see_messages", {"note": "本人没有收到"}),
)


def posted(target: Target) -> Mapping[str, Any]:
    """A report as another system brings it."""
    return {"person": target["own_person_id"], "mode": "phone", "happened_at": "2026-11-25T08:30:00+08:00"}


API = "/api/v1"
API_LINES = (
    # asked with a token of the member, answered in JSON
    Line("GET", f"{API}/people", "see_people", answers=(200,)),
    Line("GET", f"{API}/people/{{person_id}}", "see_people", answers=(200,)),
    Line("GET", f"{API}/orders", "see_people", answers=(200,)),
    Line("GET", f"{API}/orders/{{order_id}}", "see_people", answers=(200,)),
    Line("GET", f"{API}/assistance", "see_people", answers=(200,)),
    Line("GET", f"{API}/assistance/{{assistance_id}}", "see_people", answers=(200,)),
    Line("GET", f"{API}/appointments", "see_people", answers=(200,)),
    Line("GET", f"{API}/appointments/{{appointment_id}}", "see_people", answers=(200,)),
    Line("GET", f"{API}/duties", "see_people", answers=(200,)),
    Line("GET", f"{API}/duties/{{duty_id}}", "see_people", answers=(200,)),
    Line("GET", f"{API}/reports", "see_people", answers=(200,)),
    Line("GET", f"{API}/reports/{{fact_id}}", "see_people", answers=(200,)),
    Line("POST", f"{API}/reports", "record", posted, answers=(201,)),
    Line("GET", f"{API}/alerts", "see_alerts", answers=(200,)),
    Line("GET", f"{API}/alerts/{{alert_id}}", "see_alerts", answers=(200,)),
    Line("GET", f"{API}/rollcall", "see_rollcall", answers=(200,)),
    Line("GET", f"{API}/changes", "see_people", answers=(200,)),
)
