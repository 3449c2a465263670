"""What may be proposed: the vectors of law a.17 by name, and each edge with both neighbours."""

from datetime import date

import pytest

from supervision.discipline.proposal import (
    EDUCATION_FIRST,
    NO_DAY_LATE,
    ONLY_MEDICAL,
    PAROLE_CAUTION,
    SURVEILLANCE_CAUTION,
    Breach,
    Count,
    Standing,
    propose,
)

SINCE = date(2026, 3, 1)
TWICE = (date(2026, 1, 8), date(2026, 2, 9))


def off_control(until: date, **more) -> Breach:
    return Breach("off_control", since=SINCE, until=until, **more)


def codes(breach: Breach, standing: Standing) -> list[str]:
    return [item.code for item in propose(breach, standing).items]


VECTORS = {
    "V-07 found after 10 days: 训诫": (off_control(date(2026, 3, 11)), Standing("probation"), 10, ["X1", "E"]),
    "V-08 found after 11 days: 警告": (off_control(date(2026, 3, 12)), Standing("probation"), 11, ["W2", "E"]),
    "V-09 exactly one month is not over it: 警告": (
        off_control(date(2026, 4, 1)),
        Standing("probation"),
        31,
        ["W2", "E"],
    ),
    "V-09 over one month, 缓刑: candidate": (
        off_control(date(2026, 4, 2)),
        Standing("probation"),
        32,
        ["R46-2", "W2", "E"],
    ),
    "V-09 over one month, 假释: candidate": (
        off_control(date(2026, 4, 2)),
        Standing("parole"),
        32,
        ["R47-1", "W2", "E"],
    ),
    "V-10 one month, 管制: 警告": (off_control(date(2026, 4, 1)), Standing("public_surveillance"), 31, ["W2", "E"]),
    "V-10 over one month, 管制: never revoked, 治安管理处罚": (
        off_control(date(2026, 4, 2)),
        Standing("public_surveillance"),
        32,
        ["P1", "W2", "E"],
    ),
    "V-11 暂予监外执行, says not where, day 3: candidate without counting": (
        off_control(date(2026, 3, 4), hides=True),
        Standing("temporary_outside"),
        3,
        ["X1", "R49-2", "E"],
    ),
    "V-12 假释, deserves a penalty: 警告, or candidate": (
        Breach("rules", "grave"),
        Standing("parole"),
        None,
        ["W3", "R47-3", "E"],
    ),
    "V-13 two 训诫, third breach: 警告 item (5)": (
        Breach("rules"),
        Standing("probation", admonitions=TWICE),
        None,
        ["W5", "X2", "E"],
    ),
    "V-14 two 警告 and a further breach, 缓刑: candidate": (
        Breach("rules", "heavier"),
        Standing("probation", warnings=TWICE),
        None,
        ["R46-4", "W3", "E"],
    ),
    "V-14 two 警告, 暂予监外执行: candidate": (
        Breach("rules", "heavier"),
        Standing("temporary_outside", warnings=TWICE),
        None,
        ["R49-4", "W3", "E"],
    ),
}


@pytest.mark.parametrize(("breach", "standing", "days", "expected"), VECTORS.values(), ids=VECTORS)
def test_vector(breach: Breach, standing: Standing, days: int | None, expected: list[str]) -> None:
    assert propose(breach, standing).days == days
    assert codes(breach, standing) == expected


def test_v12_says_that_parole_is_not_named_in_the_penalty_article() -> None:
    assert PAROLE_CAUTION in propose(Breach("rules", "grave"), Standing("parole")).cautions
    assert propose(Breach("rules", "grave"), Standing("probation")).cautions == ()
    assert propose(Breach("rules", "heavier"), Standing("parole")).cautions == ()


def test_v10_says_that_public_surveillance_is_never_revoked() -> None:
    over = propose(off_control(date(2026, 4, 2)), Standing("public_surveillance"))
    assert over.cautions == (SURVEILLANCE_CAUTION,)
    everything = (
        Breach(kind, weight, SINCE, date(2026, 6, 1), educated=True, hides=True)
        for kind in ("off_control", "rules", "education", "ban", "recheck", "other")
        for weight in ("minor", "heavier", "grave")
    )
    standing = Standing("public_surveillance", TWICE, TWICE)
    assert not [code for breach in everything for code in codes(breach, standing) if code.startswith("R")]


