"""Hostile requests at every form: `python -m tests.hostile_forms --requests 5000` sends them all, and counts by status.

Each form is taken from the page that shows it; a fixed seed chooses who posts it, what is wrong with it, and how it is coded.
"""

import argparse
import json
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import quote

import pytest

from supervision.access.roles import PERMISSIONS
from supervision.access.sessions import COOKIE
from tests.cast import Browser, Cast, Member, client_for
from tests.routes import LINES, Line
from tests.test_matrix import _of_member, targets, undone

SEED: Final = 20261125
COUNT: Final = "SUPERVISION_HOSTILE_REQUESTS"
Pairs = Sequence[tuple[str, str]]
Body = tuple[bytes, str]
NUMBERS: Final = [
    f"{sign}{2**power + step}" for power in (15, 16, 31, 32, 53, 63, 64) for step in (-1, 0, 1) for sign in ("", "-")
]
DAYS: Final = (
    "0000-00-00", "0000-01-01", "0001-01-01", "1899-12-31", "2026-02-29", "2026-13-01", "9999-12-31", "10000-01-01",
    "-2026-11-25", "2026-11-25T24:00", "2026-11-25T23:59:60", "0000-00-00T00:00", "9999-12-31T23:59", "2026-W48-3",
    "20261125", "２０２６-１１-２５", "2026-11-25T08:30+99:99", "today", "now()",
)  # fmt: skip
TEXTS: Final = (
    "", " ", "\0", "a\0b", "\r\n", "\ud800", "\udfff\ud800", "\ufffe", "\ufeff", "\u202e\u2066", "\u200b", "\x1b[2J", "\x7f",
    "㐂𠮷", "e\u0301" * 50, "\U0001f3f4\u200d\u2620", "Ⅷ", "²", "٣", "NaN", "inf", "1e309", "-0", "0x10", "1_000", "null",
    "true", "[]", "{}", '{"a":1}', "' OR 1=1 --", "1; SELECT pg_sleep(9)", "x'); DROP TABLE person; --", "%", "_", "\\",
    "$1", "%s%n", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "../../etc/passwd", "=1+1", "//evil", "/\\evil",
    "javascript:alert(1)", "字" * 5_000, "a" * 100_000, "9" * 5_000,
)  # fmt: skip
VALUES: Final = (*NUMBERS, *DAYS, *TEXTS)


# -- the forms as pages show them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A form: where it goes, and its fields as they stand."""

    action: str
    pairs: tuple[tuple[str, str], ...]


