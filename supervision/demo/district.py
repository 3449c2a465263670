"""The demo's offices on the real towns of the district, and an invented staff that all share one training password."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

from supervision.access.passwords import hash_password
from supervision.access.roles import OFFICE_ROLES, ROLE_TITLES
from supervision.access.staffing import STAFF_PHONE
from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import fetch, insert, insert_many, tx
from supervision.demo.names import Names
from supervision.messages.providers import DEMO_PREFIX
from supervision.people.phones import normalise_phone
from supervision.sealed import seal

PASSWORD: Final = "xunlian-2026"
TOWNS: Final = Path(__file__).with_name("towns.csv")
"""The statistics bureau's list of towns and streets of 2023, without the statistical zone; login and office are ours."""
WITH_TWO_OFFICERS: Final = frozenset({"gucheng", "huifeng", "chaicun", "nanzhai", "yangqu"})
WITH_A_HELPER: Final = "gucheng"
FIRST_STAFF_PHONE: Final = 9000
BUREAU_CODE: Final = "JCP"

BUREAU_STAFF: Final = (
    ("clerk1", "clerk", True),
    ("clerk2", "clerk", True),
    ("section", "cca_head", False),
    ("legal", "legal", False),
    ("leader", "leader", False),
    ("inspector", "inspector", False),
    ("system", "system_admin", False),
    ("security", "security_admin", False),
    ("audit", "audit_admin", False),
    ("window", "window", False),
)
SHOWN: Final = (
    ("gucheng1", "officer"),
    ("gucheng", "head"),
    ("gucheng-helper", "helper"),
    *((login, role) for login, role, _ in BUREAU_STAFF if login != "clerk2"),
)
"""The sign-ins that the start prints: one a role."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its judicial office; `login` begins the sign-ins of those who work there."""

    code: str
    name: str
    login: str
    office: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the staff as invented."""

    login: str
    role: str
    town: str
    on_desk: bool = False


@dataclass(frozen=True)
class District:
    """The offices and the staff as they are in the database: town code → office id, login → viewer."""

    towns: Mapping[str, Town]
    offices: Mapping[str, int]
    viewers: Mapping[str, Viewer]

    def of(self, staff: int) -> Viewer:
        """The member of the staff with this id."""
        return next(viewer for viewer in self.viewers.values() if viewer.id == staff)

    def head(self, office: int) -> Viewer:
        """The head of a judicial office."""
        return next(one for one in self.viewers.values() if one.office == office and one.role == "head")

    def working_in(self, town: str) -> list[Viewer]:
        """Who has files there: each officer twice, the head once, for a round of assignments."""
        here = [one for one in self.viewers.values() if one.office == self.offices[town]]
        officers = [one for one in here if one.role == "officer"]
        return [*officers, *officers, *(one for one in here if one.role == "head")]

    @property
    def clerk(self) -> Viewer:
        """The first of the bureau's desk."""
        return self.viewers["clerk1"]


def towns() -> list[Town]:
    """The thirteen towns and streets."""
    with TOWNS.open(encoding="utf-8", newline="") as file:
        return [Town(**row) for row in csv.DictReader(file)]


def members() -> Iterator[Member]:
    """The whole staff: in each office a head and one or two officers, a helper in one; the bureau's ten."""
    for town in towns():
        yield Member(town.login, "head", town.code)
        for number in range(1, 3 if town.login in WITH_TWO_OFFICERS else 2):
            yield Member(f"{town.login}{number}", "officer", town.code)
        if town.login == WITH_A_HELPER:
            yield Member(f"{town.login}-helper", "helper", town.code)
    for login, role, on_desk in BUREAU_STAFF:
        yield Member(login, role, "", on_desk)


def demo_phone(serial: int) -> str:
    """A number of the list that every real provider refuses."""
    return normalise_phone(f"{DEMO_PREFIX}{serial:04d}")


async def raise_district(bureau: str, seed: int, now: datetime) -> District:
    """Write the offices and the staff; everybody's password is PASSWORD."""
    hashed = await hash_password(PASSWORD)
    names = Names(Random(f"{seed}/staff"))
    async with tx():
        offices = {"": await insert("office", {"code": BUREAU_CODE, "name": bureau, "kind": "bureau"})}
        for town in towns():
            values = {"code": town.code, "name": town.office, "kind": "judicial_office"}
            offices[town.code] = await insert("office", values)
        rows = [_row(serial, one, offices[one.town], names, hashed) for serial, one in enumerate(members())]
        await insert_many("staff", STAFF_COLUMNS, [(*row, now) for row in rows])
        await record(None, "staff_created", detail={"demo": len(rows)}, now=now)
    return await known_district()


STAFF_COLUMNS: Final = ("login", "name", "role", "office", "on_desk", "phone_sealed", "password_hash", "failed_count",
                        "created_at")  # fmt: skip


def _row(serial: int, one: Member, office: int, names: Names, hashed: str) -> tuple[object, ...]:
    reachable = one.role in OFFICE_ROLES or one.on_desk
    phone = seal(demo_phone(FIRST_STAFF_PHONE + serial), STAFF_PHONE) if reachable else None
    return (one.login, names.plain(), one.role, office, one.on_desk, phone, hashed, 0)


async def known_district() -> District:
    """The district that is in the database."""
    offices = {row["code"]: row["id"] for row in await fetch("SELECT id, code FROM office ORDER BY id")}
    rows = await fetch(
        """SELECT s.id, s.login, s.name, s.role, s.office, o.name AS office_name, 0 AS session, false AS must_change
             FROM staff s JOIN office o ON o.id = s.office ORDER BY s.id"""
    )
    return District({one.code: one for one in towns()}, offices, {row["login"]: Viewer(row) for row in rows})


def signs_in() -> Iterator[str]:
    """One sign-in a role, and the password that all of them share."""
    yield f"Sign in with one of these; the password is always {PASSWORD}"
    for login, role in SHOWN:
        yield f"  {login:<16} {ROLE_TITLES[role]}"
