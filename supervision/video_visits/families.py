"""Prisons, rooms, prisoners and their families: put down once, verified once (law VV-01 to VV-03, VV-15)."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.db import Record, execute, fetch_row, fetch_value, insert, tx
from supervision.errors import NotFound, Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.actions import check_past
from supervision.people.actions import (
    CONTACT,
    VISIT_PHONE,
    NewContact,
    NewPerson,
    add_contact,
    add_person,
    checked_phone,
    find_by_number,
)
from supervision.reasons import needed
from supervision.sealed import blind


async def add_prison(viewer: Viewer, name: str, *, in_province: bool, now: datetime) -> int:
    """A prison that may be chosen from now on; its id. Raises Refusal when it is there already."""
    async with tx():
        made = await _named("prison", {"name": name.strip(), "in_province": in_province}, viewer, now)
        await record(viewer, "prison_added", subject=("prison", made), now=now)
    return made


async def add_room(viewer: Viewer, name: str, now: datetime) -> int:
    """A room of the window; its id. Raises Refusal when it is there already."""
    async with tx():
        made = await _named("visit_room", {"name": name.strip()}, viewer, now)
        await record(viewer, "visit_room_added", subject=("visit_room", made), now=now)
    return made


async def _named(table: str, values: dict[str, object], viewer: Viewer, now: datetime) -> int:
    try:
        async with tx():
            return await insert(table, values | {"recorded_at": now, "recorded_by": viewer.id})
    except asyncpg.UniqueViolationError:
        raise Refusal(_("这个名称已经登记过。"), fields={"name": _("这个名称已经登记过。")}) from None


async def close_room(viewer: Viewer, room: int, now: datetime) -> None:
    """The room takes no new sessions; those that were given stay. Raises NotFound, Refusal when it was closed before."""
    async with tx():
        if await fetch_value("SELECT id FROM visit_room WHERE id = $1 FOR NO KEY UPDATE", room) is None:
            raise NotFound
        if not await execute("UPDATE visit_room SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL", room, now):
            raise Refusal(_("这个会见室已经停用。"))
        await record(viewer, "visit_room_closed", subject=("visit_room", room), now=now)


async def reopen_room(viewer: Viewer, room: int, now: datetime) -> None:
    """A room that was closed takes sessions again. Raises NotFound, Refusal when it isn't closed."""
    async with tx():
        if await fetch_value("SELECT id FROM visit_room WHERE id = $1 FOR NO KEY UPDATE", room) is None:
            raise NotFound
        if not await execute("UPDATE visit_room SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL", room):
            raise Refusal(_("这个会见室没有停用。"))
        await record(viewer, "visit_room_reopened", subject=("visit_room", room), now=now)


# -- prisoners --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Status:
    """What the prison says of a prisoner: where, in which class, whether visits are allowed."""

    prison: int
    level: str
    number: str = ""
    may_visit: bool = True


async def add_prisoner(viewer: Viewer, person: NewPerson, status: Status, now: datetime) -> int:
    """Put a prisoner down, who is not under supervision; their id. Raises Refusal when they are there already."""
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        who = await _person_for(person, now)
        if await fetch_value("SELECT 1 FROM prisoner WHERE person = $1", who):
            raise Refusal(_("该服刑人员已经登记过。"), fields={"number": _("该服刑人员已经登记过。")})
        made = await insert("prisoner", {"person": who, "recorded_at": now, "recorded_by": viewer.id})
        await _put_status(made, status, now, viewer.id)
        await record(viewer, "prisoner_added", subject=("prisoner", made), people=[who], now=now)
    return made


async def _person_for(new: NewPerson, now: datetime) -> int:
    known = await find_by_number(new.number)
    if known is None:
        return await add_person(new, now)
    if await fetch_value("SELECT name FROM person WHERE id = $1", known) != new.name:
        told = _("该身份证号已用另一姓名登记过，请核对证件。")
        raise Refusal(told, fields={"person_name": told})
    return known


async def set_status(viewer: Viewer, prisoner: int, status: Status, now: datetime) -> None:
    """The prison says something new; it counts from now for bookings that are made from now on."""
    async with tx():
        row = await lock_prisoner(prisoner)
        await _put_status(prisoner, status, now, viewer.id)
        detail = {"level": status.level, "may_visit": status.may_visit}
        await record(
            viewer,
            "prisoner_status_set",
            subject=("prisoner", prisoner),
            people=[row["person"]],
            detail=detail,
            now=now,
        )


async def _put_status(prisoner: int, status: Status, now: datetime, by: int) -> None:
    former = await fetch_value(
        "UPDATE prisoner_status SET withdrawn_at = $2 WHERE prisoner = $1 AND withdrawn_at IS NULL RETURNING id",
        prisoner,
        now,
    )
    values = {
        "prisoner": prisoner,
        "prison": status.prison,
        "prison_number": status.number or None,
        "level": status.level,
        "may_visit": status.may_visit,
        "happened_at": now,
        "recorded_at": now,
        "recorded_by": by,
        "replaces": former,
    }
    await insert("prisoner_status", values)


async def lock_prisoner(prisoner: int) -> Record:
    """The row, so that whoever books for the same prisoner waits. Raises NotFound."""
    row = await fetch_row("SELECT * FROM prisoner WHERE id = $1 FOR NO KEY UPDATE", prisoner)
    if row is None:
        raise NotFound
    return row


