"""The decision letters of a case: F23 训诫决定书 and F24 警告决定书, made of what the case knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.days import local_day
from supervision.db import Record, fetch_row, tx
from supervision.discipline.actions import CASE, lock
from supervision.discipline.cases import breach_row, evidence_of, facts_text, get_case
from supervision.discipline.decisions import decision_in_force
from supervision.discipline.standing import standing_of
from supervision.discipline.words import EVIDENCE
from supervision.documents.actions import About, Issued, as_number, document_with, file_scan, issue, issued_for
from supervision.documents.forms import FORMS
from supervision.documents.reading import codes_on
from supervision.errors import NotFound, Refusal
from supervision.files.actions import Upload
from supervision.language import gettext as _
from supervision.orders.words import KINDS
from supervision.people.actions import DOC
from supervision.rules.discipline_items import ADMONITION, ITEMS, WARNING
from supervision.sealed import open_sealed

FORM_OF = {ADMONITION: "F23", WARNING: "F24"}
SEXES = {"male": "男", "female": "女"}
DIGITS = "零一二三四五六七八九"


async def letter(viewer: Viewer, case: int, bureau: str, now: datetime) -> Issued:
    """The letter of the decision: made and numbered the first time, from then on the stored one.

    Raises Refusal where nothing was decided that has a letter, and one that names what is missing.
    """
    async with tx():
        row = await lock(viewer, case)
        decision = await decision_in_force(case)
        if decision is None or decision["measure"] not in FORM_OF:
            raise Refusal(_("还没有训诫或者警告的决定，没有可以制作的决定书。"))
        form = FORMS[FORM_OF[decision["measure"]]]
        values = await _values(row, decision, bureau)
        return await issue(viewer, form, about(row), values, office_mark=office_mark(bureau), now=now)


def office_mark(bureau: str) -> str:
    """The bureau's own character in a number: 尖社."""
    return f"{bureau[:1]}社"


def about(row: Record) -> About:
    """The case as what its documents are about."""
    return About(CASE, row["id"], row["person"])


async def letter_of(row: Record, measure: str) -> Issued | None:
    """The letter that was made of the case's decision."""
    return await issued_for(FORM_OF[measure], about(row)) if measure in FORM_OF else None


async def scan(viewer: Viewer, case: int, number: str, upload: Upload, now: datetime) -> int:
    """The signed letter comes back: kept with its document, found by the number on it.

    Raises Refusal for a scan on which another letter can be read, or several.
    """
    found = await document_with(await codes_on(upload.data))
    if found and found[2] != as_number(number):
        told = _("扫描件上的文号不是填写的文号，请核对文号，并选择这份决定书的扫描件。")
        raise Refusal(told, fields={"file": told})
    return await _keep_scan(viewer, case, number, upload, now)


async def _keep_scan(viewer: Viewer, case: int, number: str, upload: Upload, now: datetime) -> int:
    async with tx():
        return await file_scan(viewer, about(await lock(viewer, case)), number, upload, now)


@dataclass(frozen=True, slots=True)
class Filed:
    """A scan that found its case."""

    person: int
    case: int
    number: str


async def file_itself(viewer: Viewer, upload: bytes, now: datetime) -> Filed:
    """A signed scan goes to the letter whose square code it bears.

    Raises Refusal where no code can be read, where several letters are scanned in one, or where the scan is there already;
    NotFound for a letter of somebody else's.
    """
    found = await document_with(await codes_on(upload))
    if found is None:
        raise Refusal(_("没有读出决定书上的二维码，请在案件里按文号存入。"))
    kind, case, number = found
    if kind != CASE:
        raise NotFound
    row = await get_case(viewer, case)
    await _keep_scan(viewer, case, number, Upload(scan_name(number), upload), now)
    return Filed(row["person"], case, number)


def scan_name(number: str) -> str:
    """How the signed copy of a letter is called among the files."""
    return f"签字件 {number}"


async def _values(row: Record, decision: Record, bureau: str) -> Mapping[str, str | None]:
    whose = await fetch_row(
        """SELECT p.name, p.sex, p.born_on, p.doc_sealed, o.kind, o.crime, o.start_on, o.end_on
             FROM person p JOIN orders o ON o.id = $2 WHERE p.id = $1""",
        row["person"],
        row["order_id"],
    )
    assert whose is not None
    item = ITEMS[decision["item"]]
    evidence = list(dict.fromkeys(EVIDENCE[one.kind] for one in await evidence_of(row["id"])))
    return {
        "organ": bureau,
        "name": whose["name"],
        "sex": SEXES.get(whose["sex"]),
        "born_on": day_words(whose["born_on"]),
        "id_number": open_sealed(whose["doc_sealed"], DOC) if whose["doc_sealed"] else None,
        "order_kind": KINDS.get(whose["kind"]),
        "crime": whose["crime"],
        "start_on": day_words(whose["start_on"]),
        "end_on": day_words(whose["end_on"]),
        "facts": facts_text(await breach_row(row["id"])),
        "evidence": "、".join(evidence),
        "article": article_words(item.article),
        "item_words": item.words,
        "decided_on": day_words(local_day(decision["happened_at"])),
        "earlier": await _earlier(row),
    }


async def _earlier(row: Record) -> str:
    """The measures that were in force before the case was decided, with their days."""
    standing = await standing_of(row["order_id"], row["id"])
    said = [f"{day_words(day)}受到训诫" for day in standing.admonitions]
    said += [f"{day_words(day)}受到警告" for day in standing.warnings]
    return f"该社区矫正对象{'；'.join(said)}。" if said else "该社区矫正对象此前未受过训诫、警告。"


def day_words(day: date | None) -> str | None:
    """2026年3月20日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else None


def article_words(article: str) -> str:
    """`《…》第34条第1项` as a letter says it: 第三十四条第（一）项."""
    place = article.rpartition("》")[2]
    number, _, item = place.removeprefix("第").removesuffix("项").partition("条")
    said = f"第{number_words(int(number))}条"
    return f"{said}第（{number_words(int(item.removeprefix('第')))}）项" if item else said


def number_words(number: int) -> str:
    """1 to 99 in Chinese: 三十四, 十, 一."""
    tens, ones = divmod(number, 10)
    said = ("" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")
    return said or DIGITS[0]
