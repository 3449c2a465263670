"""What becomes of a few people, so that every state of this release is there to be seen; days count back from the end."""

from dataclasses import dataclass, replace
from typing import Final

WEEKS_BEFORE: Final = 20
"""So many weeks after the reception a weekly report is due; the monthly ones then fall about twelve days away."""
EVERY_REPORT: Final = ("phone", "in_person", "written")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens on a day (`script.py` has what); `note` is what is said."""

    what: str
    ago: int
    hour: int = 10
    minute: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What becomes of `count` people. Without an act nothing happens but what everybody does."""

    code: str
    received_ago: int
    count: int = 1
    level: str = "普管"
    effective_ago: int | None = None
    """The judgment took effect so many days ago; such people are taken in by hand."""
    ends_ago: int | None = None
    written_due_ago: int | None = None
    """Five months after the reception a written report was due, so many days ago."""
    quiet: tuple[int, int] | None = None
    """From so many days ago up to so many the person doesn't report."""
    quiet_in: tuple[str, ...] = EVERY_REPORT
    unchecked: bool = False
    """While the person is quiet the office doesn't visit or check either."""
    calls_on_due_day: bool = False
    stays_open: bool = False
    """Nobody writes the certificate and ends the order, unless an act does."""
    at_gucheng: bool = False
    """One of those whom the officer of the printed sign-in has."""
    alerts_wait: bool = True
    """Whoever has the alerts leaves them as the acts say."""
    old_register: bool = False
    """Comes with an old register that lacks much."""
    acts: tuple[Act, ...] = ()

    @property
    def is_called(self) -> bool:
        """Not who is to miss a call, or to make it on one day only."""
        return self.quiet is None and not self.calls_on_due_day

    @property
    def by_hand(self) -> bool:
        """Doesn't come with the monthly sheets."""
        return self.effective_ago is not None or self.old_register


def _due(code: str, due_ago: int, *acts: Act, quiet_to: int = 0) -> Case:
    """Somebody whose weekly report was due so many days ago, and who did not make it unless the acts say so."""
    quiet = (due_ago + 6, quiet_to)
    return Case(code, due_ago + 7 * WEEKS_BEFORE, quiet=quiet, at_gucheng=True, acts=acts)


def _texted(code: str, due_ago: int) -> Case:
    """Somebody who calls on the due day itself, so that a reminder goes out on the day before."""
    return replace(_due(code, due_ago), quiet=None, calls_on_due_day=True)


def _expected(code: str, effective_ago: int, *acts: Act, level: str = "严管") -> Case:
    """Somebody sentenced so many days ago, put down on the day after."""
    taken = Act("take_in", effective_ago - 1, 9, 40)
    return Case(code, effective_ago, level=level, effective_ago=effective_ago, acts=(taken, *acts))


def _newcomer(effective_ago: int, registered_ago: int) -> Case:
    registered = Act("register", registered_ago, 10, 20)
    return _expected("newcomer", effective_ago, registered, Act("classify", registered_ago, 15, 30, "入矫教育期"))


CASES: Final = (
    _due("missed_today", 1),
    _due(
        "taken_in_hand",
        2,
        Act("claim", 1, 10),
        Act("note", 1, 17, 0, "已联系家属，本人在工地，约定今日来所说明。"),
        Act("note", 0, 9, 30, "本人称下午到所，等候中。"),
    ),
    _due("with_the_head", 2),
    _due("with_the_desk", 3),
    Case(
        "late_report",
        0,
        written_due_ago=3,
        at_gucheng=True,
        quiet=(16, 0),
        quiet_in=("written",),
        acts=(Act("report", 1, 15, 10, "written"),),
    ),
    Case("custody", 171, quiet=(16, 0), unchecked=True, acts=(Act("custody", 16, 11),)),
    Case("custody", 192, quiet=(37, 0), unchecked=True, acts=(Act("custody", 37, 15),)),
    Case("hospital", 159, quiet=(10, 0), acts=(Act("hospital", 10, 16, 30),)),
    Case(
        "expired_hold",
        260,
        ends_ago=4,
        quiet=(25, 0),
        unchecked=True,
        acts=(Act("custody", 25, 9, 15),),
    ),
    Case("past_end", 330, ends_ago=2, stays_open=True),
    Case("ended_today", 365, count=2, ends_ago=0, stays_open=True, acts=(Act("finish", 0, 9, 10),)),
    Case("withdrawn", 147, acts=(Act("wrong_entry", 3, 10, 20),)),
    _due("typed_late", 4, Act("type_late", 3, 9, 10), quiet_to=3),
    _texted("unclear_text", 1),
    _texted("bad_number", 3),
    Case("family_phone", 152, count=3, acts=(Act("family_phone", 70, 14),)),
    Case(
        "refuses_texts",
        166,
        count=2,
        acts=(
            Act("refuse_texts", 70, 14, 20),
            Act("look", 70, 14, 30),
            Act("resolve", 69, 10, 0, "本人不接收短信，已约定由承办人电话告知。"),
        ),
    ),
    _expected("awaited", 2),
    _expected("awaited", 6),
    _expected("awaited", 8),
    _expected("never_taken_in", 13),
    _expected("never_taken_in", 24, Act("look", 13, 0, 1)),
    _expected(
        "never_taken_in",
        47,
        Act("look", 36, 0, 1),
        Act("look", 26, 0, 1),
        Act("note", 1, 11, 0, "已函请公安机关协助查找。"),
    ),
    *(_newcomer(*days) for days in ((28, 22), (24, 19), (20, 15), (16, 12), (13, 8), (11, 6))),
    _expected("no_class", 8, Act("register", 3, 10, 40)),
    Case("old_register", 300, count=6, old_register=True, acts=(Act("make_up_class", 25, 10),), alerts_wait=False),
    Case("old_register", 280, count=4, old_register=True, alerts_wait=False),
)
