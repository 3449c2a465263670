"""The outbox: one SMS is one row; sent by a loop, never inside a request."""

from piccolo.columns import BigInt, BigSerial, Integer
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.access.tables import Staff
from supervision.db import DB, moment, one_of, row_of, text
from supervision.people.tables import Contact, Person

MESSAGE_STATES = (
    "waiting",
    "sending",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "unknown",
    "expired",
    "cancelled",
)


class Message(Table, tablename="message", db=DB):
    """One text to one number. `unknown`: the provider's answer was unclear; a human decides, it is never resent blindly."""

    id = BigSerial(primary_key=True)
    person = row_of(Person, null=True)
    staff = row_of(Staff, null=True)
    contact = row_of(Contact, null=True)
    recipient_sealed = text()
    recipient_key = text()
    kind = text()
    body = text()
    once_key = text()
    """What makes this message the same as another: recipient, day and kind."""
    state = text()
    created_at = moment()
    not_before = moment()
    not_after = moment()
    attempts = Integer(default=0)
    next_try_at = moment()
    claimed_at = moment(null=True)
    claimed_by = text(null=True)
    provider = text(null=True)
    provider_ref = text(null=True, index=True)
    provider_status = text(null=True)
    error = text(null=True)
    ended_at = moment(null=True)
    looked_at = moment(null=True)
    looked_by = row_of(Staff, null=True)
    looked_note = text(null=True)
    message_once = Unique(["once_key"])
    message_state_known = one_of("state", MESSAGE_STATES)
    message_has_one_reader = Check("(person IS NULL) <> (staff IS NULL)")


class MessageAbout(Table, tablename="message_about", db=DB):
    """What a message speaks of: never two for one (recipient, duty, kind, version)."""

    id = BigSerial(primary_key=True)
    message = row_of(Message)
    recipient_key = text()
    duty = BigInt(default=None, null=False)
    kind = text()
    version = text()
    """Of the duty's terms: its due moment, so that a moved duty may be spoken of anew."""
    message_about_once = Unique(["recipient_key", "duty", "kind", "version"])


class Receipt(Table, tablename="receipt", db=DB):
    """A provider's word on a message, as it came, applied or not."""

    id = BigSerial(primary_key=True)
    provider_ref = text(index=True)
    status = text()
    error = text(null=True)
    received_at = moment(index=True)
