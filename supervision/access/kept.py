"""An idle time-out keeps what was typed: sealed into the sign-in form, given back to the same person only."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from supervision import sealed
from supervision.access.forms import TOKEN_FIELD
from supervision.web import AnyRequest

PURPOSE = "kept form"
LONGEST = timedelta(hours=12)
LARGEST = 64 * 1024
"""Bytes of a form that is carried along; larger ones and files are not."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that came after the time-out: where it goes and what it brings."""

    staff: int
    path: str
    fields: list[tuple[str, str]]
    at: str

    @property
    def shown(self) -> list[str]:
        """What was typed, as far as it says something."""
        return [value for _, value in self.fields if value.strip()]


def may_be_kept(request: AnyRequest) -> bool:
    """A plain form of moderate size."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    length = request.headers.get("content-length", "")
    return kind == "application/x-www-form-urlencoded" and length.isdigit() and int(length) <= LARGEST


async def keep(request: AnyRequest, staff: int, now: datetime) -> str:
    """Seal the posted fields (never a password) for this member of the staff."""
    form = await request.form()
    fields = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != TOKEN_FIELD and "password" not in name
    ]
    content = {"staff": staff, "path": request.url.path, "fields": fields, "at": now.isoformat()}
    if request.url.query:
        content["path"] = f"{request.url.path}?{request.url.query}"
    return sealed.seal(json.dumps(content), PURPOSE)


def open_kept(value: str, staff: int, now: datetime) -> Kept | None:
    """What was kept, if it is this person's and not too old."""
    try:
        content = json.loads(sealed.open_sealed(value, PURPOSE))
    except sealed.SealError:
        return None
    kept = Kept(content["staff"], content["path"], [(n, v) for n, v in content["fields"]], content["at"])
    fresh = now < datetime.fromisoformat(kept.at) + LONGEST
    return kept if kept.staff == staff and fresh else None
