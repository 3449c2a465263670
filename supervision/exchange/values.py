"""What cells mean: text, days, and the words of code tables. What isn't known is never guessed."""

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from supervision.exchange.sheets import Cell
from supervision.language import N_
from supervision.language import gettext as _

EMPTY_WORDS: Final = frozenset(
    ["", "无", "暂无", "没有", "未知", "不详", "NULL", "NONE", "NAN", "N/A", "#N/A", "-", "--", "—", "/"]
)
LONGEST_EMPTY: Final = max(map(len, EMPTY_WORDS))
EARLIEST_DAY: Final = date(1900, 1, 1)
LATEST_DAY: Final = date(2100, 12, 31)
SERIAL_ZERO: Final = date(1899, 12, 30)
MIDNIGHT: Final = time()


class DateFault(ValueError):
    """A day that can't be read (`date_invalid`) or lacks a part (`date_incomplete`); `text` says what to write."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


# Text

_UNSEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")


def text_of(cell: Cell) -> str:
    """The cell as its writer saw it: whole numbers without `.0`, days as 2026-01-31, blanks at the ends gone."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def squeezed(text: str) -> str:
    """One form of characters (NFKC), no blanks, no line breaks, no invisible marks."""
    if text.isalnum() and unicodedata.is_normalized("NFKC", text):
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def is_blank(cell: Cell) -> bool:
    """Is nothing written, or a word that says so?"""
    if isinstance(cell, date) or (isinstance(cell, str) and len(cell) > LONGEST_EMPTY and cell.isalnum()):
        return False
    return cell == "" or squeezed(text_of(cell)).upper() in EMPTY_WORDS


# Days

_SEPARATED = re.compile(
    r"([0-9]{4})\s*[-./\\年,。]\s*([0-9]{1,2})\s*[-./\\月,。]\s*([0-9]{1,2})\s*[日号]?(?:(?:\s|T|(?<=[日号]))\s*(\S.*))?"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0*)?(?:[\sT]+([0-9].*))?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_INCOMPLETE = re.compile(
    r"(19|20)[0-9]{2}年?|(19|20)[0-9]{2}\s*[-./\\年]\s*[0-9]{1,2}\s*月?|(19|20)[0-9]{2}(0[1-9]|1[0-2])|[0-9]{1,2}月[0-9]{1,2}[日号]?"
)
_TIME = re.compile(r"([0-9]{1,2})\s*[:时点]?\s*([0-9]{2}|[0-9](?=分))?\s*[:分]?\s*([0-9]{2})?(?:\.[0-9]+)?\s*秒?")


def parse_day(cell: Cell) -> date:
    """The day a cell means, its time of day left aside; raises DateFault."""
    return parse_moment(cell)[0]


def parse_moment(cell: Cell) -> tuple[date, time | None]:
    """The local day a cell means and the time of day if one is written; raises DateFault."""
    day, clock = _real_moment(cell) or _written_moment(unicodedata.normalize("NFKC", text_of(cell)).strip(" '\t\r\n"))
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise DateFault(
            "date_invalid",
            _("日期 %(day)s 早得或晚得不合理，请核对，请写成 2026-01-31 这样的形式") % {"day": day},
        )
    return day, clock


def _real_moment(cell: Cell) -> tuple[date, time | None] | None:
    if isinstance(cell, datetime):
        return cell.date(), None if cell.time() == MIDNIGHT else cell.time().replace(microsecond=0)
    if isinstance(cell, date):
        return cell, None
    if isinstance(cell, bool | time | timedelta):
        raise _unreadable(text_of(cell))
    return None


def _written_moment(text: str) -> tuple[date, time | None]:
    if _SERIAL.fullmatch(text):
        return _from_serial(float(text))
    if _INCOMPLETE.fullmatch(text):
        raise DateFault(
            "date_incomplete", _("日期“%(text)s”不完整，年月日都要写，请写成 2026-01-31 这样的形式") % {"text": text}
        )
    match = _SEPARATED.fullmatch(text) or _COMPACT.fullmatch(text)
    if not match:
        raise _unreadable(text)
    year, month, day, rest = match.groups()
    try:
        return date(int(year), int(month), int(day)), _clock(rest, text)
    except ValueError as fault:
        if isinstance(fault, DateFault):
            raise
        raise DateFault(
            "date_invalid", _("日期“%(text)s”不存在，请核对，请写成 2026-01-31 这样的形式") % {"text": text}
        ) from None


def _from_serial(serial: float) -> tuple[date, time | None]:
    """A day kept as a number of days since 1899-12-30, its format lost."""
    days, minutes = divmod(round(serial * 24 * 60), 24 * 60)
    return SERIAL_ZERO + timedelta(days=days), time(*divmod(minutes, 60)) if minutes else None


def _clock(rest: str | None, text: str) -> time | None:
    if not rest:
        return None
    match = _TIME.fullmatch(rest.strip())
    if not match:
        raise _unreadable(text)
    hour, minute, second = (int(part or 0) for part in match.groups())
    return time(hour, minute, second) if hour or minute or second else None


