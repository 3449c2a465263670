"""Whose turn a scheduled job is: each slot is a row that one process claims, so any number of them may tick."""

from datetime import datetime, time, timedelta

from supervision.days import DAY, local_day, start_of
from supervision.db import execute, fetch_value

CUT_OFF = timedelta(minutes=10)
"""A slot that was started so long ago and has no good end was cut off, or failed: it may be run again."""


def latest_slot(at: time, now: datetime) -> datetime:
    """The last moment not after `now` at which a daily job was due; missed days before it are left out."""
    today = start_of(local_day(now)) + timedelta(hours=at.hour, minutes=at.minute)
    return today if today <= now else today - DAY


async def claim_slot(job: str, slot: datetime, now: datetime) -> bool:
    """Take this slot for oneself; False when somebody else has it or has done it."""
    claimed = await fetch_value(
        """INSERT INTO job_run AS run (job, slot, started_at) VALUES ($1, $2, $3)
           ON CONFLICT ON CONSTRAINT job_run_slot_once
           DO UPDATE SET started_at = excluded.started_at, ended_at = NULL, ok = NULL, note = NULL
            WHERE run.ok IS NOT TRUE AND run.started_at <= $4
           RETURNING id""",
        job,
        slot,
        now,
        now - CUT_OFF,
    )
    return claimed is not None


async def finish_slot(job: str, slot: datetime, claimed_at: datetime, *, now: datetime, ok: bool, note: str) -> bool:
    """Write the end of a slot that was claimed at that moment; False when it was claimed anew meanwhile."""
    done = await execute(
        """UPDATE job_run SET ended_at = $4, ok = $5, note = $6
            WHERE job = $1 AND slot = $2 AND started_at = $3 AND ended_at IS NULL""",
        job,
        slot,
        claimed_at,
        now,
        ok,
        note,
    )
    return done == 1


async def heartbeat(job: str, now: datetime, note: str) -> None:
    """Note that the job did its work to the end; an older beat never overwrites a newer one."""
    await execute(
        """INSERT INTO heartbeat (job, at, note) VALUES ($1, $2, $3)
           ON CONFLICT ON CONSTRAINT heartbeat_job_once
           DO UPDATE SET at = excluded.at, note = excluded.note WHERE heartbeat.at <= excluded.at""",
        job,
        now,
        note,
    )


async def note_failure(job: str, note: str) -> None:
    """Say beside the last beat that the job fails; the beat itself stays, so that its age shows."""
    await execute("UPDATE heartbeat SET note = $2 WHERE job = $1", job, note)
