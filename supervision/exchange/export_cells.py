"""Values of the whole register as cells of a file, and back: in clear in the file, sealed in the database."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from supervision.alerts.actions import NOTE as ALERT_NOTE
from supervision.exchange.export_schema import SEALED, Shape
from supervision.messages.recipients import RECIPIENT
from supervision.people.actions import CONTACT, CONTACT_TAIL, DOC, DOC_TAIL
from supervision.sealed import Keyring

Seals = Mapping[str, str]
"""`table.column` of every sealed column → the purpose under which it is sealed."""
Values = Sequence[str | None]
IN_JSON: Final[Mapping[str, tuple[str, str]]] = {"alert_event.detail": ("text_sealed", ALERT_NOTE)}
"""JSON column → the member of it that is sealed, and its purpose."""
BLIND: Final[Mapping[str, tuple[str, str, int]]] = {
    "person.doc_key": ("doc_sealed", DOC, 0),
    "person.doc_tail_key": ("doc_sealed", DOC_TAIL, 4),
    "contact.key": ("value_sealed", CONTACT, 0),
    "contact.tail_key": ("value_sealed", CONTACT_TAIL, 4),
    "message.recipient_key": ("recipient_sealed", RECIPIENT, 0),
}
"""Blind index → the sealed column that it is of, its purpose, and of how many last characters it is (0: all)."""
OF_MESSAGE: Final = "message_about.recipient_key"
"""A blind index that is that of another row: of the message."""
HAS_KEY: Final = "1"
ESCAPED: Final = ("'", "=", "+", "-", "@", "\t", "\r")
_STILL_SEALED = re.compile(r"\.A256GCM\.[A-Za-z0-9_-]{16}")


def to_cell(value: str | None) -> str:
    """Nothing is an empty cell; an apostrophe goes before an empty text, and before what a spreadsheet would take for a formula."""
    if value is None:
        return ""
    return f"'{value}" if value == "" or value.startswith(ESCAPED) else value


def from_cell(cell: str) -> str | None:
    """What `to_cell` made a cell of."""
    if cell == "":
        return None
    return cell[1:] if cell.startswith("'") else cell


class Opening:
    """Makes rows readable: opens what is sealed, and says of a blind index only that there is one."""

    def __init__(self, shape: Shape, seals: Seals, keys: Keyring) -> None:
        self.table = shape.table
        self.keys = keys
        self.seals = seals
        self.names = [column.name for column in shape.columns]

    def row(self, values: Values) -> list[str]:
        """The cells of a row."""
        return [to_cell(self._plain(name, value)) for name, value in zip(self.names, values, strict=True)]

    def _plain(self, name: str, value: str | None) -> str | None:
        place = f"{self.table}.{name}"
        if value is None:
            return None
        if place in BLIND or place == OF_MESSAGE:
            return HAS_KEY
        if name.endswith(SEALED):
            return self.keys.open(value, self.seals[place])
        if place in IN_JSON:
            value = self._in_json(value, *IN_JSON[place])
        if _STILL_SEALED.search(value):
            raise RuntimeError(f"{place} holds something sealed that isn't known to be")
        return value

    def _in_json(self, value: str, member: str, purpose: str) -> str:
        content: Any = json.loads(value)
        if member in content:
            content[member] = self.keys.open(content[member], purpose)
        return json.dumps(content, ensure_ascii=False)


class Sealing:
    """Makes rows what they were: seals with this installation's key, and makes the blind indexes anew."""

    def __init__(self, shape: Shape, seals: Seals, keys: Keyring, recipients: dict[str, str]) -> None:
        self.table = shape.table
        self.keys = keys
        self.seals = seals
        self.names = [column.name for column in shape.columns]
        self.recipients = recipients
        """Message → the blind index of its number."""

    def row(self, cells: Sequence[str]) -> list[str | None]:
        """The values of a row."""
        plain = dict(zip(self.names, map(from_cell, cells), strict=True))
        made = [self._made(name, plain) for name in self.names]
        if self.table == "message":
            self.recipients[str(plain["id"])] = str(made[self.names.index("recipient_key")])
        return made

    def _made(self, name: str, plain: Mapping[str, str | None]) -> str | None:
        place, value = f"{self.table}.{name}", plain[name]
        if value is None:
            return None
        if place == OF_MESSAGE:
            return self.recipients[str(plain["message"])]
        if place in BLIND:
            column, purpose, last = BLIND[place]
            return self.keys.blind(str(plain[column])[-last:], purpose)
        if name.endswith(SEALED):
            return self.keys.seal(value, self.seals[place])
        return self._in_json(value, *IN_JSON[place]) if place in IN_JSON else value

    def _in_json(self, value: str, member: str, purpose: str) -> str:
        content: Any = json.loads(value)
        if member in content:
            content[member] = self.keys.seal(content[member], purpose)
        return json.dumps(content, ensure_ascii=False)
