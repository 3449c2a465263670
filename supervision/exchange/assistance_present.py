"""The register of help as its sheets say it: each period's fields, from what is recorded."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from supervision.days import local_day
from supervision.db import Record, fetch
from supervision.exchange.assistance_sheet import DETAILS
from supervision.people.actions import CONTACT, DOC, ON_FILE
from supervision.resettlement import states
from supervision.resettlement import words as resettlement_words
from supervision.resettlement.actions import DETAILS as DETAILS_SEALED
from supervision.sealed import Keyring

PERIODS: Final = """
SELECT a.*, p.name, p.sex, p.born_on, p.doc_sealed, f.name AS office, s.name AS officer, r.office AS office_id,
       r.staff AS staff_id,
       (SELECT c.level FROM assistance_class c WHERE c.assistance = a.id AND c.withdrawn_at IS NULL
         ORDER BY c.happened_at DESC, c.id DESC LIMIT 1) AS level,
       (SELECT t.code FROM assistance_step t WHERE t.assistance = a.id AND t.withdrawn_at IS NULL
           AND t.event IN ('fetched', 'arrived', 'found') ORDER BY t.id DESC LIMIT 1) AS came_by,
       (SELECT (u.happened_at AT TIME ZONE 'Asia/Shanghai')::date || ' ' || u.code
          FROM (SELECT assistance, id, happened_at, code FROM support WHERE kind = 'placement' AND withdrawn_at IS NULL
                UNION ALL SELECT t.assistance, t.id, t.happened_at, b.kind FROM help_stay t JOIN help_base b ON b.id = t.base
                           WHERE t.withdrawn_at IS NULL) u
         WHERE u.assistance = a.id ORDER BY u.happened_at DESC, u.id DESC LIMIT 1) AS placed
  FROM assistance a JOIN person p ON p.id = a.person
  LEFT JOIN responsibility r ON r.subject_kind = 'assistance' AND r.subject_id = a.id AND r.role = 'main' AND r.to_at IS NULL
  LEFT JOIN office f ON f.id = r.office LEFT JOIN staff s ON s.id = r.staff
"""
CONTACTS: Final = f"""
SELECT id, person, kind, value_sealed, holder FROM contact
 WHERE person = ANY($1) AND {ON_FILE} AND withdrawn_at IS NULL AND bad_since IS NULL ORDER BY person, kind, rank, id DESC"""
CAME_BY: Final = {
    "government": "基层政府接回",
    "prison": "监所送回原籍",
    "office": "司法所接回",
    "police": "公安机关落实管控措施",
    "village": "基层组织接回",
    "alone": "人员自返",
}
"""How somebody came home, in the words of GB/T 31000."""
PLACED: Final = resettlement_words.CODES | {"enterprise": "企业认证的安置基地", "government": "政府投入为主的安置基地"}
"""What was arranged for somebody, or in which kind of base they stay (GB/T 31000)."""


async def contacts_of(people: Sequence[int]) -> dict[int, list[Record]]:
    """The contacts in use of each person."""
    found: dict[int, list[Record]] = {}
    for row in await fetch(CONTACTS, list(people)):
        found.setdefault(row["person"], []).append(row)
    return found


def fields_of(row: Record, contacts: Iterable[Record], keys: Keyring) -> dict[str, Any]:
    """All fields that any of the shapes has: codes, days and texts, as they are when a sheet is read."""
    said = details_of(row, keys)
    reached = _reached(contacts, keys)
    placed_on, placement = _placed(row["placed"])
    return {
        **{name: said.get(name) for name in DETAILS},
        **reached,
        "name": row["name"],
        "id_card": keys.open(row["doc_sealed"], DOC) if row["doc_sealed"] else None,
        "sex": row["sex"],
        "born_on": row["born_on"],
        "crime": row["crime"],
        "sentence": row["sentence"],
        "prison": row["prison"],
        "release_on": row["release_on"],
        "help_from": row["from_on"],
        "help_to": row["to_on"],
        "officer": row["officer"],
        "office": row["office"],
        "help_state": _state(row),
        "help_level": row["level"],
        "danger": row["kind"],
        "connected": "yes" if row["connected_at"] else "no",
        "connected_on": local_day(row["connected_at"]) if row["connected_at"] else None,
        "connection": said.get("connection") or CAME_BY.get(row["came_by"] or ""),
        "placed_on": _day(said.get("placed_on")) or placed_on,
        "placement": said.get("placement") or placement,
        "reoffended": said.get("reoffended") or ("是" if row["state"] == states.REOFFENDED else None),
        "entered_on": said.get("entered_on") or local_day(row["created_at"]).isoformat(),
    }


def details_of(row: Record, keys: Keyring) -> dict[str, str]:
    """What is kept of the registration form as it was written."""
    found: dict[str, str] = (
        json.loads(keys.open(row["details_sealed"], DETAILS_SEALED)) if row["details_sealed"] else {}
    )
    return found


def _reached(contacts: Iterable[Record], keys: Keyring) -> dict[str, str | None]:
    found: dict[str, str | None] = dict.fromkeys(("phone", "family_phone", "address_now", "address_household"))
    for row in contacts:
        name = "family_phone" if row["holder"] == "family" and row["kind"] == "phone" else row["kind"]
        if found.get(name) is None:
            found[name] = keys.open(row["value_sealed"], CONTACT)
    return found


def _state(row: Record) -> str | None:
    """The four words that the template knows; of somebody who isn't home yet it has none."""
    if row["ended_at"] is not None:
        return "ended"
    if row["state"] == states.OFF:
        return "off"
    if row["connected_at"] is None:
        return None
    return "key" if row["kind"] == "key" else "in_help"


def _placed(text: str | None) -> tuple[date | None, str | None]:
    if not text:
        return None, None
    when, _, code = text.rpartition(" ")
    return date.fromisoformat(when[:10]), PLACED.get(code)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
