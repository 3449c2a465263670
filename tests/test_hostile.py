"""Hostile requests: whatever is posted or asked for, as whoever, the answer is a refusal in words, never a breakdown."""

import io
import logging
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import xlsxwriter

from supervision.access.forms import FLASH_COOKIE
from supervision.access.roles import PERMISSIONS
from supervision.db import execute
from tests.cast import Browser, Cast, Member, client_for, stranger
from tests.routes import LINES, Line
from tests.test_architecture import ROOT
from tests.test_matrix import _of_member, targets, undone

SEED = 20261125
SCRIPT = "<script>alert(1)</script>"
ODD = (
    "",
    " \t\u3000",
    "\0",
    "0",
    "-1",
    "2147483648",
    "9" * 19,
    "9" * 5000,
    "٣",
    "²",
    "1e9",
    "NaN",
    "\ud800",
    "\ufffe\u202e\u200b\U0001f3f4",
    f"\"'>{SCRIPT}",
    "'; DROP TABLE person; --",
    "%s{{7*7}}${7*7}\\",
    "=cmd|' /C calc'!A0",
    "\r\nSet-Cookie: a=b",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00",
    "9999-12-31T23:59+23:59",
    "2026-02-30",
    "字" * 20_000,
)
TELLING = ("", "\0", "9" * 5000, "9999-12-31", f"\"'>{SCRIPT}", "字" * 20_000)
FORMS = [line for line in LINES if line.method == "POST"]
PAGES = [line for line in LINES if line.method == "GET"]
SAMPLE = 2
"""Requests a route and role besides the thorough ones of one role."""


def _names() -> list[str]:
    """Every field that any form of ours has."""
    written = re.compile(r"""(?:ui\.(?:field|select|textarea|filter|search)\(|\bname=)"([a-z_]+)\"""")
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "supervision").glob("**/templates/*.html")]
    return sorted({name for text in texts for name in written.findall(text)} - {"_csrf_token"})


NAMES = _names()


def _spoilt(fields: Mapping[str, Any], chance: random.Random) -> Iterator[dict[str, Any]]:
    """The right form with one field missing, one field odd, all fields odd, a field twice, an odd name."""
    for name in fields:
        yield {key: value for key, value in fields.items() if key != name}
        yield from ({**fields, name: odd} for odd in [*TELLING, *chance.sample(ODD, 6)])
        yield {**fields, name: [fields[name], "2"]}
    yield from (dict.fromkeys([*NAMES, *fields], odd) for odd in chance.sample(ODD, 4))
    yield from ({**fields, odd: "x"} for odd in ("\0", "a:\0", f"answer-{'9' * 5000}", "answer-²", "[]", ""))


async def _post(browser: Browser, path: str, form: Mapping[str, Any]) -> httpx.Response:
    """A form as bytes, since a browser's own coding would refuse lone surrogates."""
    pairs = [(key, one) for key, value in form.items() for one in (value if isinstance(value, list) else [value])]
    body = "&".join(f"{_quoted(key)}={_quoted(value)}" for key, value in [("_csrf_token", browser.token), *pairs])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return await browser.request("POST", path, content=body.encode(), headers=kind)


def _quoted(value: Any) -> str:
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")


def _broken(answer: httpx.Response) -> bool:
    return answer.status_code >= 500 or SCRIPT in answer.text or "a" in answer.cookies


async def _ask(browser: Browser, line: Line, form: Mapping[str, Any], target: Mapping[str, Any]) -> list[object]:
    """The request, if it broke something."""
    browser.hold(FLASH_COOKIE, "")
    async with undone():
        if line.before:
            await line.before(target)
        answer = await _post(browser, line.path.format_map(target), form)
        if _broken(answer):
            return [(answer.status_code, {name: str(value)[:40] for name, value in form.items()})]
    return []


def _thorough(cast: Cast, line: Line) -> Member:
    """Somebody who may: the bureau's clerk where that is one."""
    able = [member for member in cast.members.values() if member.role in PERMISSIONS[line.permission]]
    return cast.dan if cast.dan in able else able[0]


@pytest.mark.parametrize("line", FORMS, ids=str)
async def test_no_form_breaks_its_route(cast: Cast, line: Line, caplog: pytest.LogCaptureFixture) -> None:
    on = await targets(cast)
    chance = random.Random(f"{SEED} {line}")
    broken = []
    for member in cast.members.values():
        target = on["gucheng"] | _of_member(cast, member, on)
        forms = list(_spoilt(line.fields(target), chance))
        if member != _thorough(cast, line):
            forms = chance.sample(forms, SAMPLE)
        browser = await client_for(cast, member)
        broken += [found for form in forms for found in await _ask(browser, line, form, target)]
    assert broken == []
    assert [entry.getMessage() for entry in caplog.records if entry.levelno >= logging.ERROR] == []