@dataclass
class _Forms(HTMLParser):
    """The POST forms of a page; a list counts with its chosen option, else with its last."""

    found: list[Shown] = field(default_factory=list)
    action: str = ""
    pairs: dict[str, str] = field(default_factory=dict)
    select: str = ""
    elsewhere: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "form":
            self.action, self.pairs = (said.get("action") or "") if said.get("method") == "post" else "", {}
            self.elsewhere = []
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self.pairs[self.select] = said.get("value") or ""
        elif tag in ("input", "textarea", "button") and name and name != "_csrf_token":
            self.pairs[name] = said.get("value") or ""
        if said.get("formaction"):
            self.elsewhere.append(said["formaction"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "form" and self.action:
            pairs = tuple(self.pairs.items())
            self.found += [Shown(to.partition("?")[0], pairs) for to in (self.action, *self.elsewhere)]
            self.action = ""


def forms_of(page: str) -> list[Shown]:
    """All POST forms of a page."""
    parser = _Forms()
    parser.feed(page)
    return parser.found


@dataclass(frozen=True)
class Form:
    """A form of ours with its route; `pairs` as shown, filled in with what is known to be right."""

    line: Line
    shown: Shown

    def pairs(self, target: Mapping[str, Any]) -> list[tuple[str, str]]:
        right = {name: str(value) for name, value in self.line.fields(target).items()}
        return list(({name: value for name, value in self.shown.pairs} | right).items())


def _route(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+\}", r"[^/]+", path))


async def collect(cast: Cast, on: Mapping[str, Mapping[str, Any]]) -> list[Form]:
    """One form a route that takes a POST: from a page that shows it, else as the table of routes has it."""
    found: dict[str, Shown] = {}
    for member in cast.members.values():
        target = on["gucheng"] | _of_member(cast, member, dict(on))
        browser = await client_for(cast, member)
        for line in LINES:
            if line.method == "GET" and member.role in PERMISSIONS[line.permission]:
                for shown in forms_of((await browser.get(line.path.format_map(target))).text):
                    _keep(found, shown)
    posts = [line for line in LINES if line.method == "POST"]
    return [Form(line, found.get(str(line), Shown("", ()))) for line in posts]


def _keep(found: dict[str, Shown], shown: Shown) -> None:
    for line in LINES:
        if line.method == "POST" and _route(line.path).fullmatch(shown.action):
            found.setdefault(str(line), shown)


# -- what is wrong with a request -------------------------------------------------------------------------------


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def as_urlencoded(pairs: Pairs, _chance: random.Random) -> Body:
    coded = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    return coded.encode(), "application/x-www-form-urlencoded"


def as_multipart(pairs: Pairs, _chance: random.Random) -> Body:
    parts = [b'--edge\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % _bytes(pair) for pair in pairs]
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def as_files(pairs: Pairs, _chance: random.Random) -> Body:
    """A file where each text is expected."""
    head = b'--edge\r\nContent-Disposition: form-data; name="%s"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n%s\r\n'
    return b"".join(head % _bytes(pair) for pair in pairs) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def as_broken_multipart(pairs: Pairs, chance: random.Random) -> Body:
    """Cut off, of another edge, without a name, without an end, or with junk in between."""
    body, kind = as_multipart(pairs, chance)
    cut = chance.randrange(len(body) + 1)
    return chance.choice(
        [
            (body[:cut], kind),
            (body, "multipart/form-data; boundary=other"),
            (body, "multipart/form-data"),
            (body, "multipart/form-data; boundary=" + "e" * 300),
            (body.replace(b"name=", b"nome="), kind),
            (body.replace(b"\r\n", b"\n"), kind),
            (body.replace(b"form-data; ", b"attachment; "), kind),
            (body[:cut] + b"\xff\0\xfe--edge\r\n" + body[cut:], kind),
            (body.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"), kind),
            (body.replace(b"--edge--", b"--edge"), kind),
        ]
    )


def as_something_else(pairs: Pairs, chance: random.Random) -> Body:
    """A body of one kind that says it is another, or nothing at all."""
    coded, _ = as_urlencoded(pairs, chance)
    kinds = (
        "application/json",
        "text/plain",
        "application/xml",
        "application/octet-stream",
        "",
        "\xff",
        "a/b; charset=x",
    )
    return chance.choice([coded, json.dumps(dict(pairs)).encode(), b"", b"[" * 5000, b"\xff\0"]), chance.choice(kinds)


def as_odd_urlencoded(pairs: Pairs, chance: random.Random) -> Body:
    """Codes that no browser sends."""
    coded, kind = as_urlencoded(pairs, chance)
    odd = chance.choice([b"%", b"%zz", b"%c0%af", b"%ed%a0%80", b"&&&=&=", b"\xff\xfe", b"&a" * 1500, b";", b"\0"])
    cut = chance.randrange(len(coded) + 1)
    return coded[:cut] + odd + coded[cut:], chance.choice([kind, f"{kind}; charset=gbk", f"{kind}; charset=nonsense"])


def _bytes(pair: tuple[str, str]) -> tuple[bytes, bytes]:
    name, value = (text.encode("utf-8", "surrogatepass") for text in pair)
    return name, value


CODINGS: Final[Sequence[Callable[[Pairs, random.Random], Body]]] = (
    *[as_urlencoded] * 6, as_multipart, as_multipart, as_files, as_broken_multipart, as_something_else, as_odd_urlencoded,
)  # fmt: skip


def one_odd(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    at = chance.randrange(len(pairs))
    return [(name, chance.choice(VALUES) if n == at else value) for n, (name, value) in enumerate(pairs)]


def all_odd(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    longest = 200_000 // len(pairs)
    return [(name, chance.choice(VALUES)[:longest]) for name, _ in pairs]


def one_gone(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair != chance.choice(pairs)]


def one_again(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    name, value = chance.choice(pairs)
    return [*pairs, (name, value), (name, chance.choice(VALUES)[:5000])]


def one_more(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    return [*pairs, (chance.choice(VALUES)[:5000], chance.choice(VALUES)[:5000])]


def another_order(pairs: list[tuple[str, str]], chance: random.Random) -> list[tuple[str, str]]:
    return [(name, value) for (name, _), (_, value) in zip(pairs, chance.sample(pairs, len(pairs)), strict=True)]


SPOILERS: Final = (one_odd, one_odd, one_odd, all_odd, one_gone, one_again, one_more, another_order)


# -- sending them -----------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What came of it: how many answers of each status, the requests that broke something, the forms that pages showed."""

    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    forms: int = 0
    shown: int = 0

    def __str__(self) -> str:
        each = ", ".join(f"{status} × {count}" for status, count in sorted(self.statuses.items()))
        total = self.statuses.total()
        return f"hostile requests: {total} at {self.forms} forms ({self.shown} read off their pages): {each}"


def _members(cast: Cast, line: Line, chance: random.Random) -> Iterator[Member]:
    """Mostly somebody who may, sometimes anybody."""
    able = [member for member in cast.members.values() if member.role in PERMISSIONS[line.permission]]
    everybody = list(cast.members.values())
    while True:
        yield chance.choice(able if chance.random() < 0.9 else everybody)


async def attack(cast: Cast, requests: int) -> Outcome:
    """So many requests, every form in turn; the traces of each are taken back."""
    chance, on = random.Random(SEED), await targets(cast)
    forms = await collect(cast, on)
    outcome = Outcome(forms=len(forms), shown=sum(bool(form.shown.action) for form in forms))
    browsers = {member.login: await client_for(cast, member) for member in cast.members.values()}
    members = {str(form.line): _members(cast, form.line, chance) for form in forms}
    for at in range(requests):
        form = forms[at % len(forms)]
        member = next(members[str(form.line)])
        target = on["gucheng"] | _of_member(cast, member, on)
        await _one(browsers[member.login], form, target, chance, outcome)
    return outcome


async def _one(
    browser: Browser, form: Form, target: Mapping[str, Any], chance: random.Random, outcome: Outcome
) -> None:
    token = ("_csrf_token", browser.token if chance.random() < 0.97 else chance.choice(VALUES)[:5000])
    spoil, code = chance.choice(SPOILERS), chance.choice(CODINGS)
    body, kind = code([token, *spoil(form.pairs(target) or [("none", "")], chance)], chance)
    path = form.line.path.format_map(target)
    if chance.random() < 0.05:
        path = re.sub(r"\d+", lambda _: chance.choice(NUMBERS), path)
    headers = [(b"content-type", kind.encode("latin-1"))] + (
        [(b"hx-request", b"true")] if chance.random() < 0.3 else []
    )
    session = browser.cookies[COOKIE]
    async with undone():
        if form.line.before:
            await form.line.before(target)
        answer = await browser.request("POST", path, content=body, headers=headers)
        outcome.statuses[answer.status_code] += 1
        if answer.status_code >= 500 or b"<script>alert(1)" in answer.content:
            outcome.broken.append(f"{answer.status_code} {path} {spoil.__name__} {code.__name__} {kind} {body[:300]!r}")
    browser.cookies.clear()
    browser.hold(COOKIE, session)


def main() -> int:
    asked = argparse.ArgumentParser(description="Hostile requests at every form; how many answers of each status.")
    asked.add_argument("--requests", type=int, default=5000)
    os.environ[COUNT] = str(asked.parse_args().requests)
    return int(pytest.main(["-q", "tests/test_hostile_forms.py"]))


if __name__ == "__main__":
    sys.exit(main())
