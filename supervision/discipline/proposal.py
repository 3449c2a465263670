"""What the law lets be proposed for a breach: 训诫, 警告, a penalty by the police, or a candidate of revocation. Pure.

The machine proposes and shows by what it went; a named person proposes, another reviews, a third decides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from supervision.days import add_months
from supervision.language import N_
from supervision.rules.discipline_items import (
    ADMONITION,
    AFTER_TWO_WARNINGS,
    ITEMS,
    OVER_A_MONTH,
    Item,
)

MOST_DAYS_OF_AN_ADMONITION = 10
ENOUGH = 2
"""So many 训诫 make the next breach a 警告; so many 警告 make a candidate."""

PAROLE_CAUTION = N_(
    "原《治安管理处罚法》（2012年）第60条第4项没有列入假释的对象：不建议提请治安管理处罚，可以警告，或者列为撤销假释的候选；新法的规定请核对原文。"
)
SURVEILLANCE_CAUTION = N_("管制没有撤销的规定，只能依法提请治安管理处罚。")
EDUCATION_FIRST = N_("须先有一次教育的记录，教育后仍不改正的才能训诫或者警告。")
NO_DAY_LATE = N_("未超过期限一日，不存在逾期或者脱离监管的日数。")
ONLY_MEDICAL = N_("只适用于暂予监外执行（保外就医）的对象。")


@dataclass(frozen=True, slots=True)
class Breach:
    """What was done or left undone. Days count from the last lawful contact, or the missed duty's last day as law T-3 shifts it."""

    kind: str
    """One of BREACHES; off_control counts days."""
    weight: str = "minor"
    """minor 情节轻微, heavier 情节较重, grave 情节严重."""
    since: date | None = None
    until: date | None = None
    """The day on which the person reported or was found; of one still missing, today."""
    educated: bool = False
    """A talk in which the person was told to mend is on record."""
    hides: bool = False
    """Refuses to say where they are."""

    @property
    def days(self) -> int | None:
        """Days late, or off control; the first day isn't counted (law T-8), and before the last day in time there are none."""
        return max(0, (self.until - self.since).days) if self.since and self.until else None

    @property
    def over_a_month(self) -> bool:
        """Exactly one month isn't over one (law T-1)."""
        return bool(self.since and self.until and self.until > add_months(self.since, 1))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the person stands: the kind of order, and the measures in force with the days of their service."""

    order_kind: str
    admonitions: tuple[date, ...] = ()
    warnings: tuple[date, ...] = ()
    class_changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Earlier measures, over the whole term and since the class last changed (law DI-C1)."""

    total: int
    since_class_change: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What may be proposed, the machine's own proposal first, and what it went by."""

    items: tuple[Item, ...]
    days: int | None
    since: date | None
    month_ends_on: date | None
    admonitions: Count
    warnings: Count
    cautions: tuple[str, ...]

    @property
    def first(self) -> Item:
        """The machine's proposal."""
        return self.items[0]

    def allows(self, code: str) -> bool:
        """Whether a person may propose or decide this item for the breach."""
        return any(item.code == code for item in self.items)


def propose(breach: Breach, standing: Standing) -> Proposal:
    """The items that this breach allows (law DI-X, DI-W, DI-P, RV as candidates), the proposed one first.

    Two 训诫 turn a further one into 警告 item (5), which asks for a further breach; talking it over (批评教育) is always
    allowed, and comes last.
    """
    codes = list(_codes(breach, standing))
    if codes:
        codes = _with_earlier(codes, standing)
    return Proposal(
        items=tuple(ITEMS[code] for code in [*dict.fromkeys(codes), "E"]),
        days=breach.days,
        since=breach.since,
        month_ends_on=add_months(breach.since, 1) if breach.since and breach.kind == "off_control" else None,
        admonitions=count(standing.admonitions, standing.class_changed_on),
        warnings=count(standing.warnings, standing.class_changed_on),
        cautions=tuple(_cautions(breach, standing)),
    )


def count(days: Sequence[date], class_changed_on: date | None) -> Count:
    """How many there were, and how many of them since the class last changed."""
    since = [day for day in days if class_changed_on is None or day >= class_changed_on]
    return Count(len(days), len(since))


def _codes(breach: Breach, standing: Standing) -> Iterator[str]:
    """The items of this breach by itself, whatever came before."""
    if breach.kind == "off_control":
        yield from _off_control(breach, standing.order_kind)
    elif breach.kind == "ban":
        yield from _ban(breach.weight, standing.order_kind)
    elif breach.kind == "education":
        yield from ("X3",) if breach.educated else ()
    elif breach.kind == "attack":
        # Whatever the kind of order: it is reported to the police as anybody's would be (law DI-P4, CCL 60).
        yield from ("P4", "W6")
    elif breach.kind == "recheck":
        yield from ("W4",) if breach.educated and standing.order_kind == "temporary_outside" else ()
    else:
        minor, heavier = ("X2", "W3") if breach.kind == "rules" else ("X4", "W6")
        yield from _by_weight(breach.weight, (minor, heavier), standing.order_kind)


def _off_control(breach: Breach, order_kind: str) -> Iterator[str]:
    days = breach.days or 0
    if days > 0:
        yield from _by_days(breach, order_kind)
    if breach.hides and order_kind == "temporary_outside":
        yield "R49-2"


def _by_days(breach: Breach, order_kind: str) -> Iterator[str]:
    if breach.over_a_month and order_kind in OVER_A_MONTH:
        yield OVER_A_MONTH[order_kind]
    if breach.over_a_month and order_kind == "public_surveillance":
        yield "P1"
    yield "X1" if (breach.days or 0) <= MOST_DAYS_OF_AN_ADMONITION else "W2"


def _ban(weight: str, order_kind: str) -> Iterator[str]:
    if weight == "minor":
        yield "W1"
    elif weight == "grave" and order_kind != "public_surveillance":
        yield {"probation": "R46-1", "parole": "R47-3"}.get(order_kind, "R49-8")
    if weight != "minor":
        yield from ("W1",) if order_kind == "parole" else ("P1", "W1")


def _by_weight(weight: str, usual: tuple[str, str], order_kind: str) -> Iterator[str]:
    minor, heavier = usual
    if weight == "minor":
        yield minor
        return
    if weight == "heavier":
        yield heavier
        return
    if order_kind != "parole":
        yield "P1"
    yield heavier
    if order_kind == "parole":
        yield "R47-3"


def _with_earlier(codes: list[str], standing: Standing) -> list[str]:
    """What two 训诫 and two 警告 add to a breach: the third breach is a warning, the next after two warnings a candidate."""
    again = AFTER_TWO_WARNINGS.get(standing.order_kind)
    if len(standing.admonitions) >= ENOUGH:
        codes = ["W5", *codes] if ITEMS[codes[0]].measure == ADMONITION else [*codes, "W5"]
    if again and len(standing.warnings) >= ENOUGH:
        codes = [again, *codes]
    return codes


def _cautions(breach: Breach, standing: Standing) -> Iterator[str]:
    if breach.kind == "off_control" and (breach.days or 0) <= 0:
        yield NO_DAY_LATE
    if breach.kind == "recheck" and standing.order_kind != "temporary_outside":
        yield ONLY_MEDICAL
    if breach.kind in ("education", "recheck") and not breach.educated:
        yield EDUCATION_FIRST
    if breach.weight == "grave" and breach.kind != "attack" and standing.order_kind == "parole":
        yield PAROLE_CAUTION
    if standing.order_kind == "public_surveillance" and (breach.over_a_month or breach.weight == "grave"):
        yield SURVEILLANCE_CAUTION
