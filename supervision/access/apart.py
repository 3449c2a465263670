"""Duties that nobody may combine: one person's accounts, found by their telephone or name, must lie in one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from supervision.access.roles import ROLE_TITLES, duty_of
from supervision.errors import Refusal
from supervision.language import gettext as _


@dataclass(frozen=True, slots=True)
class Account:
    """An account, by what tells whose it is."""

    login: str
    name: str
    role: str
    phone: str


def same_person(one: Account, other: Account) -> bool:
    """The same telephone; or the same name where no two telephones tell them apart."""
    if one.phone and other.phone:
        return one.phone == other.phone
    return one.name == other.name


def are_apart(one: Account, other: Account) -> bool:
    """Whether nobody may have both of these."""
    return duty_of(one.role) != duty_of(other.role)


def refuse_combination(new: Account, others: Iterable[Account]) -> None:
    """Raise Refusal where the new account would give somebody a second duty that must be kept apart."""
    clash = next((one for one in others if same_person(new, one) and are_apart(new, one)), None)
    if clash is None:
        return
    sentence = _(
        "%(name)s已有账号（%(held)s），同一人不能兼任%(wanted)s：系统、安全、审计三员与办案岗位必须分开。如果是另一个人，请给两个账号都填写手机号码以示区别。"
    ) % {"name": clash.name, "held": _(ROLE_TITLES[clash.role]), "wanted": _(ROLE_TITLES[new.role])}
    raise Refusal(sentence, fields={"role": sentence})


def combined(accounts: Sequence[Account]) -> list[tuple[Account, Account]]:
    """Pairs of accounts of one person that nobody may have both."""
    return [pair for pair in combinations(accounts, 2) if same_person(*pair) and are_apart(*pair)]
