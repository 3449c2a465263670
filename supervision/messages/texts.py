"""Every text that we send, as pure functions; a text tells a bystander nothing.

Model §8: no word of the field, no number, no link, nobody's name, 9:00–20:00 local and never after the time it
speaks of. `lint` names each breach, and `compose` lets no text out that has one.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby

from supervision.days import at_hour, local_day

OPENS_HOUR, CLOSES_HOUR = 9, 20  # local; the second is the first hour in which nothing goes out

ONE_SEGMENT, LONG_SEGMENT = 70, 67  # UCS-2 characters of a single text, and of each part of a longer one
MOST_CHARACTERS = 500  # what mainland carriers take
LONGEST_PLACE = 8
MOST_DAYS = 5  # days spelled out in one text; reminders look at most four days ahead, so they name all

FIELD_WORDS = ("矫正", "帮教", "犯", "罪", "刑", "监", "司法", "社矫")
LONGEST_DIGIT_RUN = 6  # seven digits are somebody's phone

# What is due, in words that mean something only to the one who agreed to it.
WORDS = {
    "phone": "来电",
    "in_person": "见面",
    "written": "交材料",
    "first_report": "首次见面",
    "health": "说明近况",
    "re_check": "交补充材料",
    "summary": "交小结",
    "appointment": "见面",
}
KIND_OF_RULE = {
    "RE-06": "first_report",
    "BX-01": "health",
    "BX-02": "re_check",
    "TE-01": "summary",
    "AP-01": "appointment",
}

_joins = re.compile(r"(?<=\d)[\s\-–—.·()（）+]+(?=\d)")
_digits = re.compile(rf"\d{{{LONGEST_DIGIT_RUN + 1},}}")
_chinese_digits = re.compile(r"[零〇一二三四五六七八九幺]{7,}")
_link = re.compile(r"://|www\.|@|[a-z0-9\-]+\.[a-z]{2,}")


@dataclass(frozen=True)
class Text:
    """A text ready to send and the number of segments that it is charged as."""

    body: str
    segments: int


@dataclass(frozen=True)
class Item:
    """One thing due on a local day; `kind` is a key of WORDS; `at`: the hour, 15:30, where one was given."""

    kind: str
    on: date
    at: str = ""


@dataclass(frozen=True)
class Counts:
    """What an officer's day holds."""

    due_today: int
    lapsed: int
    open_alerts: int
    others: int = 0
    """What is open by today besides the terms of orders: help, commissions."""


def kind_of(rule: str, variant: str) -> str:
    """The key of WORDS for a slot of a rule that reminds the person."""
    return KIND_OF_RULE.get(rule, variant)


# -- the texts --------------------------------------------------------------------------------------------------


def reminder(items: Sequence[Item], office: str, holder: str = "self") -> Text:
    """All that is due, in one text a day; the holder of somebody else's number is told no reason."""
    if holder != "self":
        return compose(f"{_from(office)}请转告您的家人：{_day(_first(items))}有约，请按时。")
    return compose(f"{_from(office)}{_listed(items)}，请按约办理。")


def missed(items: Sequence[Item], office: str, holder: str = "self") -> Text:
    """What was agreed and didn't happen; the holder of somebody else's number is told no reason."""
    if holder != "self":
        return compose(f"{_from(office)}请转告您的家人：请尽快与我们联系。")
    return compose(f"{_from(office)}{_listed(items)}还没有完成，请尽快与我们联系。")


def visit_reminder(on: date, hour: str, *, confirmed: bool) -> Text:
    """A family's appointment at the window: when, and nothing of what; as long as they didn't say so, that we wait for their word."""
    asks = "请按时到窗口" if confirmed else "请尽快与窗口确认"
    return compose(f"提醒：{_day(on)}{hour}有约，{asks}。")


def visit_cancelled(on: date, hour: str) -> Text:
    """A family's appointment at the window was called off: when, and nothing of what."""
    return compose(f"提醒：{_day(on)}{hour}的约已取消，不用到窗口来。")


def staff_digest(counts: Counts) -> Text:
    """The officer's day at 8:00 in figures; the names are on the page, behind the sign-in."""
    today = f"今日应办{_figure(counts.due_today)}项，逾期{_figure(counts.lapsed)}项"
    others = f"，其他待办{_figure(counts.others)}项" if counts.others else ""
    return compose(f"{today}{others}，待处置{_figure(counts.open_alerts)}条，请登录系统查看。")


@lru_cache(maxsize=4096)  # of one morning most say the same
def compose(body: str) -> Text:
    """The text with its segments; a breach of the rules above is our bug, never sent."""
    breaches = lint(body)
    assert not breaches, breaches
    return Text(body, segments(body))


# -- the rules of a text ----------------------------------------------------------------------------------------


def lint(body: str) -> list[str]:
    """Each breach by name; looks through spaces, invisible characters and full-width forms."""
    plain = _plain(body)
    found = [f"field word {word}" for word in FIELD_WORDS if word in re.sub(r"[\W_]", "", plain)]
    shown = _joins.sub("", plain)
    found += ["number"] if _digits.search(shown) or _chinese_digits.search(shown) else []
    found += ["link"] if _link.search(plain.lower()) else []
    found += ["too long"] if _units(body) > MOST_CHARACTERS else []
    return found + ([] if plain.strip() else ["empty"])


def segments(body: str) -> int:
    """How many segments the text takes in UCS-2."""
    units = _units(body)
    return 1 if units <= ONE_SEGMENT else -(-units // LONG_SEGMENT)


def _plain(body: str) -> str:
    # NFKC: ３ → 3, ⼲ → 干; Cf: characters that nobody sees.
    return "".join(c for c in unicodedata.normalize("NFKC", body) if unicodedata.category(c) != "Cf")


def _units(body: str) -> int:
    return len(body.encode("utf-16-le")) // 2


@lru_cache(maxsize=1024)
def _from(office: str) -> str:
    """The sender as the place alone (柴村司法所 → 柴村), or nobody where even that would tell."""
    place = office.strip().removesuffix("司法所")
    tells_nothing = 0 < len(place) <= LONGEST_PLACE and not lint(place)
    return f"{place}提醒：" if tells_nothing else "提醒："


def _listed(items: Sequence[Item]) -> str:
    unique = sorted(set(items), key=lambda item: (item.on, list(WORDS).index(item.kind), item.at))
    days = [
        (day, [f"{item.at}{WORDS[item.kind]}" for item in group])
        for day, group in groupby(unique, key=lambda item: item.on)
    ]
    assert days, "a text needs something to speak of"
    named = "，".join(_day(day) + "、".join(said) for day, said in days[:MOST_DAYS])
    left = sum(len(said) for _, said in days[MOST_DAYS:])
    return f"{named}等{len(unique)}项" if left else named


def _first(items: Iterable[Item]) -> date:
    return min(item.on for item in items)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _figure(count: int) -> str:
    # A digest with a seven-digit figure would read as a phone number.
    return str(count) if count < 1000 else "999+"


# -- when a text may go out -------------------------------------------------------------------------------------


def valid_for(now: datetime, useless_from: datetime) -> timedelta:
    """How long a text handed over now may still arrive: until it is useless or the evening comes; may be negative."""
    return min(useless_from, at_hour(local_day(now), CLOSES_HOUR)) - now
