"""The columns of the monthly table (law e.1), as data: each is a condition on stays, which both counts it and lists it."""

from dataclasses import dataclass

from supervision.orders.words import ENDS, KINDS, LEVELS
from supervision.statistics.crimes import CHAPTERS, OTHER_CHAPTER


@dataclass(frozen=True, slots=True)
class Cell:
    """One column: `where` is a condition on a stay `s` (stays.py)."""

    code: str
    title: str
    where: str


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that are read together; each row of `parts` makes up `whole`."""

    title: str
    cells: tuple[Cell, ...]
    whole: str = "after"


def _came() -> tuple[Cell, ...]:
    return (
        Cell("received", "新接收", "s.came AND s.by_entry"),
        Cell("handed_in", "区内转入", "s.came AND NOT s.by_entry"),
        Cell("came", "本月增加", "s.came"),
    )


def _went() -> tuple[Cell, ...]:
    ends = [Cell(kind, title, f"s.went AND s.by_end AND s.end_kind = '{kind}'") for kind, title in ENDS.items()]
    return (*ends, Cell("handed_out", "区内转出", "s.went AND NOT s.by_end"), Cell("went", "本月减少", "s.went"))


def _present(prefix: str, column: str, values: dict[str, str]) -> tuple[Cell, ...]:
    return tuple(
        Cell(f"{prefix}_{code}", title, f"s.is_in AND s.{column} = '{code}'") for code, title in values.items()
    )


AGES = {"minor": "18岁以下", "young": "18–45岁", "middle": "46–60岁", "old": "61岁以上", "unknown": "未填"}
SEXES = {"male": "男", "female": "女", "unknown": "未填"}
NO_LEVEL = Cell("level_none", "未定", "s.is_in AND s.level IS NULL")
GROUPS: tuple[Group, ...] = (
    Group(
        "在册与增减",
        (Cell("before", "上月在册", "s.was_in"), *_came(), *_went(), Cell("after", "本月在册", "s.is_in")),
    ),
    Group("矫正类别", _present("kind", "kind", KINDS)),
    Group("管理类别", (*_present("level", "level", LEVELS), NO_LEVEL)),
    Group("性别", _present("sex", "sex", SEXES)),
    Group("年龄", _present("age", "age", AGES)),
    Group("犯罪类型", _present("crime", "chapter", CHAPTERS | {OTHER_CHAPTER: "其他"})),
    Group(
        "累计",
        (
            Cell("ever_received", "累计接收", "s.by_entry"),
            Cell("ever_released", "累计解除", "s.by_end AND s.end_kind = 'released'"),
        ),
        whole="",
    ),
)
CELLS: dict[str, Cell] = {cell.code: cell for group in GROUPS for cell in group.cells}
BROKEN = Cell("broken", "登记矛盾", "s.broken")
