"""How the system itself is: what the doctor says, the jobs, the migrations. No case content: administrators read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from supervision.access.viewer import Viewer, guard
from supervision.audit.record import record
from supervision.clock import Clock
from supervision.config import Settings
from supervision.db import fetch
from supervision.doctor import look_over
from supervision.migrate import history
from supervision.system.words import JOBS, PARTS
from supervision.web import AnyRequest, page

RUNS = 30
"""Runs of the daily jobs that are shown: some ten days."""


@dataclass(frozen=True, slots=True)
class Beat:
    """When a job last did its work to the end, and how much it did or how it fails."""

    title: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Run:
    """One slot of a daily job; `ok` None: it runs, or was cut off."""

    title: str
    slot: datetime
    started_at: datetime
    ended_at: datetime | None
    ok: bool | None
    note: str


@get("/system", guards=[guard("see_system")])
async def system(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Template:
    """What is well and what isn't."""
    examined = await look_over(settings, clock)
    await record(viewer, "system_seen", now=clock.now())
    return page(
        request,
        "system/system.html",
        examined=[(PARTS[one.name], one) for one in examined],
        beats=await _beats(),
        runs=await _runs(),
        migrations=await history(),
    )


async def _beats() -> list[Beat]:
    rows = await fetch("SELECT job, at, note FROM heartbeat ORDER BY job")
    return [Beat(JOBS.get(row["job"], row["job"]), row["at"], row["note"] or "") for row in rows]


async def _runs() -> list[Run]:
    rows = await fetch(
        "SELECT job, slot, started_at, ended_at, ok, note FROM job_run ORDER BY started_at DESC, id DESC LIMIT $1", RUNS
    )
    return [_run(*row) for row in rows]


def _run(job: str, slot: datetime, *ends: Any) -> Run:
    started_at, ended_at, ok, note = ends
    return Run(JOBS.get(job, job), slot, started_at, ended_at, ok, note or "")


ROUTES = [system]
