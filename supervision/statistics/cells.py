"""The columns of the monthly table (law e.1), as data: each is a condition on stays, which both counts it and lists it."""

from dataclasses import dataclass

from supervision.language import N_
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
        Cell("received", N_("新接收"), "s.came AND s.by_entry"),
        Cell("handed_in", N_("区内转入"), "s.came AND NOT s.by_entry"),
        Cell("came", N_("本月增加"), "s.came"),
    )


def _went() -> tuple[Cell, ...]:
    ends = [Cell(kind, title, f"s.went AND s.by_end AND s.end_kind = '{kind}'") for kind, title in ENDS.items()]
    return (
        *ends,
        Cell("handed_out", N_("区内转出"), "s.went AND NOT s.by_end"),
        Cell("went", N_("本月减少"), "s.went"),
    )


def _present(prefix: str, column: str, values: dict[str, str]) -> tuple[Cell, ...]:
    return tuple(
        Cell(f"{prefix}_{code}", title, f"s.is_in AND s.{column} = '{code}'") for code, title in values.items()
    )


AGES = {
    "minor": N_("18岁以下"),
    "young": N_("18–45岁"),
    "middle": N_("46–60岁"),
    "old": N_("61岁以上"),
    "unknown": N_("未填"),
}
SEXES = {"male": N_("男"), "female": N_("女"), "unknown": N_("未填")}
NO_LEVEL = Cell("level_none", N_("未定"), "s.is_in AND s.level IS NULL")
GROUPS: tuple[Group, ...] = (
    Group(
        N_("在册与增减"),
        (Cell("before", N_("上月在册"), "s.was_in"), *_came(), *_went(), Cell("after", N_("本月在册"), "s.is_in")),
    ),
    Group(N_("矫正类别"), _present("kind", "kind", KINDS)),
    Group(N_("管理类别"), (*_present("level", "level", LEVELS), NO_LEVEL)),
    Group(N_("性别"), _present("sex", "sex", SEXES)),
    Group(N_("年龄"), _present("age", "age", AGES)),
    Group(N_("犯罪类型"), _present("crime", "chapter", CHAPTERS | {OTHER_CHAPTER: N_("其他")})),
    Group(
        N_("累计"),
        (
            Cell("ever_received", N_("累计接收"), "s.by_entry"),
            Cell("ever_released", N_("累计解除"), "s.by_end AND s.end_kind = 'released'"),
        ),
        whole="",
    ),
)
CELLS: dict[str, Cell] = {cell.code: cell for group in GROUPS for cell in group.cells}
BROKEN = Cell("broken", N_("登记矛盾"), "s.broken")
