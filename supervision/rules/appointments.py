"""AP-01 约见: a field visit or an office interview that was given a time leaves something put down on its day."""

from collections.abc import Iterator
from dataclasses import replace

from supervision.days import SHANGHAI, add_days, end_of, local_day, start_of
from supervision.language import N_
from supervision.rules.base import Act, Facts, Rule, Slot, Terms, Why

ID = "AP-01"
ARTICLE = N_("《社区矫正法》第26条，《社区矫正法实施办法》第23条、第24条")
FIELD, OFFICE = "field", "office"
STILL_ABOUT_IT = 7
"""Days after an appointment within which a visit or a report may still be the one that was meant."""
SAID = {
    FIELD: N_("已经约定时间上门走访，应在当日记录走访情况；没有见到人也要记录"),
    OFFICE: N_("已经约定时间到所见面，应在当日记录见面情况；没有来也要记录"),
}
WHY = {
    variant: {"rule": ID, "article": ARTICLE, "variant": variant, "parameters": {}, "said": said}
    for variant, said in SAID.items()
}


def appointments(facts: Facts, terms: Terms) -> Iterator[Slot]:
    """Of each appointment the office puts down on the same day what became of it: the visit, the report, or that nobody came.

    No law gives the day: who has given a time is expected to be there, and a time that passed without a word is how somebody
    slips out unseen. A visit at the appointed place counts even if nobody was met: then that is known. What happened before
    the time was given isn't what came of it. Where both kinds are agreed on one day, a visit at home is the one of the two.
    """
    agreed = [act for act in facts.acts if act.kind == "appointment" and act.happened_at <= terms.until]
    visited = {local_day(act.happened_at) for act in agreed if act.mode == FIELD}
    for act in agreed:
        both = act.mode == OFFICE and local_day(act.happened_at) in visited
        yield replace(_slot(act), met_by=AT_THE_OFFICE) if both else _slot(act)


def _slot(act: Act) -> Slot:
    day, at = local_day(act.happened_at), act.happened_at.astimezone(SHANGHAI)
    opens_at = min(max(start_of(day), act.recorded_at.astimezone(SHANGHAI)), at)
    moments = (opens_at, at, end_of(day))
    why = Why({**WHY[act.mode], "moments": [moment.isoformat() for moment in moments]})
    return Slot(act.mode, day.isoformat(), *moments, day, why, late_until=end_of(add_days(day, STILL_ABOUT_IT)))


AT_THE_OFFICE = frozenset({("report", "in_person"), ("no_show", OFFICE)})


RULE = Rule(
    id=ID,
    title=N_("约见"),
    article=ARTICLE,
    owed_by="staff",
    slots=appointments,
    meets={
        FIELD: frozenset({("visit", "*"), ("no_show", FIELD)}),
        OFFICE: AT_THE_OFFICE | {("visit", FIELD)},
    },
    paused_by={FIELD: frozenset({"custody"}), OFFICE: frozenset({"custody", "hospital"})},
    remind_days={FIELD: (1,), OFFICE: (1,)},
    severity="notice",
)
