"""Offices, the people who work in them, their sessions, and who stands in for whom."""

from piccolo.columns import Array, BigInt, BigSerial, Boolean, Integer, Text
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from supervision.db import DB, moment, one_of, row_of, text

ROLES = (
    "officer",
    "head",
    "clerk",
    "cca_head",
    "legal",
    "leader",
    "helper",
    "window",
    "inspector",
    "system_admin",
    "security_admin",
    "audit_admin",
)


class Office(Table, tablename="office", db=DB):
    """A judicial office (司法所) or the bureau itself."""

    code = text()
    name = text()
    kind = text()
    closed_at = moment(null=True)
    office_code_once = Unique(["code"])
    office_kind_known = Check("kind IN ('judicial_office', 'bureau')")


class Staff(Table, tablename="staff", db=DB):
    """A member of the staff: one sign-in, one role, one office."""

    login = text()
    name = text()
    role = text()
    office = row_of(Office)
    on_desk = Boolean(default=False)
    password_hash = text()
    one_time_until = moment(null=True)
    """While set, the password is a one-time code that must be changed at once and ends then."""
    failed_count = Integer(default=0)
    locked_until = moment(null=True)
    phone_sealed = text(null=True)
    created_at = moment()
    disabled_at = moment(null=True)
    staff_login_once = Unique(["login"])
    staff_role_known = one_of("role", ROLES)


class StaffSession(Table, tablename="staff_session", db=DB):
    """A signed-in browser; only the hash of its token is kept."""

    token_hash = text()
    staff = row_of(Staff)
    created_at = moment()
    seen_at = moment()
    ended_at = moment(null=True)
    agent = text()
    address = text()
    step = text()
    """What is still owed before it may do anything: `code` of the second factor, `enrol` one; `in`: nothing."""
    confirmed_at = moment()
    """When its owner last proved who they are."""
    staff_session_token_once = Unique(["token_hash"])
    staff_session_step_known = Check("step IN ('code', 'enrol', 'in')")


class Withdrawable:
    """Columns of a fact that a correcting act can withdraw: from when it no longer counts, by whom, why; the row stays (model §2)."""

    withdrawn_at = moment(null=True)
    withdrawn_by = row_of(Staff, null=True)
    withdrawn_reason = text(null=True)


class SecondFactor(Table, tablename="second_factor", db=DB):
    """A telephone that makes codes (TOTP): one that runs for each member of the staff; ended ones stay without secret."""

    staff = row_of(Staff)
    secret_sealed = text(null=True)
    last_step = BigInt(default=None, null=False)
    """The half minute of the last code that was taken: no code counts twice."""
    failed_count = Integer(default=0)
    locked_until = moment(null=True)
    created_at = moment()
    ended_at = moment(null=True)
    ended_by = row_of(Staff, null=True)
    told_at = moment(null=True)
    """When its owner was told that somebody else had ended it."""
    second_factor_has_secret = Check("ended_at IS NOT NULL OR secret_sealed IS NOT NULL")


class RecoveryCode(Table, tablename="recovery_code", db=DB):
    """One of ten codes for a lost telephone; only its keyed hash is kept, and it counts once."""

    factor = row_of(SecondFactor)
    code_hash = text()
    used_at = moment(null=True)
    recovery_code_once = Unique(["factor", "code_hash"])


class SignInAttempt(Table, tablename="sign_in_attempt", db=DB):
    """A sign-in from a network address that did not succeed, for as long as it counts."""

    id = BigSerial(primary_key=True)
    source = text()
    at = moment()


class Absence(Table, tablename="absence", db=DB):
    """A time in which a member of the staff is not on duty, and who stands in."""

    staff = row_of(Staff)
    deputy = row_of(Staff, null=True)
    from_at = moment()
    to_at = moment()
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    absence_has_length = Check("from_at < to_at")


class ApiToken(Table, tablename="api_token", db=DB):
    """A key of another system: it acts in the name of a member of the staff, within their rights; only its hash is kept."""

    name = text()
    token_hash = text()
    staff = row_of(Staff)
    office = row_of(Office, null=True)
    permissions = Array(base_column=Text(), default=list)
    created_at = moment()
    expires_at = moment()
    revoked_at = moment(null=True)
    seen_at = moment(null=True)
    api_token_name_once = Unique(["name"])
    api_token_hash_once = Unique(["token_hash"])
    api_token_has_length = Check("created_at < expires_at")
