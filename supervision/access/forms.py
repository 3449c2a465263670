"""What a POST brings, and how it is answered: back to a page, with a sentence on top."""

import json
from collections.abc import Mapping

from litestar.datastructures import Cookie
from litestar.response import Redirect

from supervision import sealed
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.web import AnyRequest

FLASH_COOKIE = "said"
FLASH_PURPOSE = "flash"
TOKEN_FIELD = "_csrf_token"
LARGEST_ID = 2**31 - 1


async def typed(request: AnyRequest) -> dict[str, str]:
    """The text fields of the form, stripped of blanks at both ends (passwords are not), without the token."""
    form = await request.form()
    return {
        name: value if "password" in name else value.strip()
        for name, value in form.items()
        if isinstance(value, str) and name != TOKEN_FIELD
    }


def as_id(text: str) -> int | None:
    """The id (or the 0 before all ids) that a text is; None for what can't be one, however long."""
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))
    return int(text) if plain and int(text) <= LARGEST_ID else None


def chosen_id(form: Mapping[str, str], name: str) -> int | None:
    """An id chosen from a list; None for no choice, Refusal for what can't be one."""
    text = form.get(name, "")
    if not text:
        return None
    if (chosen := as_id(text)) is None:
        raise Refusal(_("请从列表中选择。"), fields={name: _("请从列表中选择。")})
    return chosen


def row_ids(form: Mapping[str, str], prefix: str) -> list[int]:
    """The ids of the rows that the form has fields of, each named by its row: `alert-17`."""
    found = [as_id(name.removeprefix(prefix)) for name in form if name.startswith(prefix)]
    return [one for one in found if one is not None]


def go(path: str, said: str = "", *, kind: str = "ok") -> Redirect:
    """Go to a page (303), which shows the sentence once."""
    answer = Redirect(path, status_code=303)
    if said:
        value = sealed.seal(json.dumps([kind, said]), FLASH_PURPOSE)
        answer.cookies.append(
            Cookie(key=FLASH_COOKIE, value=value, path="/", httponly=True, samesite="lax", max_age=60)
        )
    return answer


def read_flash(value: str | None) -> list[tuple[str, str]]:
    """The sentence that the last page left, if it was ours."""
    if not value:
        return []
    try:
        kind, said = json.loads(sealed.open_sealed(value, FLASH_PURPOSE))
    except sealed.SealError:
        return []
    return [(kind, said)]


def local_path(path: str) -> str:
    """The path if it stays on this site, else the first page."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe else "/"
