"""How what is owed is done: as a fact for the batch, or by the action that a page uses."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from supervision.checkins.actions import CheckIn, info_check, record_checkin, report, visit
from supervision.demo.plan import Owed
from supervision.demo.script import finish
from supervision.demo.world import World
from supervision.orders.actions import record_document
from supervision.orders.pauses import confirm_pause

SAID: Final = (
    "近期在家务工，生活正常。",
    "工作稳定，家中无变化。",
    "已按要求学习，思想稳定。",
    "近日身体不适，已就医。",
    "",
    "",
    "",
)
ASKED: Final = "看守所管教民警（电话）"
CHANNELS: Final = ("call", "call", "video", "position", "message")


def fact_of(duty: Owed, at: datetime, random: Random) -> CheckIn | None:
    """The check-in that meets the duty; None where a check-in doesn't."""
    said = random.choice(SAID)
    if duty.rule == "SU-01":
        return report(duty.variant, at, said)
    if duty.variant == "field":
        return visit("person", at, said)
    return info_check(random.choice(CHANNELS), "ok", at) if duty.variant == "info" else None


def typed_at(at: datetime, random: Random) -> datetime:
    """When it was put down: some minutes later."""
    return at + timedelta(minutes=random.randint(3, 25))


async def do(world: World, duty: Owed, at: datetime) -> None:
    """Do one thing that is owed, at a moment that is now."""
    one, worker = world.people[duty.order], world.worker(duty, at)
    fact = fact_of(duty, at, world.frame.random("do", one.doc, duty.variant, at))
    if fact:
        await record_checkin(worker, duty.order, fact, at)
    elif duty.rule == "confirm_pause":
        head = world.district.head(duty.office)
        await confirm_pause(head, duty.order, ASKED, at)
    elif duty.variant == "certificate":
        await finish(world, one, at)
    else:
        await record_document(worker, duty.order, duty.variant, at, at)
