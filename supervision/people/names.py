"""What can be a person's name: any letters that there are, rare ones too, but no formula and nothing that can't be seen."""

import re
import unicodedata
from typing import Final

from supervision.language import gettext as _

LONGEST_NAME: Final = 100
FORMULA: Final = ("=", "+", "-", "@")
BROKEN: Final = "\ufffd"
"""What a reader puts where it couldn't read."""
UNSEEN: Final = frozenset(["Cc", "Cf", "Cs", "Zl", "Zp"])
_NO_WIDTH = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def without_marks(name: str) -> str:
    """The name without marks of no width, which come along when a name is copied."""
    return name if name.isalpha() else _NO_WIDTH.sub("", name)


def name_fault(name: str) -> str | None:
    """Why this can't be a name, for whoever wrote it; None where it can be one."""
    if name.isalpha() and len(name) <= LONGEST_NAME:
        return None
    if name.startswith(FORMULA):
        return _("姓名“%(name)s”是公式，不是姓名，请核对") % {"name": name[:30]}
    if len(name) > LONGEST_NAME:
        return _("姓名超过 %(n)s 个字，请核对") % {"n": LONGEST_NAME}
    if any(sign == BROKEN or unicodedata.category(sign) in UNSEEN or _is_no_character(sign) for sign in name):
        return _("姓名中有看不见的控制符或损坏的字，请重新填写")
    return None


def _is_no_character(sign: str) -> bool:
    return ord(sign) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(sign) <= 0xFDEF
