"""What was done between a sentence and a person in correction (law a.2, b.2), and who is in the team."""

from piccolo.columns import BigSerial, Boolean
from piccolo.constraints import Check
from piccolo.table import Table

from supervision.access.tables import Staff, Withdrawable
from supervision.db import DB, moment, one_of, row_of, text
from supervision.orders.tables import CorrectionOrder
from supervision.reception.kinds import KINDS, ROLES, SEXES


class ReceptionAct(Withdrawable, Table, tablename="reception_act", db=DB):
    """One step of a reception: a paper that came or went, an announcement, a plan, a report to the border police."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    kind = text()
    how = text()
    happened_at = moment()
    content_sealed = text(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    reception_act_kind_known = one_of("kind", KINDS)
    reception_act_withdrawn_whole = Check(
        "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND "
        "(withdrawn_at IS NULL OR coalesce(btrim(withdrawn_reason), '') <> '')"
    )


class TeamMember(Withdrawable, Table, tablename="team_member", db=DB):
    """Somebody in the team (矫正小组) of an order, from when to when; `act`: the founding with which they came."""

    id = BigSerial(primary_key=True)
    order = row_of(CorrectionOrder, column="order_id")
    act = row_of(ReceptionAct, null=True)
    name = text()
    role = text()
    sex = text()
    knows_minors = Boolean(default=None, null=False)
    from_at = moment()
    to_at = moment(null=True)
    recorded_at = moment()
    recorded_by = row_of(Staff, null=True)
    ended_recorded_at = moment(null=True)
    ended_by = row_of(Staff, null=True)
    team_member_sex_known = one_of("sex", SEXES)
    team_member_role_known = one_of("role", ROLES)
    team_member_has_length = Check("to_at IS NULL OR from_at < to_at")
    team_member_ended_whole = Check("(to_at IS NULL) = (ended_recorded_at IS NULL)")