@pytest.mark.parametrize(
    ("until", "expected", "cautions"),
    [
        (date(2026, 2, 28), ["E"], (NO_DAY_LATE,)),
        (date(2026, 3, 1), ["E"], (NO_DAY_LATE,)),
        (date(2026, 3, 2), ["X1", "E"], ()),
    ],
)
def test_lateness_begins_with_the_first_day_after(until: date, expected: list[str], cautions: tuple[str, ...]) -> None:
    found = propose(off_control(until), Standing("probation"))
    assert ([item.code for item in found.items], found.cautions) == (expected, cautions)


@pytest.mark.parametrize(
    ("since", "month_ends_on"), [(date(2026, 1, 31), date(2026, 2, 28)), (date(2024, 1, 31), date(2024, 2, 29))]
)
def test_a_month_that_lacks_the_day_ends_with_its_last(since: date, month_ends_on: date) -> None:
    breach = Breach("off_control", since=since, until=month_ends_on)
    assert propose(breach, Standing("probation")).month_ends_on == month_ends_on
    assert codes(breach, Standing("probation"))[0] == "W2"
    later = Breach("off_control", since=since, until=date(month_ends_on.year, 3, 1))
    assert codes(later, Standing("probation"))[0] == "R46-2"


@pytest.mark.parametrize(
    ("breach", "kind", "expected"),
    [
        (Breach("rules"), "probation", ["X2", "E"]),
        (Breach("rules", "heavier"), "probation", ["W3", "E"]),
        (Breach("rules", "grave"), "probation", ["P1", "W3", "E"]),
        (Breach("other"), "parole", ["X4", "E"]),
        (Breach("other", "heavier"), "parole", ["W6", "E"]),
        (Breach("ban"), "probation", ["W1", "E"]),
        (Breach("ban", "heavier"), "probation", ["P1", "W1", "E"]),
        (Breach("ban", "grave"), "probation", ["R46-1", "P1", "W1", "E"]),
        (Breach("ban", "grave"), "public_surveillance", ["P1", "W1", "E"]),
        (Breach("ban", "grave"), "parole", ["R47-3", "W1", "E"]),
        (Breach("education"), "probation", ["E"]),
        (Breach("education", educated=True), "probation", ["X3", "E"]),
        (Breach("recheck"), "temporary_outside", ["E"]),
        (Breach("recheck", educated=True), "temporary_outside", ["W4", "E"]),
        (Breach("recheck", educated=True), "probation", ["E"]),
    ],
)
def test_each_item_asks_for_its_own_breach(breach: Breach, kind: str, expected: list[str]) -> None:
    assert codes(breach, Standing(kind)) == expected


def test_what_asks_for_education_says_so() -> None:
    assert propose(Breach("education"), Standing("probation")).cautions == (EDUCATION_FIRST,)
    assert propose(Breach("recheck", educated=True), Standing("parole")).cautions == (ONLY_MEDICAL,)


@pytest.mark.parametrize(("earlier", "first"), [(0, "X2"), (1, "X2"), (2, "W5"), (3, "W5")])
def test_two_admonitions_make_the_next_breach_a_warning_and_one_does_not(earlier: int, first: str) -> None:
    given = tuple(date(2026, 1, 1 + n) for n in range(earlier))
    assert propose(Breach("rules"), Standing("probation", admonitions=given)).first.code == first


def test_a_breach_that_is_a_warning_by_itself_stays_one_by_its_own_item() -> None:
    standing = Standing("probation", admonitions=TWICE)
    assert codes(off_control(date(2026, 3, 12)), standing) == ["W2", "W5", "E"]


@pytest.mark.parametrize(
    ("changed_on", "since"), [(None, 2), (date(2026, 1, 8), 2), (date(2026, 1, 9), 1), (date(2026, 2, 10), 0)]
)
def test_earlier_measures_are_counted_over_the_term_and_since_the_class_changed(
    changed_on: date | None, since: int
) -> None:
    standing = Standing("probation", admonitions=TWICE, warnings=TWICE[:1], class_changed_on=changed_on)
    found = propose(Breach("rules"), standing)
    assert found.admonitions == Count(2, since)
    assert found.warnings.total == 1


def test_the_proposed_measure_is_a_word_and_an_article() -> None:
    first = propose(off_control(date(2026, 3, 11)), Standing("probation")).first
    assert (first.measure, first.article) == ("admonition", "《社区矫正法实施办法》第34条第1项")
