"""What the matrix of routes needs of a reception: a step and a team of each person."""

from datetime import timedelta
from typing import Any

from supervision.db import insert
from tests.cast import NOW, Member

AT = "2026-11-25T08:30"
BEFORE = NOW - timedelta(hours=20)
HERE = "/people/{person_id}/reception"


async def reception_for_the_matrix(order: int, officer: Member) -> dict[str, Any]:
    """Documents that came, and somebody in the team."""
    by = {"order_id": order, "recorded_at": BEFORE, "recorded_by": officer.id}
    act = await insert("reception_act", by | {"kind": "documents_received", "how": "here", "happened_at": BEFORE})
    who = {"name": "村委 张三", "role": "village", "sex": "female", "knows_minors": False, "from_at": BEFORE}
    return {"act_id": act, "act_kind": "came_to_office", "member_id": await insert("team_member", by | who)}


async def with_a_team(target: Any) -> None:
    """The team has been founded."""
    row = {"order_id": target["order_id"], "kind": "team_formed", "how": "", "happened_at": BEFORE}
    await insert("reception_act", row | {"recorded_at": BEFORE})


LINES = (
    ("GET", HERE, "see_people"),
    ("POST", f"{HERE}/acts/{{act_kind}}", "register_person", {"happened_at": AT}),
    ("POST", f"{HERE}/acts/{{act_id}}/withdrawal", "withdraw", {"reason": "录错"}),
    (
        "POST",
        f"{HERE}/team",
        "register_person",
        {"name-1": "李秀英", "role-1": "village", "sex-1": "female", "happened_at": AT},
    ),
    (
        "POST",
        f"{HERE}/team/members",
        "register_person",
        {"name": "李秀英", "role": "village", "sex": "female", "from_at": AT},
        with_a_team,
    ),
    ("POST", f"{HERE}/team/members/{{member_id}}/leaving", "register_person", {"to_at": AT}),
    ("POST", f"{HERE}/team/members/{{member_id}}/withdrawal", "withdraw", {"reason": "录错"}),
)
