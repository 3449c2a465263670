"""Issue a document: its number, its files, stored as issued; find it again by its number; file its signed scan."""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from supervision.access.viewer import Viewer
from supervision.audit.record import record
from supervision.days import local_day
from supervision.db import Record, execute, fetch, fetch_row, fetch_value, insert, tx
from supervision.documents.form import Filled, Form, check, fill
from supervision.documents.pdf import as_pdf
from supervision.documents.word import as_word
from supervision.errors import Refusal
from supervision.files.actions import Attached, Upload, keep
from supervision.language import gettext as _

DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class About:
    """What a document is about: a subject of a slice, and the person whose file it is."""

    subject_kind: str
    subject_id: int
    person: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A document that was issued, with the files that hold it: none for one from before this system, which is on paper."""

    id: int
    form: str
    number: str
    pdf_file: int | None
    word_file: int | None
    scan_file: int | None
    issued_at: datetime


async def issue(
    viewer: Viewer, form: Form, about: About, values: Mapping[str, str | None], *, office_mark: str, now: datetime
) -> Issued:
    """Number the form, make its files and keep them; one that was issued before is given as it is stored.

    The caller has locked the subject, in the transaction that runs. Raises Refusal that names what is missing: no number is
    used up then, nor where anything else fails, so the numbers of a year have no gap.
    """
    if known := await issued_for(form.code, about):
        return known
    check(form, values)
    async with tx():
        year = local_day(now).year
        serial = await _next(form.code, year)
        number = number_words(form, year, serial, office_mark)
        filled = fill(form, values, number)
        pdf, word = await _keep(viewer, filled, about, now)
        row = {"form": form.code, "year": year, "serial": serial, "number": number, "pdf_file": pdf, "word_file": word}
        subject = {"subject_kind": about.subject_kind, "subject_id": about.subject_id, "person": about.person}
        made = await insert("issued_document", row | subject | {"issued_at": now, "issued_by": viewer.id})
        detail = {"form": form.code, "number": number, "about": [about.subject_kind, about.subject_id]}
        await record(viewer, "document_issued", subject=(DOCUMENT, made), people=[about.person], detail=detail, now=now)
    return Issued(made, form.code, number, pdf, word, None, now)


def number_words(form: Form, year: int, serial: int, office_mark: str) -> str:
    """（2026）尖社矫训字第0001号."""
    return f"（{year}）{office_mark}矫{form.mark}字第{serial:04d}号"


async def _next(form: str, year: int) -> int:
    """The next number; whoever comes at the same time waits here until this one is issued, or isn't."""
    return int(
        await fetch_value(
            """INSERT INTO document_counter (form, year, last) VALUES ($1, $2, 1)
               ON CONFLICT ON CONSTRAINT document_counter_once DO UPDATE SET last = document_counter.last + 1 RETURNING last""",
            form,
            year,
        )
    )


async def _keep(viewer: Viewer, filled: Filled, about: About, now: datetime) -> tuple[int, int]:
    to = Attached(about.subject_kind, about.subject_id, about.person, "issued")
    name = f"{filled.title} {filled.number}"
    pdf = await keep(viewer, to, Upload(name, await asyncio.to_thread(as_pdf, filled)), now)
    word = await keep(viewer, to, Upload(name, await asyncio.to_thread(as_word, filled)), now)
    return pdf, word


DOCUMENTS = """SELECT d.*, f.id AS scan FROM issued_document d
  LEFT JOIN file_record f ON f.id = d.scan_file AND f.withdrawn_at IS NULL AND f.removed_at IS NULL"""
"""`scan`: the signed copy that stands; one that was voided among the files is as none."""


async def issued_for(form: str, about: About) -> Issued | None:
    """The document of this form that stands for the subject."""
    row = await fetch_row(
        f"{DOCUMENTS} WHERE d.form = $1 AND d.subject_kind = $2 AND d.subject_id = $3 AND d.withdrawn_at IS NULL",
        form,
        about.subject_kind,
        about.subject_id,
    )
    return _issued(row) if row else None


async def withdraw_for(viewer: Viewer, about: About, reason: str, now: datetime) -> None:
    """The documents of a subject that was corrected no longer hold; their numbers and files stay."""
    done = await execute(
        """UPDATE issued_document SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5
            WHERE subject_kind = $1 AND subject_id = $2 AND withdrawn_at IS NULL""",
        about.subject_kind,
        about.subject_id,
        now,
        viewer.id,
        reason,
    )
    if done:
        subject = (about.subject_kind, about.subject_id)
        await record(viewer, "document_withdrawn", subject=subject, people=[about.person], now=now)


def _issued(row: Record) -> Issued:
    files = (row["pdf_file"], row["word_file"], row["scan"])
    return Issued(row["id"], row["form"], row["number"], *files, row["issued_at"])


# -- the signed scan ----------------------------------------------------------------------------------------------


async def file_scan(viewer: Viewer, about: About, number: str, scan: Upload, now: datetime) -> int:
    """Keep the signed scan with the document whose number it bears; the file's id.

    The number is what the square code on the page says, read by a scanner that types or by eye. Raises Refusal for a number
    of another subject or of none, and where its scan is there already.
    """
    row = await fetch_row(
        f"{DOCUMENTS} WHERE d.number = $1 AND d.subject_kind = $2 AND d.subject_id = $3 FOR UPDATE OF d",
        as_number(number),
        about.subject_kind,
        about.subject_id,
    )
    if row is None:
        raise Refusal(_("没有这个文号的文书，请核对文号。"), fields={"number": _("没有这个文号的文书。")})
    if row["scan"]:
        raise Refusal(_("这份文书的签字件已经存入；存错的，请先在文件里作废。"), fields={"file": _("签字件已经存入。")})
    async with tx():
        file = await keep(viewer, Attached(about.subject_kind, about.subject_id, about.person, "served"), scan, now)
        await execute("UPDATE issued_document SET scan_file = $2 WHERE id = $1", row["id"], file)
        await record(viewer, "document_scanned", subject=(DOCUMENT, row["id"]), people=[about.person], now=now)
    return file


async def document_with(codes: Sequence[str]) -> tuple[str, int, str] | None:
    """The document whose number stands on a scan: its subject's kind and id, and the number.

    Raises Refusal for a scan of several: it would go whole into the file of one person.
    """
    numbers = [as_number(code) for code in codes]
    rows = await fetch(
        "SELECT subject_kind, subject_id, number FROM issued_document WHERE number = ANY($1) LIMIT 2", numbers
    )
    if len(rows) > 1:
        told = _("这份扫描件里有多份决定书，请每份单独扫描。")
        raise Refusal(told, fields={"file": told})
    return next(((row["subject_kind"], row["subject_id"], row["number"]) for row in rows), None)


def as_number(text: str) -> str:
    """A document's number as it is kept, however its brackets and blanks were typed."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return plain.replace("(", "（").replace(")", "）").replace("〔", "（").replace("〕", "）")
