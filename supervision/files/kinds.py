"""The kinds of files: what each is called, and which permission opens it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file; `see`: the permission (access/roles.py) without which it isn't there."""

    title: str
    see: str = "see_files"


KINDS: Mapping[str, Kind] = {
    "received": Kind("收到的文书", see="see_case_files"),
    "issued": Kind("制发的文书", see="see_case_files"),
    "signed": Kind("签字件"),
    "served": Kind("送达回证", see="see_case_files"),
    "application": Kind("申请材料"),
    "proof": Kind("证明材料"),
    "record": Kind("谈话、调查笔录", see="see_case_files"),
    "photo": Kind("照片"),
    "evidence": Kind("证据", see="see_case_files"),
    "other": Kind("其他"),
}


def title_of(kind: str) -> str:
    """What a kind of file is called."""
    return KINDS[kind].title