QUERY = (
    "after before tab q show kind when whose all day year staff action person first_day last_day next office officer "
    "level state".split()
)
LONGEST = 4500
"""Characters of a value in an address: more than Python reads as a number."""
MARKS = ("0~0001-01-01T00:00:00+23:59~1", "2~9999-12-31T23:59:59-23:59~1", "9.9.9", "0.999999999999999999.1", "1~x~1")


@pytest.mark.parametrize("line", PAGES, ids=str)
async def test_no_query_breaks_its_page(cast: Cast, line: Line) -> None:
    on = await targets(cast)
    member = _thorough(cast, line)
    target = on["gucheng"] | _of_member(cast, member, on)
    browser = await client_for(cast, member)
    broken = []
    for odd in (*ODD, *MARKS):
        async with undone():
            if line.before:
                await line.before(target)
            for names in (QUERY,) if len(odd) < LONGEST else (QUERY[::2], QUERY[1::2]):
                query = "&".join(f"{name}={_quoted(odd[: LONGEST if odd.isascii() else 30])}" for name in names)
                answer = await browser.get(f"{line.path.format_map(target)}?{query}")
                broken += [(answer.status_code, odd[:40])] if _broken(answer) else []
    assert broken == []


PATHS = ("2147483648", "-2147483649", "-1", "0", "9" * 400, "%00", "1%2F..%2F2", "%ED%A0%80", "1.0", "1e3")


async def test_no_number_in_a_path_breaks_a_route(cast: Cast) -> None:
    on = await targets(cast)
    for line in LINES:
        member = _thorough(cast, line)
        target = on["gucheng"] | _of_member(cast, member, on)
        browser = await client_for(cast, member)
        names = [name for name in re.findall(r"{(\w+)}", line.path) if name.endswith(("_id", "code", "kind"))]
        for name, odd in [(name, odd) for name in names for odd in PATHS]:
            path = line.path.format_map({**target, name: odd})
            async with undone():
                answer = await (browser.get(path) if line.method == "GET" else browser.post(path))
                status = answer.status_code
                assert status in (404, 422) or name == "session_id", (str(line), name, odd, status)


