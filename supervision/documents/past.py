"""Documents of the past: each has its number in the year's sequence; the paper itself isn't kept here."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.days import local_day
from supervision.db import fetch, insert_rows
from supervision.documents.actions import About, number_words
from supervision.documents.form import Form


@dataclass(frozen=True, slots=True)
class PastDocument:
    """One that was issued on paper: of which form, about what, when and by whom."""

    form: Form
    about: About
    issued_at: datetime
    issued_by: int

    @property
    def series(self) -> tuple[str, int]:
        """The form and the year in which it is numbered."""
        return self.form.code, local_day(self.issued_at).year


async def record_past(entries: Sequence[PastDocument], *, office_mark: str) -> None:
    """Number them after the last of their form and year, in the order in which they were issued, in the running transaction."""
    serials = await _next(Counter(one.series for one in entries))
    rows = []
    for one in sorted(entries, key=lambda one: one.issued_at):
        (form, year), serial = one.series, serials[one.series]
        serials[one.series] += 1
        rows.append(
            {
                "form": form,
                "year": year,
                "serial": serial,
                "number": number_words(one.form, year, serial, office_mark),
                "subject_kind": one.about.subject_kind,
                "subject_id": one.about.subject_id,
                "person": one.about.person,
                "issued_at": one.issued_at,
                "issued_by": one.issued_by,
            }
        )
    await insert_rows("issued_document", rows)


async def _next(counts: Counter[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The first free number of each form and year; so many are taken."""
    rows = await fetch(
        """INSERT INTO document_counter (form, year, last) SELECT * FROM unnest($1::text[], $2::int[], $3::int[])
           ON CONFLICT ON CONSTRAINT document_counter_once DO UPDATE SET last = document_counter.last + excluded.last
           RETURNING form, year, last""",
        [form for form, _ in counts],
        [year for _, year in counts],
        list(counts.values()),
    )
    return {(row["form"], row["year"]): row["last"] - counts[row["form"], row["year"]] + 1 for row in rows}
