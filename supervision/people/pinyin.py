"""The readings of a Chinese name for search: all of them, since many characters have several and surnames their own."""

from itertools import islice, product

from pypinyin import Style, pinyin

SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "查": "zha", "仇": "qiu", "区": "ou", "朴": "piao", "盖": "ge", "任": "ren",
    "华": "hua", "燕": "yan", "繁": "po", "覃": "qin", "乐": "yue", "缪": "miao", "尉迟": "yuchi", "万俟": "moqi",
    "澹台": "tantai", "长孙": "zhangsun",
}  # fmt: skip
MOST_READINGS = 12


def readings(name: str) -> str:
    """Initials and full syllables of every reading, separated by blanks: “zxl zengxiaole zengxiaoyue …”."""
    surname = next((s for s in (name[:2], name[:1]) if s in SURNAMES), "")
    rest = pinyin(name[len(surname) :], style=Style.NORMAL, heteronym=True, errors="ignore")
    heads = [_split(surname)] if surname else [[]]
    if surname and surname in name[:1]:
        heads += [[syllable] for syllable in pinyin(surname, style=Style.NORMAL, heteronym=True)[0]]
    found: dict[str, None] = {}
    for head in heads:
        for syllables in islice(product(*rest), MOST_READINGS):
            whole = [*head, *syllables]
            found["".join(part[0] for part in whole if part)] = None
            found["".join(whole)] = None
    return " ".join(found)


def _split(surname: str) -> list[str]:
    """A double surname counts as two syllables for its initials."""
    double = {"尉迟": ["yu", "chi"], "万俟": ["mo", "qi"], "澹台": ["tan", "tai"], "长孙": ["zhang", "sun"]}
    return double.get(surname, [SURNAMES[surname]])
