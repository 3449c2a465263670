"""The audit administrator's list: who did what to whose file, by numbers; nothing of a case."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.forms import as_id
from supervision.access.viewer import Viewer, guard
from supervision.audit.reading import Filters, audit_rows, staff_choices
from supervision.audit.record import record
from supervision.audit.words import ACTIONS, SUBJECTS
from supervision.clock import Clock
from supervision.forms import Form
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

FIELDS = ("staff", "action", "person", "first_day", "last_day")


@get("/audit", guards=[guard("read_audit")])
async def audit_list(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The newest acts first, fifty a page, narrowed by person, time, act and file number."""
    query = request.query_params
    typed = {name: query[name] for name in FIELDS if query.get(name)}
    rows, before = await audit_rows(_filters(query))
    await record(viewer, "audit_read", detail=typed, now=clock.now())
    return page(
        request,
        "audit/list.html",
        fragment="audit/_rows.html",
        rows=rows,
        typed=typed,
        staff=await staff_choices(),
        actions=ACTIONS,
        subjects=SUBJECTS,
        next_url=f"/audit?{urlencode(typed | {'before': before})}" if before else None,
    )


def _filters(query: Mapping[str, str]) -> Filters:
    """What can't be read as a number or a day narrows nothing: the form shows it empty again."""
    return Filters(
        staff=as_id(query.get("staff", "")),
        action=query.get("action") or None,
        person=as_id(query.get("person", "")),
        first_day=_day(query.get("first_day", "")),
        last_day=_day(query.get("last_day", "")),
        before=as_id(query.get("before", "")),
    )


def _day(text: str) -> date | None:
    form = Form({"day": text})
    day = form.day_or_none("day", _("日期"))
    return None if form.wrong else day


ROUTES = [audit_list]
