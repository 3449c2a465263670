"""Identity numbers of residents (GB 11643-1999): read, never repaired."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from stdnum.cn import ric

from supervision.language import gettext as _

# GB/T 2260 provinces, and the 81-83 of residence permits for people from Hong Kong, Macao and Taiwan.
PROVINCES: Final = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
MISSING: Final = frozenset(
    [
        "",
        "无",
        "暂无",
        "没有",
        "未知",
        "不详",
        "无身份证",
        "无身份证号",
        "无身份证号码",
        "NULL",
        "NONE",
        "NAN",
        "N/A",
        "#N/A",
        "-",
        "--",
        "—",
        "/",
    ]
)
OLDEST_YEARS: Final = 120

_SPREADSHEET_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?E[+-]?[0-9]+|[0-9]+\.[0-9]*")
_NOISE = re.compile(r"[\s'\"‘’“”`=\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class IdentityFault(ValueError):
    """An identity number that can't be taken: `code` for programs, `text` for the reader, who learns what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True)
class IdentityNumber:
    """A valid number of 18 characters, and what it says of its holder."""

    number: str
    born_on: date
    sex: Literal["male", "female"]


def parse_identity_number(text: str, today: date) -> IdentityNumber:
    """Read a number as people and sheets write it; raises IdentityFault.

    Of `stdnum` only the check digit is used: its place check refuses numbers given out under county codes of
    another year, which most adults of a district founded in 1997 hold.
    """
    number = _cleaned(text)
    _refuse_lost_digits(number)
    _refuse_other_shapes(number)
    if number[:2] not in PROVINCES:
        raise IdentityFault(
            "id_province", _("身份证号开头的省份代码“%(number)s”不存在，请对照证件核对") % {"number": number[:2]}
        )
    born_on = _born_on(number, today)
    if number[-1] != ric.calc_check_digit(number):
        raise _check_digit_fault(number)
    return IdentityNumber(number, born_on, "male" if int(number[16]) % 2 else "female")


def _cleaned(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


def _refuse_lost_digits(number: str) -> None:
    whole = number.split(".")[0]
    if not _SPREADSHEET_NUMBER.fullmatch(number) or (len(whole) == 15 and "E" not in number):
        return
    raise IdentityFault("id_is_number", _("身份证号被存成了数字，末尾几位已丢失，请把该列设为文本后重新填写完整号码"))


def _refuse_other_shapes(number: str) -> None:
    if number in MISSING:
        raise IdentityFault("id_missing", _("没有身份证号，请补填 18 位身份证号"))
    if re.fullmatch(r"[0-9]{15}(\.0*)?", number):
        raise IdentityFault("id_fifteen_digits", _("这是 15 位旧身份证号，请核对本人证件后填写 18 位号码"))
    if len(number) != 18:
        raise IdentityFault(
            "id_malformed", _("身份证号应为 18 位，这里有 %(n)s 位，请对照证件重新填写") % {"n": len(number)}
        )
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise IdentityFault("id_malformed", _("身份证号只能是 17 位数字加一位数字或 X，请对照证件重新填写"))


def _born_on(number: str, today: date) -> date:
    written = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    try:
        born_on = date.fromisoformat(written)
    except ValueError:
        raise IdentityFault(
            "id_birth_date", _("身份证号中的出生日期 %(written)s 不存在，请对照证件核对") % {"written": written}
        ) from None
    if born_on > today:
        raise IdentityFault(
            "id_birth_date", _("身份证号中的出生日期 %(written)s 晚于今天，请对照证件核对") % {"written": written}
        )
    if _age(born_on, today) > OLDEST_YEARS:
        raise IdentityFault(
            "id_birth_date",
            _("身份证号中的出生日期 %(written)s 超过 %(n)s 年，请对照证件核对")
            % {"written": written, "n": OLDEST_YEARS},
        )
    return born_on


def _age(born_on: date, today: date) -> int:
    return today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))


def _check_digit_fault(number: str) -> IdentityFault:
    # A sheet keeps 15 significant digits and writes zeros for the rest: the digits are gone, not mistyped.
    if number.endswith("000"):
        return IdentityFault(
            "id_is_number", _("身份证号末三位变成了 000，多半是被存成了数字，请把该列设为文本后重新填写")
        )
    return IdentityFault("id_check_digit", _("身份证号校验码不对，可能有一位写错或两位写反，请对照证件核对"))
