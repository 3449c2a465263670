"""Cases of discipline: their list, a new clue, one case with what may be done next, and candidates of revocation."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from supervision.access.forms import as_id, row_ids
from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.days import local_day
from supervision.db import Record
from supervision.discipline import actions, candidates, cases, words
from supervision.discipline.actions import NewBreach, NewCase
from supervision.discipline.letters import letter_of
from supervision.discipline.proposal import Breach, propose
from supervision.discipline.standing import Lapse, Out, heaviest, lapses_of, out_of, standing_of
from supervision.errors import NotFound
from supervision.forms import Form, read_form
from supervision.language import gettext as _
from supervision.people.answers import back_to
from supervision.people.scope import PersonRef, get_order_id, get_person
from supervision.rules import title_of
from supervision.rules.discipline_items import CANDIDATE, ITEMS
from supervision.web import AnyRequest, page

Answer = Response[Any]
TABS = ("open", "all")


# -- the list ----------------------------------------------------------------------------------------------------


@get("/discipline", guards=[guard("see_discipline")])
async def discipline(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Template:
    """The cases in the viewer's scope, the newest first, and the candidates that wait for a decision; one audit row."""
    asked = request.query_params
    tab = "all" if asked.get("tab") == "all" else "open"
    found = await cases.list_of(viewer, open_only=tab == "open", after=as_id(asked.get("after", "")))
    waiting = await candidates.open_candidates(viewer, clock.now())
    people = [row["person"] for row in found[: cases.PAGE]] + [one.person for one in waiting]
    await record(viewer, "discipline_listed", people=people, detail={"tab": tab}, now=clock.now())
    more = len(found) > cases.PAGE
    return page(
        request,
        "discipline/list.html",
        cases=found[: cases.PAGE],
        candidates=waiting,
        tab=tab,
        next_url=f"/discipline?tab={tab}&after={found[cases.PAGE - 1]['id']}" if more else None,
        words=words,
        items=ITEMS,
    )


