"""The same histories by single acts through the pages, each person's in an order of their own."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random

from supervision.days import SHANGHAI, start_of
from tests.cast import Browser
from tests.histories.story import Chapter, History, Report

Form = tuple[str, dict[str, str]]
"""Where it is sent, from the person's address on, and what was typed."""


class Desk:
    """Somebody of the bureau at the pages; knows by which addresses people were put down."""

    def __init__(self, client: Browser, staff: Mapping[str, int]) -> None:
        self.client, self.staff = client, staff
        self.files: dict[str, str] = {}
        self.sent = 0

    async def one_by_one(self, one: History, at: int) -> None:
        """One moment of one person."""
        chapter = one.chapters[at]
        assert chapter is not None
        if one.number not in self.files:
            self.files[one.number] = await self._send("/people/new", _intake(one, chapter, self.staff))
        for path, typed in _acts(one, at, self.staff):
            await self._send(self.files[one.number] + path, typed)

    async def _send(self, path: str, typed: dict[str, str]) -> str:
        answer = await self.client.post(path, data=typed)
        assert answer.status_code == 303, (path, typed, answer.status_code, answer.text[-3000:])
        self.sent += 1
        return answer.headers["location"]


def _acts(one: History, at: int, staff: Mapping[str, int]) -> list[Form]:
    """The forms of one moment: the registration before what rests on it, the others as they come."""
    chapter = one.chapters[at]
    before = one.chapters[at - 1] if at else None
    assert chapter is not None
    acts = [*_changes(before, chapter, staff), *map(_report, _made(chapter)), *_looks(chapter)]
    Random(f"{one.number}/{at}").shuffle(acts)
    return sorted(acts, key=lambda act: act[0] != "/registration")


def _intake(one: History, chapter: Chapter, staff: Mapping[str, int]) -> dict[str, str]:
    now = chapter.standing
    typed = {
        "name": one.name,
        "number": one.number,
        "phone": now.phone or "",
        "holder": "self",
        "kind": one.kind,
        "crime": one.crime,
        "effective_on": now.start_on.isoformat(),
        "start_on": now.start_on.isoformat(),
        "end_on": now.end_on.isoformat(),
        "staff": str(staff[now.officer]),
    }
    if now.registered_on is None:
        return typed
    return typed | {"reported": "1", "registered_at": _typed(start_of(now.registered_on))}


def _changes(before: Chapter | None, chapter: Chapter, staff: Mapping[str, int]) -> Iterator[Form]:
    """What differs from the last moment; of somebody new only the class is still to be decided."""
    now, old = chapter.standing, before.standing if before else None
    if now.level and now.level != (old.level if old else None):
        yield "/class", {"level": now.level, "reason": "综合评估"}
    if old is None:
        return
    if now.registered_on != old.registered_on and now.registered_on:
        yield "/registration", {"happened_at": _typed(start_of(now.registered_on))}
    if now.end_on != old.end_on:
        yield "/term", {"end_on": now.end_on.isoformat(), "reason": "裁定书"}
    if now.officer != old.officer:
        yield "/officer", {"staff": str(staff[now.officer])}
    if now.phone and now.phone != old.phone:
        yield "/phone", {"phone": now.phone, "holder": "self"}


def _made(chapter: Chapter) -> list[Report]:
    """Only what was made can be put down: that nothing was is for the ledger to say."""
    return [report for report in chapter.reports if report.made_at]


def _report(report: Report) -> Form:
    assert report.made_at is not None
    return "/reports", {"mode": report.mode, "happened_at": _typed(report.made_at)}


def _looks(chapter: Chapter) -> list[Form]:
    paths = {"visit": "/visits", "info_check": "/checks"}
    return [(paths[look.kind], {**look.how, "happened_at": _typed(look.happened_at)}) for look in chapter.looks]


def _typed(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
