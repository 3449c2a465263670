"""The switch of the language, before the sign-in as after it."""

from urllib.parse import urlsplit

from litestar import post
from litestar.di import NamedDependency
from litestar.response import Redirect

from supervision.access.forms import go, local_path, typed
from supervision.access.sessions import cookie
from supervision.config import Settings
from supervision.errors import Refusal
from supervision.language import LANGUAGES
from supervision.language import gettext as _
from supervision.web import LANGUAGE_COOKIE, AnyRequest

YEAR_SECONDS = 365 * 24 * 3600


@post("/language")
async def choose_language(request: AnyRequest, settings: NamedDependency[Settings]) -> Redirect:
    """Speak another language to this browser, and go back to the page on which it was chosen."""
    chosen = (await typed(request)).get("language", "")
    if chosen not in LANGUAGES:
        raise Refusal(_("请从列表中选择。"))
    answer = go(_page_of(request.headers.get("referer", "")))
    answer.cookies.append(cookie(LANGUAGE_COOKIE, chosen, settings, max_age=YEAR_SECONDS))
    return answer


def _page_of(referer: str) -> str:
    """The page that sent the form, as a path of this site; the first page where the browser doesn't say."""
    try:
        url = urlsplit(referer)
    except ValueError:
        return "/"
    return local_path(f"{url.path}?{url.query}" if url.query else url.path)


ROUTES = [choose_language]