@get("/people/{person_id:int}/discipline", guards=[guard("see_discipline")])
async def of_person(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """One person's cases, the newest first; one audit row."""
    person = await get_person(viewer, person_id)
    found = await cases.list_of(viewer, open_only=False, after=None, person=person.id)
    await record(viewer, "discipline_listed", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(request, "discipline/person.html", person=person, cases=found, words=words, items=ITEMS)


# -- a new clue --------------------------------------------------------------------------------------------------


@get("/people/{person_id:int}/discipline/new", guards=[guard("handle_discipline")])
async def new(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Template:
    """The form of a clue, filled from the person's lapses, with what the machine proposes of them; one audit row."""
    person = await get_person(viewer, person_id)
    context = await _new_context(viewer, person, clock)
    await record(viewer, "discipline_seen", subject=("person", person.id), people=[person.id], now=clock.now())
    return page(request, "discipline/new.html", **context)


async def _new_context(viewer: Viewer, person: PersonRef, clock: Clock) -> dict[str, Any]:
    order = await get_order_id(viewer, person.id)
    now = clock.now()
    lapses = await lapses_of(order, now)
    today = local_day(now)
    out, main = await out_of(order), heaviest(lapses, today)
    breach = _breach_of(out, main, today)
    standing = await standing_of(order)
    return {
        "person": person,
        "lapses": [{"one": lapse, "days": lapse.days(today)} for lapse in lapses],
        "filled": _filled_from(out) if out else _filled(main),
        "shown": propose(breach, standing) if breach else None,
        "standing": standing,
        "words": words,
    }


def _breach_of(out: Out | None, main: Lapse | None, today: date) -> Breach | None:
    """What the case would be about: a verified 脱管 before any lapse."""
    if out:
        return Breach("off_control", since=out.since_on, until=out.until_on or today)
    return Breach(main.kind, since=main.since_on, until=main.until_on or today) if main else None


def _filled_from(out: Out) -> dict[str, str]:
    """What the form begins with: the time out of supervision, as it was verified."""
    done = f"，至{out.until_on}找到" if out.until_on else "，至今没有找到"
    return {
        "source": "hand",
        "kind": "off_control",
        "since_on": out.since_on.isoformat(),
        "until_on": out.until_on.isoformat() if out.until_on else "",
        "facts": f"自{out.since_on}最后一次有效联系后脱离监管，经查找核实（第{out.search}号查找）{done}。",
    }


def _filled(main: Lapse | None) -> dict[str, str]:
    """What the form begins with: the heaviest lapse."""
    if main is None:
        return {"source": "hand", "kind": "", "since_on": "", "until_on": "", "facts": ""}
    done = f"，至{main.until_on}才完成" if main.until_on else "，至今没有完成"
    return {
        "source": "alert",
        "kind": main.kind,
        "since_on": main.since_on.isoformat(),
        "until_on": main.until_on.isoformat() if main.until_on else "",
        "facts": f"{main.title}应于{main.raw_on}前完成{done}。",
    }


@post("/people/{person_id:int}/discipline", guards=[guard("handle_discipline")])
async def report(
    request: AnyRequest, person_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Answer:
    """Put a clue down."""
    person = await get_person(viewer, person_id)
    order = await get_order_id(viewer, person_id)
    form = await read_form(request, "discipline/new.html", **await _new_context(viewer, person, clock))
    source = form.choice("source", _("线索来源"), words.SOURCES)
    breach = read_breach(form)
    alerts = tuple(row_ids(form.typed, "alert-"))
    form.check()
    case = await actions.report(viewer, order, NewCase(source, breach, alerts), clock.now())
    return back_to(request, f"/people/{person_id}/discipline/{case}", _("线索已登记，请研判后立案或者不予处理。"))


def read_breach(form: Form) -> NewBreach:
    """What was typed of the breach."""
    return NewBreach(
        kind=form.choice("kind", _("违反的规定"), words.BREACHES),
        weight=form.choice("weight", _("情节"), words.WEIGHTS),
        facts=form.text("facts", _("违反规定的事实")),
        since_on=form.day_or_none("since_on", _("起算的日期")),
        until_on=form.day_or_none("until_on", _("报到或者查找到的日期")),
        hides=form.tick("hides"),
    )


# -- one case ----------------------------------------------------------------------------------------------------


@get("/people/{person_id:int}/discipline/{case_id:int}", guards=[guard("see_discipline")])
async def one(
    request: AnyRequest,
    person_id: FromPath[int],
    case_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Template:
    """The whole case on one page, with what the machine proposes and what may be done next; one audit row."""
    person = await get_person(viewer, person_id)
    row = await case_of(viewer, person, case_id)
    context = await case_context(person, row, clock)
    await record(viewer, "discipline_seen", subject=(actions.CASE, case_id), people=[person.id], now=clock.now())
    return page(request, "discipline/case.html", **context)


async def case_of(viewer: Viewer, person: PersonRef, case_id: int) -> Record:
    """The person's case. Raises NotFound for another person's, another office's, or none."""
    row = await cases.get_case(viewer, case_id)
    if row["person"] != person.id:
        raise NotFound
    return row


async def case_context(person: PersonRef, row: Record, clock: Clock) -> dict[str, Any]:
    """All that the page of a case shows, and its forms when they come back."""
    breach = await cases.breach_row(row["id"])
    decision = await cases.decision_of(row["id"])
    shown = await cases.proposal_for(row, clock.now())
    return {
        "person": person,
        "case": row,
        "breach": breach,
        "facts": cases.facts_text(breach),
        "shown": shown,
        "choices": [(item.code, item_label(item.code)) for item in shown.items if item.measure != CANDIDATE],
        "candidate_choices": [(item.code, item_label(item.code)) for item in shown.items if item.measure == CANDIDATE],
        "evidence": await cases.evidence_of(row["id"]),
        "events": await cases.events_of(row["id"]),
        "proposals": await cases.proposals_of(row["id"]),
        "decision": decision,
        "letter": await letter_of(row, decision["measure"]) if decision else None,
        "causes": [
            {
                "title": _(title_of(one["kind"], one["variant"] or "")),
                "since_at": one["since_at"],
                "closed_at": one["closed_at"],
            }
            for one in await cases.causes_of(row["id"])
        ],
        "words": words,
        "items": ITEMS,
    }


def item_label(code: str) -> str:
    """“训诫：第34条第1项 不按规定时间报到……”."""
    item = ITEMS[code]
    article = _(item.article).rpartition("》")[2]
    said = {"measure": _(words.MEASURES[item.measure]), "article": article, "words": _(item.words)}
    return _("%(measure)s：%(article)s %(words)s") % said


# -- candidates --------------------------------------------------------------------------------------------------


@post("/people/{person_id:int}/candidates/{finding_id:int}", guards=[guard("decide_discipline")])
async def decide_candidate(
    request: AnyRequest,
    person_id: FromPath[int],
    finding_id: FromPath[int],
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
) -> Answer:
    """A candidate of revocation gets its reasoned decision."""
    person = await get_person(viewer, person_id)
    candidate = await candidates.get_candidate(viewer, finding_id, clock.now())
    if candidate.person != person.id:
        raise NotFound
    form = await read_form(
        request,
        "discipline/_candidate.html",
        heading=_("撤销、收监候选"),
        person=person,
        one=candidate,
        words=words,
    )
    outcome = form.choice("outcome", _("处理结果"), words.CANDIDATE_ENDS)
    reason = form.text("reason", _("理由"))
    form.check()
    word = candidates.Word(outcome, reason, form.text("further_breach", _("又有的违反规定的行为"), required=False))
    await candidates.decide_candidate(viewer, finding_id, word, clock.now())
    return back_to(
        request, "/discipline", _("已作出决定：%(outcome)s。") % {"outcome": _(words.CANDIDATE_ENDS[outcome])}
    )


ROUTES = [discipline, of_person, new, report, one, decide_candidate]
