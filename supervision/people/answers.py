"""How an act on a person's file is answered: back to the file, with a sentence on top."""

import json
from typing import Any

from litestar import Response

from supervision.access.forms import go
from supervision.web import AnyRequest


def back_to_file(request: AnyRequest, person: int, said: str) -> Response[Any]:
    """The person's file again: a redirect; for htmx its main part, loaded anew, since an act may change any of it."""
    return back_to(request, f"/people/{person}", said)


def back_to(request: AnyRequest, path: str, said: str) -> Response[Any]:
    """A page about a person again, in the same way."""
    plain = go(path, said)
    if not request.headers.get("hx-request"):
        return plain
    # As a boosted request, so that the whole page is answered and `select` finds its part.
    where = {"path": path, "target": "#main", "select": "#main", "swap": "outerHTML", "headers": {"HX-Boosted": "true"}}
    return Response("", headers={"HX-Location": json.dumps(where)}, cookies=plain.cookies, media_type="text/html")
