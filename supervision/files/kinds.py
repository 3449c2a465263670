"""The kinds of files: what each is called, and which permission opens it."""

from collections.abc import Mapping
from dataclasses import dataclass

from supervision.language import N_


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file; `see`: the permission (access/roles.py) without which it isn't there."""

    title: str
    see: str = "see_files"


KINDS: Mapping[str, Kind] = {
    "received": Kind(N_("收到的文书"), see="see_case_files"),
    "issued": Kind(N_("制发的文书"), see="see_case_files"),
    "signed": Kind(N_("签字件")),
    "served": Kind(N_("送达回证"), see="see_case_files"),
    "application": Kind(N_("申请材料")),
    "proof": Kind(N_("证明材料")),
    "record": Kind(N_("谈话、调查笔录"), see="see_case_files"),
    "photo": Kind(N_("照片")),
    "evidence": Kind(N_("证据"), see="see_case_files"),
    "other": Kind(N_("其他")),
}


def title_of(kind: str) -> str:
    """What a kind of file is called."""
    return KINDS[kind].title
