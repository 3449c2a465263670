"""The head of the audit chain: what is printed and kept outside, so that a chain made anew doesn't fit it."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from supervision.errors import Refusal

DIGITS = 20
"""Hexadecimal digits of the code that are printed: 80 bits."""
GROUP = 4
SHAPE = re.compile(rf"([1-9][0-9]{{0,17}})[-\s]+([0-9a-f](?:[-\s]*[0-9a-f]){{{DIGITS - 1}}})")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain stood: the number of its last link and the beginning of that link's code."""

    seq: int
    code: str

    @classmethod
    def of(cls, seq: int, mac: str) -> "Head":
        """The head that a link makes."""
        return cls(seq, mac[:DIGITS])

    @classmethod
    def parse(cls, text: str) -> "Head":
        """What was printed, typed in by hand. Raises Refusal."""
        found = SHAPE.fullmatch(text.strip().lower())
        if found is None:
            raise Refusal(f"{text!r} 不是链头：应形如 1234-9f3a-22bc-01de-77aa-90ff。")
        return cls(int(found[1]), re.sub(r"[^0-9a-f]", "", found[2]))

    def __str__(self) -> str:
        return "-".join([str(self.seq), *(self.code[at : at + GROUP] for at in range(0, DIGITS, GROUP))])


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as it was kept somewhere: on paper, in the file of heads, with the day's roll call."""

    head: Head
    place: str


def append_heads(path: Path, heads: Iterable[tuple[date, str]]) -> None:
    """Write heads of days at the end of the file, safe on the disk. Raises Refusal where it can't be written."""
    lines = "".join(f"{day.isoformat()} {head}\n" for day, head in heads)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise Refusal(f"链头文件 {path} 无法写入：{problem.strerror}。") from None


def read_heads(path: Path) -> list[tuple[date, Head]]:
    """The days and heads of the file; none where there is no file yet. Raises Refusal for a line that isn't a head."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise Refusal(f"链头文件 {path} 无法读取：{problem.strerror}。") from None
    return [_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _line(path: Path, number: int, line: str) -> tuple[date, Head]:
    day, _, head = line.strip().partition(" ")
    try:
        return date.fromisoformat(day), Head.parse(head)
    except (ValueError, Refusal):
        raise Refusal(f"链头文件 {path} 第 {number} 行不是日期和链头。") from None
