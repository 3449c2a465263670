"""The fields of a posted form, read one by one; all that is wrong with them becomes one Refusal, shown in the form."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from litestar import Response

from supervision.days import SHANGHAI
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200
NO_DAY = date(EARLIEST_YEAR, 1, 1)
NO_MOMENT = datetime(EARLIEST_YEAR, 1, 1, tzinfo=SHANGHAI)


class Form:
    """What was typed. A field that is wrong gives a stand-in of its type; `check()` must come before anything is used."""

    def __init__(self, typed: Mapping[str, str], context: dict[str, Any] | None = None) -> None:
        self.typed = typed
        self.wrong: dict[str, str] = {}
        self.context = context or {}
        """What the template needs if it is shown again; may be added to."""

    def text(self, name: str, label: str, *, required: bool = True) -> str:
        """A text without the blanks at its ends; empty only where it isn't required."""
        value = self.typed.get(name, "").strip()
        if required and not value:
            self.wrong[name] = _("请填写%(label)s。") % {"label": label}
        return value

    def choice(self, name: str, label: str, choices: Iterable[Any]) -> str:
        """One of the choices, as text."""
        value = self.typed.get(name, "")
        if value not in {str(choice) for choice in choices}:
            self.wrong[name] = _("请选择%(label)s。") % {"label": label}
        return value

    def tick(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.typed.get(name) == "1"

    def day(self, name: str, label: str) -> date:
        """A day that must be there."""
        found = self.day_or_none(name, label)
        if found is None and name not in self.wrong:
            self.wrong[name] = _("请填写%(label)s。") % {"label": label}
        return found or NO_DAY

    def day_or_none(self, name: str, label: str) -> date | None:
        """A day as `2026-11-25`, or nothing."""
        value = self.text(name, label, required=False)
        try:
            found = date.fromisoformat(value) if value else None
        except ValueError:
            found = NO_DAY.replace(year=LATEST_YEAR)
        if found and not EARLIEST_YEAR <= found.year < LATEST_YEAR:
            self.wrong[name] = _("%(label)s应写成 2026-01-31 的样子。") % {"label": label}
        return found

    def moment(self, name: str, label: str) -> datetime:
        """A moment as `2026-11-25T09:30`, in Asia/Shanghai."""
        value = self.text(name, label)
        try:
            found = datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)
        except ValueError:
            found = NO_MOMENT.replace(year=LATEST_YEAR)
        if not EARLIEST_YEAR <= found.year < LATEST_YEAR:
            self.wrong.setdefault(name, _("%(label)s应写成 2026-01-31 09:30 的样子。") % {"label": label})
            return NO_MOMENT
        return found

    def check(self) -> None:
        """Raises Refusal that names every field that is wrong."""
        if self.wrong:
            sentences = list(self.wrong.values())
            told = sentences[0] if len(sentences) == 1 else _("有 %(n)s 项需要修改。") % {"n": len(sentences)}
            raise Refusal(told, fields=self.wrong)


async def read_form(request: AnyRequest, template: str, /, **context: Any) -> Form:
    """The posted form. If the act is refused, `template` is shown again with `typed`, `refusal` and the context.

    A partial (`slice/_name.html`) is shown alone to htmx, else in a page of its own, headed `heading`.
    """
    fields = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    form = Form({name: value.strip() for name, value in fields.items() if not name.startswith("_")}, context)

    def again(refusal: Refusal) -> Response[Any]:
        shown = {"typed": form.typed, "refusal": refusal, **form.context}
        if "/_" not in template:
            return page(request, template, status=422, **shown)
        return page(request, "act.html", fragment=template, status=422, act=template, **shown)

    request.state.form_again = again
    if person := context.get("person"):
        show_again(request, [person.id])
    return form


def show_again(request: AnyRequest, people: Iterable[int]) -> None:
    """Say whom the form shows if it is refused: the audit row of that answer names them."""
    request.state.people_shown = list(people)
