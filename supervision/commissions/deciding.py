"""The bureau's part: the opinion after its collective assessment, and what the organ made of it."""

from dataclasses import dataclass
from datetime import date, datetime

from supervision.access.viewer import Viewer
from supervision.commissions.moves import CONTENT, KIND, check_event, check_when, done, lock, move
from supervision.commissions.tables import ADOPTIONS, CONCLUSIONS, SENTENCES
from supervision.db import execute, fetch_value, insert, tx
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.locks import Lock
from supervision.orders.actions import check_past
from supervision.orders.expected import Expectation, expect
from supervision.orders.tables import KINDS
from supervision.sealed import seal


@dataclass(frozen=True, slots=True)
class NewOpinion:
    """What the meeting came to: when it met and it was signed, who was there, the conclusion, its reason and number."""

    conclusion: str
    number: str
    met_at: datetime
    attended: str
    reason: str
    signed_at: datetime


async def decide(viewer: Viewer, commission: int, new: NewOpinion, now: datetime) -> None:
    """The opinion is signed after a collective assessment by at least two (law CI-11). Raises Refusal."""
    _check_opinion(new, now)
    async with tx():
        row = await lock(commission)
        check_event(row, "decided")
        await check_when(commission, new.signed_at, now)
        await _refuse_known_number(new.number)
        values = {
            "commission": commission,
            "conclusion": new.conclusion,
            "document_number": new.number,
            "met_at": new.met_at,
            "attended": new.attended,
            "reason_sealed": seal(new.reason, CONTENT),
            "happened_at": new.signed_at,
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        fact = await insert("commission_opinion", values)
        await move(viewer, row, "decided", ("opinion", fact), now=now)
        await done(viewer, "commission_decided", row, now, {"conclusion": new.conclusion})


def _check_opinion(new: NewOpinion, now: datetime) -> None:
    wrong = {}
    if new.conclusion not in CONCLUSIONS:
        wrong["conclusion"] = _("请选择评估意见。")
    if new.met_at > now:
        wrong["met_at"] = _("集体评议的时间不能晚于现在。")
    elif new.signed_at < new.met_at:
        wrong["happened_at"] = _("签发的时间早于集体评议的时间。")
    if len({name for name in new.attended.replace("，", "、").replace(",", "、").split("、") if name.strip()}) < 2:
        wrong["attended"] = _("集体评议应当有二人以上参加，请以顿号分隔写明。")
    for name, label in (("number", _("意见书文号")), ("reason", _("评议意见和理由"))):
        if not getattr(new, name).strip():
            wrong[name] = _("请填写%(label)s。") % {"label": label}
    if wrong:
        raise Refusal(next(iter(wrong.values())), fields=wrong)


async def _refuse_known_number(number: str) -> None:
    await execute("SELECT pg_advisory_xact_lock($1)", Lock.INTAKE)
    if await fetch_value(
        "SELECT 1 FROM commission_opinion WHERE document_number = $1 AND withdrawn_at IS NULL", number
    ):
        raise Refusal(_("这个文号已经用过。"), fields={"number": _("这个文号已经用过。")})


@dataclass(frozen=True, slots=True)
class NewResult:
    """What the deciding organ made of it (law CI-09), and whether the person will come to this district."""

    adoption: str
    sentence: str
    happened_at: datetime
    in_district: bool = False
    document: str = ""
    decided_on: date | None = None

    @property
    def expects(self) -> bool:
        """A judgment of community correction in this district: somebody is to be expected (law b.2)."""
        return self.sentence in KINDS and self.in_district


async def record_result(viewer: Viewer, commission: int, new: NewResult, now: datetime) -> None:
    """Put the result down and close the commission; who will come is expected from now on. Raises Refusal."""
    _check_result(new, now)
    async with tx():
        row = await lock(commission)
        check_event(row, "concluded")
        await check_when(commission, new.happened_at, now)
        await _check_copied(commission)
        values = {
            "commission": commission,
            "adoption": new.adoption,
            "sentence": new.sentence,
            "in_district": new.in_district,
            "document_number": new.document or None,
            "decided_on": new.decided_on,
            "happened_at": new.happened_at,
            "recorded_at": now,
            "recorded_by": viewer.id,
        }
        fact = await insert("commission_result", values)
        if new.expects:
            await expect((KIND, commission), Expectation(row["person"], new.sentence, row["crime"]), now, viewer.id)
        await move(viewer, row, "concluded", ("result", fact), now=now)
        await done(viewer, "commission_concluded", row, now, {"adoption": new.adoption, "sentence": new.sentence})


def _check_result(new: NewResult, now: datetime) -> None:
    if new.adoption not in ADOPTIONS:
        raise Refusal(_("请选择是否采信。"), fields={"adoption": _("请选择是否采信。")})
    if new.sentence not in SENTENCES:
        raise Refusal(_("请选择处理结果。"), fields={"sentence": _("请选择处理结果。")})
    check_past(new.happened_at, now)


async def _check_copied(commission: int) -> None:
    copied = await fetch_value(
        "SELECT 1 FROM commission_act WHERE commission = $1 AND kind = 'copied' AND withdrawn_at IS NULL", commission
    )
    if not copied:
        raise Refusal(_("意见书还没有抄送检察院，不能办结。"))