# -- families ---------------------------------------------------------------------------------------------------


async def add_family(
    viewer: Viewer, prisoner: int, person: NewPerson, *, kinship: str, phone: NewContact | None, now: datetime
) -> int:
    """A relative of a prisoner, still to be verified; their id. Raises Refusal when they are there already."""
    async with tx():
        await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
        inmate = await lock_prisoner(prisoner)
        who = await _person_for(person, now)
        if who == inmate["person"]:
            raise Refusal(_("这是服刑人员本人的身份证号。"), fields={"number": _("这是服刑人员本人的身份证号。")})
        if await fetch_value("SELECT 1 FROM family_member WHERE prisoner = $1 AND person = $2", prisoner, who):
            raise Refusal(_("该亲属已经登记过。"), fields={"number": _("该亲属已经登记过。")})
        values = {"prisoner": prisoner, "person": who, "kinship": kinship, "state": "new"}
        made = await insert("family_member", values | {"recorded_at": now, "recorded_by": viewer.id})
        if phone:
            await _put_phone(who, phone, now, viewer.id)
        people = [who, inmate["person"]]
        await record(viewer, "family_added", subject=("family_member", made), people=people, now=now)
    return made


async def set_phone(viewer: Viewer, family: int, phone: NewContact, now: datetime) -> Record:
    """The number to which the texts about visits go from now on; the one it replaces is kept, withdrawn. The family member's row.

    It is the window's own: what a register knows of whoever is on one stays as it is, and everybody is answered alike.
    Raises NotFound, Refusal for a number that can't be one, or when nothing would change.
    """
    async with tx():
        row = await _lock_family(family)
        if not await _put_phone(row["person"], phone, now, viewer.id):
            raise Refusal(_("号码没有变化，没有保存。"), fields={"phone": _("与现在的号码相同。")})
        detail = {"texts": phone.consent}
        await record(
            viewer,
            "family_phone_set",
            subject=("family_member", family),
            people=[row["person"]],
            detail=detail,
            now=now,
        )
    return row


async def drop_phone(viewer: Viewer, family: int, now: datetime) -> Record:
    """No text about visits goes to the number any more; the family member's row. Raises NotFound, Refusal where there is none."""
    async with tx():
        row = await _lock_family(family)
        known = await _phone_in_use(row["person"])
        if known is None:
            raise Refusal(_("该亲属没有在用的联系电话。"))
        await execute("UPDATE contact SET withdrawn_at = $2 WHERE id = $1", known["id"], now)
        await record(viewer, "family_phone_dropped", subject=("family_member", family), people=[row["person"]], now=now)
    return row


async def _put_phone(person: int, phone: NewContact, now: datetime, by: int) -> bool:
    """Put the number down in the place of the one in use; False where that is the same."""
    assert phone.kind == VISIT_PHONE, phone.kind
    known = await _phone_in_use(person)
    said = (blind(checked_phone(phone.value), CONTACT), phone.consent, None)
    if known and (known["key"], known["consent"], known["bad_since"]) == said:
        return False
    await add_contact(person, phone, now, by, replaces=known["id"] if known else None)
    return True


async def _phone_in_use(person: int) -> Record | None:
    # Whoever visits two prisoners has one number: two at once wait for each other.
    await fetch_value("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
    return await fetch_row(
        """SELECT id, key, consent, bad_since FROM contact WHERE person = $1 AND kind = $2 AND withdrawn_at IS NULL
            ORDER BY id DESC LIMIT 1""",
        person,
        VISIT_PHONE,
    )


async def _lock_family(family: int) -> Record:
    row = await fetch_row("SELECT * FROM family_member WHERE id = $1 FOR NO KEY UPDATE", family)
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of the check of a relative: by which paper, or why not."""

    result: str
    """ok, or refused."""
    proof: str = ""
    reason: str = ""
    kinship: str = ""
    """As the paper says it; empty where it is as it was put down."""
    happened_at: datetime | None = None


async def verify_family(viewer: Viewer, family: int, verified: Verification, now: datetime) -> Record:
    """The kinship and the person were checked, once (law b.13: FAMILY_NEW → FAMILY_OK or REFUSED); the family member's row.

    Who keeps the window's records may check again whom somebody refused or accepted: the former check is withdrawn.
    Raises NotFound, Refusal for whom was checked before, and for a refusal without its reason.
    """
    happened_at = verified.happened_at or now
    check_past(happened_at, now)
    reason = needed(verified.reason, _("不通过的原因")) if verified.result == "refused" else None
    async with tx():
        row = await _lock_family(family)
        if row["state"] != "new" and not viewer.may("keep_visits"):
            raise Refusal(_("该亲属已经核验过，不用再办。"))
        kinship = verified.kinship or row["kinship"]
        await execute(
            "UPDATE family_member SET state = $2, kinship = $3 WHERE id = $1", family, verified.result, kinship
        )
        await execute(
            "UPDATE family_check SET withdrawn_at = $2 WHERE family = $1 AND withdrawn_at IS NULL", family, now
        )
        values = {
            "family": family,
            "result": verified.result,
            "proof": verified.proof or None,
            "reason": reason,
            "happened_at": happened_at,
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        await insert("family_check", values)
        detail = {"result": verified.result, "proof": verified.proof, "kinship": kinship}
        await record(
            viewer, "family_verified", subject=("family_member", family), people=[row["person"]], detail=detail, now=now
        )
    return row
