"""Writes over HTTP as a browser's forms make them, each with a mark of its own; what isn't acknowledged is sent again."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from supervision.days import SHANGHAI
from tests.cast import NOW, PASSWORD
from tests.crash.installation import Register

TOKEN = re.compile(r'name="_csrf_token" value="([^"]+)"')
AGAIN = ("已经记录过", "已经作废", "不能办理这一步", "这个月已经约满")
"""What a form answers that had been saved before."""
PAUSE_SECONDS = 0.2
TRIES = 1500
FACTS = {"reports": {"mode": "phone"}, "visits": {"met": "person"}, "checks": {"channel": "call", "result": "ok"}}
TABLES = {"reports": "report", "visits": "visit", "checks": "info_check"}
DAYS = ("2026-12-03", "2026-12-04", "2026-12-07")
"""Working days that may be booked."""


@dataclass
class Write:
    """One form: where it goes, what it holds, and what came of it."""

    mark: str
    path: str
    fields: dict[str, str]
    tries: int = 0
    acknowledged: bool = False
    found_saved: bool = False
    """An earlier try had been saved without our knowing."""
    refused: str = ""

    @property
    def kind(self) -> str:
        """The table of its fact, or withdrawal."""
        return TABLES.get(self.path.rpartition("/")[2], "withdrawal")


def writes(register: Register, number: int) -> list[Write]:
    """So many different writes: checks, reports and visits at their own minutes, withdrawals, cases opened, visits booked."""
    made = [_withdrawal(n, person, fact) for n, (person, fact) in enumerate(register.reports[: number // 8])]
    made += [_opening(person, case) for person, case in register.clues[: number // 16]]
    made += [_booking(n, *family) for n, family in enumerate(register.families[: number // 16])]
    made += [_help_visit(n, register.helped) for n in range(number // 8 if register.helped else 0)]
    made += [_fact(register, n) for n in range(number - len(made))]
    return [made[n * 389 % number] for n in range(number)] if number % 389 else made


def _fact(register: Register, n: int) -> Write:
    kind, person = list(FACTS)[n % 3], register.people[n % len(register.people)]
    at: datetime = NOW - timedelta(hours=1, minutes=2 * (n // len(register.people)))
    fields = FACTS[kind] | {"happened_at": f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", "content": f"mark-{n}"}
    return Write(f"mark-{n}", f"/people/{person}/{kind}", fields)


def _withdrawal(n: int, person: int, fact: int) -> Write:
    return Write(f"withdrawn-{n}", f"/people/{person}/checkins/report/{fact}/withdrawal", {"reason": f"withdrawn-{n}"})


def _opening(person: int, case: int) -> Write:
    return Write(f"opened-{case}", f"/people/{person}/discipline/{case}/opening", {})


def _booking(n: int, prisoner: int, relative: int) -> Write:
    fields = {f"visitor-{relative}": "1", "wanted_on": DAYS[n % len(DAYS)], "purpose": f"booked-{n}"}
    return Write(f"booked-{n}", f"/visits/prisoners/{prisoner}/bookings", fields)


def _help_visit(n: int, helped: list[int]) -> Write:
    at = NOW - timedelta(hours=2, minutes=2 * (n // len(helped)))
    when = {"happened_at": f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", "content": f"helped-{n}"}
    path = f"/people/{helped[n % len(helped)]}/assistance/visits"
    return Write(f"helped-{n}", path, {"place": "home", "met": "person"} | when)


@dataclass
class Writer:
    """A browser of the bureau's desk that writes at one of several addresses, in turn, whichever lives."""

    addresses: list[str]
    statuses: Counter[int] = field(default_factory=Counter)
    token: str = ""
    turn: int = 0

    async def run(self, queue: list[Write], done: list[Write]) -> None:
        """Take writes from the queue until it is empty."""
        async with httpx.AsyncClient(timeout=60) as client:
            await self.sign_in(client)
            while queue:
                one = queue.pop()
                await self.write(client, one)
                done.append(one)

    async def write(self, client: httpx.AsyncClient, one: Write) -> None:
        """Send it until there is an answer to it. Raises AssertionError when there never is."""
        for _ in range(TRIES):
            one.tries += 1
            answer = await self.post(client, one.path, one.fields)
            if answer is not None and self._answered(one, answer):
                return
            await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError(f"{one.path} was never answered")

    def _answered(self, one: Write, answer: httpx.Response) -> bool:
        if answer.status_code in (200, 303) and not answer.headers.get("location", "").startswith("/sign-in"):
            one.acknowledged = True
        elif answer.status_code == 422 and any(said in answer.text for said in AGAIN):
            one.found_saved = True
        elif 400 <= answer.status_code < 500:
            one.refused = f"{answer.status_code} {_sentence(answer.text)}"
        return one.acknowledged or one.found_saved or bool(one.refused)

    async def post(self, client: httpx.AsyncClient, path: str, fields: dict[str, str]) -> httpx.Response | None:
        """One try; None where nobody answered."""
        return await self._ask(client, "POST", path, fields | {"_csrf_token": self.token})

    async def get(self, client: httpx.AsyncClient, path: str) -> httpx.Response | None:
        """A page; None where nobody answered."""
        return await self._ask(client, "GET", path)

    async def _ask(
        self, client: httpx.AsyncClient, method: str, path: str, data: dict[str, str] | None = None
    ) -> httpx.Response | None:
        self.turn += 1
        address = self.addresses[self.turn % len(self.addresses)]
        try:
            answer = await client.request(method, f"{address}{path}", data=data)
        except httpx.TransportError:
            self.statuses[0] += 1
            return None
        self.statuses[answer.status_code] += 1
        return answer

    async def sign_in(self, client: httpx.AsyncClient) -> None:
        """As a person does; again where the database was away."""
        for _ in range(TRIES):
            page = await self.get(client, "/sign-in")
            if page is not None and (found := TOKEN.search(page.text)):
                self.token = found[1]
                await self.post(client, "/sign-in", {"login": "dan", "password": PASSWORD, "next": "/"})
                account = await self.get(client, "/account")
                if account is not None and account.status_code == 200 and (found := TOKEN.search(account.text)):
                    self.token = found[1]
                    return
            await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError("nobody could sign in")


def _sentence(text: str) -> str:
    found = re.search(r'class="[^"]*(?:refusal|bad)[^"]*"[^>]*>(.*?)</', text, re.DOTALL)
    return " ".join(found[1].split())[:120] if found else text[:120]
