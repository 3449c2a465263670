"""The jobs: each calls one function of a slice and tells how much it did. All may run twice, late, or on two machines."""

from datetime import time

from jobs.job import Work
from supervision.access.sessions import end_forgotten
from supervision.alerts.escalate import escalate as step_alerts
from supervision.alerts.follow import follow, settle_ledger
from supervision.alerts.watch import LANES
from supervision.alerts.watch import watch as look
from supervision.alerts.watch import watch_to_the_end as look_to_the_end
from supervision.audit.seal import seal_rows
from supervision.backup.make import daily_backup
from supervision.days import SHANGHAI
from supervision.duties.reconcile import reconcile as compare_all
from supervision.exchange.api.changes import tidy
from supervision.exchange.uploads import purge
from supervision.messages.delivery import deliver
from supervision.messages.digest import staff_digest
from supervision.messages.outbox import sweep as sweep_texts
from supervision.messages.receipts import apply_crossed, orders_of_bad_numbers
from supervision.messages.reminders import remind as queue_reminders
from supervision.resettlement.offices import count_helped
from supervision.rollcall.heads import keep_heads as write_heads
from supervision.rollcall.take import take
from supervision.statistics.daily import count_days
from supervision.video_visits.release import release as release_visits
from supervision.video_visits.telling import remind as tell_families

ROLL_CALL_AT = time(7, 30)


async def reconcile(work: Work) -> int:
    """Recompute everybody from the facts, then bring their alerts in line; rows that had to be repaired."""
    seen = await compare_all(work.now())
    await settle_ledger(work.now())
    # Last: an office that can't be counted fails the job and yet stops nobody's proof.
    await count_helped(work.now())
    if seen.failed:
        raise RuntimeError(f"{seen.failed} subjects could not be computed")
    return seen.repaired


async def visits(work: Work) -> int:
    """Slots of video visits given back unconfirmed, families noted that didn't come, and texts to those who are to come or needn't."""
    return sum(await release_visits(work.now())) + await tell_families(work.now())


async def watch(work: Work) -> int:
    """Lapses and findings that became alerts."""
    seen = await look(work.now(), lanes=LANES)
    return seen.lapses + seen.findings


async def escalate(work: Work) -> int:
    """Alerts that took a step of the ladder."""
    return await step_alerts(work.now())


async def roll_call(work: Work) -> int:
    """Take the day's roll call; what remains without a bucket."""
    # A run that was missed yesterday isn't made up in the night: it would stand in the place of this morning's.
    now = work.now()
    if now.astimezone(SHANGHAI).time() < ROLL_CALL_AT:
        return 0
    # After an outage all jobs start at once: a lapse that a watch is about to raise, here or elsewhere, isn't somebody lost.
    # One moment for both: a limit that passed between them would be a lapse without an alert.
    await look_to_the_end(now)
    return (await take(now)).remainder


async def remind(work: Work) -> int:
    """Reminders queued."""
    return await queue_reminders(work.now())


async def digest(work: Work) -> int:
    """Digests of the day queued."""
    return await staff_digest(work.now())


async def send(work: Work) -> int:
    """Texts handed to the provider, whatever became of them."""
    return (await deliver(work.provider, work.now, work.who, work.stop)).total()


async def sweep(work: Work) -> int:
    """Texts that were cut off, are too late, or were answered."""
    await apply_crossed(work.now())
    swept = await sweep_texts(work.now())
    return swept.unknown + swept.expired + swept.cancelled


async def after_bad_numbers(work: Work) -> int:
    """People whose number turned out to be bad: the ledger and the alerts follow."""
    orders = await orders_of_bad_numbers()
    await follow(orders, work.now())
    return len(orders)


async def seal(work: Work) -> int:
    """Audit rows linked into the chain."""
    return await seal_rows()


async def keep_heads(work: Work) -> int:
    """Heads of the audit chain written down outside the database; a simulated run writes none."""
    return await write_heads(work.heads) if work.heads else 0


async def backup(work: Work) -> int:
    """The embedded database backed up, 14 backups kept; none in training or on the office's own server."""
    return await daily_backup(work.house) if work.house else 0


async def count_reports(work: Work) -> int:
    """The reports of each day counted for the dashboard: the last weeks anew; rows."""
    return await count_days(work.now())


async def tidy_feed(work: Work) -> int:
    """The API's feed of changes kept short: what nobody has had a token to read for thirty days, thrown away."""
    return await tidy(work.now())


async def end_sessions(work: Work) -> int:
    """Forgotten sessions ended."""
    return await end_forgotten(work.now())


async def purge_uploads(work: Work) -> int:
    """Uploaded sheets older than a day thrown away."""
    return await purge(work.now())