HEADERS = (
    {"hx-request": "true", "hx-current-url": "http://["},
    {"hx-request": "true", "hx-current-url": "http://\u00e9\\@evil/\t"},
    {"host": "["},
    {"host": "evil.example:99999"},
    {"cookie": "session=\u00ff; visit=\u00ff; said=\u00ff.A256GCM.\u00ff"},
    {"cookie": "said=a.b.c"},
    {"x-csrftoken": "\u00ff"},
    {"content-type": "multipart/form-data"},
    {"content-type": "multipart/form-data; boundary=" + "x" * 200},
    {"content-type": "application/json; charset=nonsense"},
    {"content-type": "application/x-www-form-urlencoded; charset=nonsense"},
    {"content-type": "\u00ff"},
    {"content-length": "-1"},
    {"accept-encoding": "gzip;q=nonsense", "accept": "\u00ff"},
    {"user-agent": "\u00ff" * 5000},
)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
async def test_no_header_breaks_a_page(cast: Cast, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for browser in (stranger(cast), await client_for(cast, cast.dan)):
        for method, path in (("GET", "/people"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/import")):
            async with undone():
                answer = await browser.request(method, path, content=b"" if method == "GET" else b"{\xff", headers=raw)
                assert answer.status_code < 500, (method, path)
                assert "evil" not in answer.headers.get("location", "") + answer.headers.get("hx-redirect", "")


def _zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


GOOD = "姓名,身份证号,矫正类别,矫正开始日期,司法所,罪名\n"
SHEETS = {
    "nothing": b"",
    "NUL in a csv": GOOD.encode() + b"\0,1",
    "surrogates": GOOD.encode() + b"\xed\xa0\x80,1",
    "half a zip": b"PK\x03\x04" + b"A" * 50,
    "an empty zip": _zipped(),
    "a zip of nonsense": _zipped(**{"xl/workbook.xml": b"<a", "[Content_Types].xml": b"\xff"}),
    "a bomb": _zipped(**{"xl/workbook.xml": b"0" * 30_000_000}),
    "an OLE head": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 70,
    "a page": b"<html><script>alert(1)</script>",
    "brackets": ("姓名," + "(" * 130_000 + "\n").encode(),
    "a wide row": ("姓名" + "," * 600 + "\n").encode(),
    "a formula": f"{GOOD}=cmd|' /C calc'!A0,1,缓刑,2026-11-01,古城司法所,\"><script>alert(1)</script>\n".encode(),
    "far days": f"{GOOD}甲,140191199003070011,缓刑,9999-12-31,古城司法所,x\n".encode(),
    "a long number": f"{GOOD}甲,{'9' * 5000},{'9' * 5000},{'9' * 5000},{'9' * 5000},{'9' * 5000}\n".encode(),
}
FILE_NAMES = (
    "a.csv",
    "a.xlsx",
    "a.ods",
    "a.xls",
    "",
    "../../etc/passwd.csv",
    "\0.csv",
    '"\r\nX-A: b.csv',
    f"{SCRIPT}.csv",
)


@pytest.mark.parametrize("sheet", SHEETS)
async def test_no_file_breaks_the_import(cast: Cast, sheet: str) -> None:
    browser = await client_for(cast, cast.dan)
    for name in FILE_NAMES:
        async with undone():
            answer = await browser.post("/import", files={"file": (name, SHEETS[sheet])})
            assert answer.status_code in (303, 400, 422) and SCRIPT not in answer.text, name
            if answer.status_code == 303:
                where = answer.headers["location"]
                for path in (where, f"{where}/refused", "/import"):
                    shown = await browser.get(path)
                    assert shown.status_code in (200, 422) and SCRIPT.encode() not in shown.content, (name, path)
                assert (await browser.post(f"{where}/confirm")).status_code in (303, 422), name


MARKUP = "'\"><img src=x>{{7*7}}"
WRITTEN = (
    ("person", "name"),
    ("orders", "crime"),
    ("orders", "number"),
    ("office", "name"),
    ("staff", "name"),
    ("class_decision", "reason"),
    ("responsibility", "reason"),
    ("document_record", "reference"),
    ("order_end", "reason"),
    ("message", "body"),
    ("message", "error"),
    ("upload", "name"),
    ("import_run", "file_name"),
    ("staff_session", "agent"),
    ("parameter", "source"),
)
"""Where what somebody typed or brought is kept in clear."""


@pytest.mark.parametrize("login", ["dan", "alice", "sam", "sue", "audrey"])
async def test_what_was_written_is_never_markup(cast: Cast, login: str) -> None:
    on = await targets(cast)
    member = cast.members[login]
    target = on["gucheng"] | _of_member(cast, member, on)
    shown = 0
    browser = await client_for(cast, member)
    for table, column in WRITTEN:
        await execute(f"UPDATE {table} SET {column} = {column} || $1", MARKUP)
    for line in [line for line in PAGES if member.role in PERMISSIONS[line.permission]]:
        if line.before:
            await line.before(target)
        for headers in ({}, {"hx-request": "true"}):
            answer = await browser.get(line.path.format_map(target), headers=headers)
            assert b"<img src=x>" not in answer.content and b"49" not in re.findall(
                rb"img src=x&gt;(..)", answer.content
            )
            shown += answer.text.count("img src=x&gt;")
    assert shown


@pytest.mark.parametrize(
    "path", ["..%2f..%2fconfig.py", "%2e%2e/config.py", "../config.py", "/etc/passwd", "%00", "\\..\\config.py"]
)
async def test_no_file_but_the_static_ones_is_served(cast: Cast, path: str) -> None:
    for folder in ("static", "vendor"):
        answer = await stranger(cast).request("GET", httpx.URL("http://test", raw_path=f"/{folder}/{path}".encode()))
        assert answer.status_code in (303, 404), path


async def test_a_cell_that_stands_for_a_character_that_can_t_be_kept_is_no_breakdown(cast: Cast) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("甲")
        for row, cells in enumerate(
            [
                GOOD.strip().split(","),
                ["甲_x0000_乙", "140191199003070011", "缓刑", "2026-11-01", "古城司法所", "_x0000_"],
            ]
        ):
            sheet.write_row(row, 0, cells)
    browser = await client_for(cast, cast.dan)
    where = (await browser.post("/import", files={"file": ("a.xlsx", stream.getvalue())})).headers["location"]
    for path in (where, f"{where}/refused"):
        assert (await browser.get(path)).status_code == 200
    assert (await browser.post(f"{where}/confirm")).status_code in (303, 422)


async def test_no_route_acts_without_this_browser_s_token_in_whatever_coding(cast: Cast) -> None:
    on = await targets(cast)
    for line in FORMS:
        member = _thorough(cast, line)
        target = on["gucheng"] | _of_member(cast, member, on)
        browser = await client_for(cast, member)
        for token, sent in [
            (token, sent) for token in ("", "forged") for sent in ({}, {"files": {"file": ("a", b"x")}})
        ]:
            browser.token = token
            data = {**line.fields(target)}
            async with undone():
                answer = await browser.post(line.path.format_map(target), data=data, **sent)
                assert answer.status_code == 403, (str(line), token, sent)
