"""How somebody is received: what comes with the sentence, and what the office does on the day of the registration."""

from datetime import datetime
from typing import Final

from supervision.access.viewer import Viewer
from supervision.reception.actions import NewAct, NewMember, form_team, put_down, received_of

WITH_THE_SENTENCE: Final = (
    ("notified", "court"),
    ("documents_received", "here"),
    ("receipt_returned", ""),
    ("forwarded", ""),
)
WITH_THE_REGISTRATION: Final = (("came_to_office", ""), ("announced", "signed"), ("exit_ban_reported", ""))
"""The plan is made within a month: of newcomers it is still owed."""
TEAM: Final = (
    NewMember("司法所工作人员", "office", "female"),
    NewMember("村（居）委会干部", "village", "male"),
    NewMember("家属", "family", "female"),
)


async def papers_came(viewer: Viewer, order: int, at: datetime) -> None:
    """The court told and sent everything, and has its receipt; procuratorate and police have their copies."""
    for kind, how in WITH_THE_SENTENCE:
        await put_down(viewer, order, NewAct(kind, at, how), at)
    if (await received_of(order)).outside:
        await put_down(viewer, order, NewAct("handed_over", at), at)


async def received(viewer: Viewer, order: int, at: datetime) -> None:
    """The team is there, the announcement is signed, the exit ban reported."""
    await form_team(viewer, order, TEAM, NewAct("team_formed", at), at)
    for kind, how in WITH_THE_REGISTRATION:
        await put_down(viewer, order, NewAct(kind, at, how), at)
