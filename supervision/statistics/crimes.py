"""Which chapter of the Criminal Law's special part a crime belongs to, as the monthly table counts them (law e.1)."""

import csv
from functools import cache
from pathlib import Path

from supervision.language import N_

CHAPTERS = {
    "state_security": N_("危害国家安全"),
    "public_safety": N_("危害公共安全"),
    "market_order": N_("破坏市场经济秩序"),
    "personal_rights": N_("侵犯人身权利、民主权利"),
    "property": N_("侵犯财产"),
    "social_order": N_("妨害社会管理秩序"),
    "graft": N_("贪污贿赂"),
    "dereliction": N_("渎职"),
}
OTHER_CHAPTER = "other"


@cache
def chapters() -> dict[str, str]:
    """Name of the crime without 罪 → chapter; the commoner ones, others count as 其他."""
    text = (Path(__file__).parent / "crimes.csv").read_text(encoding="utf-8")
    return {row["crime"]: row["chapter"] for row in csv.DictReader(text.splitlines())}


@cache
def chapters_sql() -> str:
    """The same as a list of SQL values, for a join."""
    return ", ".join(f"('{crime}', '{chapter}')" for crime, chapter in chapters().items())
