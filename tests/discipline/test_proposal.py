"""What may be proposed: each edge with both neighbours (the vectors themselves: tests/rules/test_vectors.py)."""

from datetime import date

import pytest

from supervision.discipline.proposal import (
    EDUCATION_FIRST,
    NO_DAY_LATE,
    ONLY_MEDICAL,
    PAROLE_CAUTION,
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


def test_only_a_grave_breach_on_parole_is_told_that_the_penalty_article_does_not_name_it() -> None:
    assert propose(Breach("rules", "grave"), Standing("probation")).cautions == ()
    assert propose(Breach("rules", "heavier"), Standing("parole")).cautions == ()


@pytest.mark.parametrize("kind", ["public_surveillance", "probation", "parole", "temporary_outside"])
def test_an_attack_on_the_staff_goes_to_the_police_whatever_the_order(kind: str) -> None:
    found = propose(Breach("attack", "grave"), Standing(kind))
    assert (found.first.code, found.first.article) == ("P4", "《社区矫正法》第60条")
    assert "W6" in codes(Breach("attack"), Standing(kind)) and PAROLE_CAUTION not in found.cautions


def test_public_surveillance_is_never_revoked() -> None:
    everything = (
        Breach(kind, weight, SINCE, date(2026, 6, 1), educated=True, hides=True)
        for kind in ("off_control", "rules", "education", "ban", "recheck", "attack", "other")
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
    assert found.days == (1 if until == date(2026, 3, 2) else 0)


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
    "breach", [off_control(SINCE), Breach("recheck", educated=True), Breach("education")], ids=lambda one: one.kind
)
def test_earlier_measures_add_nothing_where_there_is_no_breach(breach: Breach) -> None:
    found = propose(breach, Standing("probation", TWICE, TWICE))
    assert [item.code for item in found.items] == ["E"] and found.cautions


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
