"""What was done between a sentence and a person in correction (law a.2, b.2), and who is in the team."""

from piccolo.columns import BigSerial, Boolean, ForeignKey
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, text
from supervision.orders.tables import CorrectionOrder
from supervision.reception.kinds import KINDS, ROLES, SEXES


def _one_of(column: str, values: tuple[str, ...]) -> Check:
    return Check(f"{column} IN ({', '.join(repr(value) for value in values)})")


class ReceptionAct(Withdrawable, Table, tablename="reception_act", db=DB):
    """One step of a reception: a paper that came or went, an announcement, a plan, a report to the border police."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    kind = text()
    how = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    reception_act_kind_known = _one_of("kind", tuple(KINDS))
    reception_act_withdrawn_whole = Check(
        "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND "
        "(withdrawn_at IS NULL OR coalesce(btrim(withdrawn_reason), '') <> '')"
    )


class TeamMember(Withdrawable, Table, tablename="team_member", db=DB):
    """Somebody in the team (矫正小组) of an order, from when to when; `act`: the founding with which they came."""

    id = BigSerial(primary_key=True)
    order = ForeignKey(
        CorrectionOrder, null=False, default=None, on_delete=OnDelete.restrict, db_column_name="order_id"
    )
    act = ForeignKey(ReceptionAct, null=True, default=None, on_delete=OnDelete.restrict)
    name = text()
    role = text()
    sex = text()
    knows_minors = Boolean(default=None, null=False)
    from_at = moment()
    to_at = moment(null=True)
    recorded_at = moment()
    recorded_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    ended_recorded_at = moment(null=True)
    ended_by = ForeignKey(Staff, null=True, default=None, on_delete=OnDelete.restrict)
    team_member_sex_known = _one_of("sex", tuple(SEXES))
    team_member_role_known = _one_of("role", tuple(ROLES))
    team_member_has_length = Check("to_at IS NULL OR from_at < to_at")
    team_member_ended_whole = Check("(to_at IS NULL) = (ended_recorded_at IS NULL)")