def _unreadable(text: str) -> DateFault:
    return DateFault("date_invalid", _("日期“%(text)s”无法识别，请写成 2026-01-31 这样的形式") % {"text": text[:30]})


# Words of code tables

# field → code → (what a question shows, the ways it is written)
WORDS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "sex": {
        "male": (N_("男"), "男 男性 1 m male"),
        "female": (N_("女"), "女 女性 2 f female"),
    },
    "kind": {
        "public_surveillance": (N_("管制"), "管制 判处管制 被判处管制 1"),
        "probation": (N_("缓刑"), "缓刑 宣告缓刑 被宣告缓刑 2"),
        "parole": (N_("假释"), "假释 裁定假释 被裁定假释 3"),
        "temporary_outside": (N_("暂予监外执行"), "暂予监外执行 监外执行 暂予监外 决定暂予监外执行 保外就医 4"),
    },
    # Entry (入矫期, 基础级) is supervised as strict. A bare number is asked: 2 is 普通 in one table, 宽松 in the other.
    "level": {
        "strict": (N_("严管"), "严管 严管级 严格 严格级 严格管理 严管类 从严管理 入矫期 入矫期(按严管) 基础级"),
        "normal": (N_("普管"), "普管 普管级 普通 普通级 普通管理 普管类 一般管理"),
        "loose": (N_("宽管"), "宽管 宽管级 宽松 宽松级 宽松管理 宽管类 从宽管理"),
    },
    "mode": {
        "in_person": (N_("当面"), "当面 当面报告 当面报到 现场 现场报到 到所 1"),
        "written": (N_("书面"), "书面 书面报告 书面汇报 思想汇报 2"),
        "phone": (N_("电话"), "电话 通讯 通信 电话报告 电话汇报 通讯报告 电话/通讯 电话(通讯) 3"),
    },
    "help_state": {
        "in_help": (N_("在帮"), "在帮 帮教中 在册 正常"),
        "key": (N_("重点关注"), "重点关注 重点"),
        "off": (N_("脱管"), "脱管 失联 失去联系 脱管失控"),
        "ended": (N_("已解除"), "已解除 解除 期满 已期满 期满解除"),
    },
    "help_level": {
        "first": (N_("高"), "高 一类 高风险 严重"),
        "second": (N_("中"), "中 二类 中风险 中等"),
        "third": (N_("低"), "低 三类 低风险 一般"),
    },
    "danger": {
        "key": (N_("重点"), "重点 重点帮教 重点对象 1"),
        "general": (N_("一般"), "一般 一般帮教 一般对象 2"),
    },
    "connected": {
        "yes": (N_("是"), "是 已衔接 衔接 有 y yes"),
        "no": (N_("否"), "否 未衔接 没有 n no"),
    },
    "state": {
        "expected": (N_("待报到"), "待报到 未入矫 10"),
        "due": (N_("应报到"), "应报到 11"),
        "not_reported": (N_("逾期未报到"), "逾期未报到 未报到 漏管 12"),
        "registered": (N_("已登记接收"), "已登记接收 已登记 已接收 已报到 20"),
        "in_correction": (N_("在矫"), "在矫 在册 在矫中 矫正中 正在矫正 正常 入矫 在管 30"),
        "leave": (N_("请假外出"), "请假外出 请假 外出 外出中 31"),
        "handover_out": (N_("迁出中"), "迁出中 32"),
        "off_control": (N_("脱管"), "脱管 下落不明 33"),
        "detained": (N_("被羁押"), "被羁押 羁押 在押 34"),
        "proposed": (N_("提请中"), "提请中 35"),
        "arrested": (N_("已逮捕待裁定"), "已逮捕待裁定 已逮捕 逮捕 36"),
        "suspended": (N_("中止"), "中止 中止矫正 37"),
        "expired_hold": (N_("期满待决"), "期满待决 38"),
        "released": (N_("已解除"), "已解除 解除 解矫 已解矫 期满解除 期满解矫 解除矫正 90"),
        "revoked": (N_("撤销缓刑、假释"), "撤销 撤销缓刑 撤销假释 已撤销 91 92"),
        "imprisoned": (N_("收监执行"), "收监执行 收监 已收监 93"),
        "deceased": (N_("死亡"), "死亡 已死亡 94"),
        "moved_out": (N_("迁出"), "迁出 已迁出 95"),
    },
}
CODES: Final = {
    field: {way: code for code, (_, ways) in table.items() for way in ways.split()} for field, table in WORDS.items()
}
_LEADING_CODE = re.compile(r"0?[0-9]{1,2}[.、:_-]?(?=[^0-9.、:_-])")


@lru_cache(maxsize=1024)
def code_of(field: str, text: str) -> str | None:
    """The code of a written word, `03假释`, `宣告缓刑` and `严管（一级）` included; None when the table hasn't it."""
    word = squeezed(text).lower()
    ways = CODES[field]
    plain = _LEADING_CODE.sub("", word, count=1)
    for candidate in (word, plain, re.sub(r"\([^)]*\)", "", plain), _as_number(word)):
        if candidate in ways:
            return ways[candidate]
    return None


def _as_number(word: str) -> str:
    return str(int(word)) if re.fullmatch(r"0[1-9]", word) else word
