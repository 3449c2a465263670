"""Phone numbers of mainland China, as sheets and officers write them."""

import re
import unicodedata
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType

from supervision.language import gettext as _

MOBILE_OR_LANDLINE: Final = frozenset(
    [PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE]
)
_NOISE = re.compile(r"[\s'\"‘’“”`()\-‐-―－_.\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class PhoneFault(ValueError):
    """A phone number that can't be taken: `code` for programs, `text` for the reader."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def normalise_phone(text: str) -> str:
    """The digits as dialled inside the country: 11 of a mobile, or a landline with its area code and leading 0.

    Raises PhoneFault: `phone_missing` when nothing is written, `phone_invalid` for everything that can't be called.
    """
    written = re.sub(r"\.0*$", "", unicodedata.normalize("NFKC", text).strip())
    digits = _NOISE.sub("", written)
    if not digits:
        raise PhoneFault("phone_missing", _("没有电话号码，请补填手机号或带区号的座机号"))
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise PhoneFault("phone_invalid", _("电话一栏只填号码，请去掉文字说明，多个号码用顿号分开"))
    return _national(digits)


def masked_phone(number: str) -> str:
    """Its beginning and its end."""
    return f"{number[:3]}****{number[-4:]}"


def is_mobile(number: str) -> bool:
    """Can a text reach this normalised number?"""
    return len(number) == 11 and number.startswith("1")


def _national(digits: str) -> str:
    try:
        number = phonenumbers.parse(re.sub(r"^(0086|86(?=1[0-9]{10}$))", "+86", digits), "CN")
    except phonenumbers.NumberParseException:
        raise _unusable(digits) from None
    national = str(number.national_number)
    known = phonenumbers.is_valid_number_for_region(number, "CN")
    if not known or phonenumbers.number_type(number) not in MOBILE_OR_LANDLINE:
        raise _unusable(digits)
    return national if is_mobile(national) else f"0{national}"


def _unusable(digits: str) -> PhoneFault:
    if digits.startswith("1") and len(digits) != 11:
        return PhoneFault("phone_invalid", _("手机号应为 11 位，这里有 %(n)s 位，请核对") % {"n": len(digits)})
    return PhoneFault("phone_invalid", _("电话号码不是可用的手机号，也不是带区号的座机号，请核对"))
