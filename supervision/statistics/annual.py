"""The annual report: two paragraphs in which every figure is counted from records (law e.3), and nothing is typed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.db import tx
from supervision.statistics.figures import FIGURES, ORGANS, Sight, count
from supervision.statistics.period import Period

CORRECTION, RESETTLEMENT = "拧紧社区矫正“安全阀”", "筑好安置帮教“防火墙”"


@dataclass(frozen=True, slots=True)
class Annual:
    """The figures of one year, all read of one moment."""

    period: Period
    known_at: datetime
    figures: Mapping[str, int]

    @property
    def commissions(self) -> int:
        """All investigations, whoever asked for them."""
        return sum(self.figures[f"commissions_{organ}"] for organ in ORGANS)

    @property
    def paragraphs(self) -> list[tuple[str, list[str | tuple[str, int]]]]:
        """Title and text of both paragraphs; a figure stands in it as (code, number), so that a page can open its list."""
        return [(CORRECTION, self._correction()), (RESETTLEMENT, self._resettlement())]

    def _figure(self, code: str) -> tuple[str, int]:
        return code, self.figures[code]

    def _correction(self) -> list[str | tuple[str, int]]:
        organs: list[str | tuple[str, int]] = []
        for organ, title in ORGANS.items():
            organs += ["，其中" if not organs else "、", title, self._figure(f"commissions_{organ}"), "件"]
        return [
            f"{self.period.title}，受理审前调查评估委托{self.commissions}件",
            *organs,
            "；接收社区矫正对象",
            self._figure("received"),
            "人，解除社区矫正",
            self._figure("ended"),
            "人；给予警告",
            self._figure("warned_people"),
            "人（",
            self._figure("warnings"),
            "人次）、训诫",
            self._figure("admonished_people"),
            "人（",
            self._figure("admonitions"),
            "人次）；脱管",
            self._figure("off_control"),
            "人、漏管",
            self._figure("never_taken_in"),
            "人。",
        ]

    def _resettlement(self) -> list[str | tuple[str, int]]:
        return [
            "刑满释放人员应衔接",
            self._figure("handover_due"),
            "人、已衔接",
            self._figure("handover_done"),
            f"人，衔接率{self.rate}；年末在册管理安置帮教对象",
            self._figure("register"),
            "人；全年预约远程视频会见",
            self._figure("video_booked"),
            "次，服务家属",
            self._figure("video_served"),
            "人次。",
        ]

    @property
    def rate(self) -> str:
        """The hand-over rate in per cent; a dash where nobody was to be met."""
        due = self.figures["handover_due"]
        return f"{self.figures['handover_done'] / due:.1%}" if due else "—"

    @property
    def title(self) -> str:
        """Of the page and of the file."""
        return f"{self.period.title}社区矫正与安置帮教工作情况"


async def annual(period: Period, known_at: datetime) -> Annual:
    """Count all figures of a year. Needs a viewer, or a command, that may see everybody."""
    async with tx(snapshot=True):
        figures = {code: await count(figure, Sight(period, known_at)) for code, figure in FIGURES.items()}
    return Annual(period, known_at, figures)


def as_json(report: Annual) -> dict[str, Any]:
    """As `supervision report annual --format json` says it (docs/json.md)."""
    f = report.figures
    return {
        "commissions": {organ: f[f"commissions_{organ}"] for organ in ORGANS},
        "received": f["received"],
        "ended": f["ended"],
        "warned_people": f["warned_people"],
        "admonished_people": f["admonished_people"],
        "off_control": f["off_control"],
        "never_taken_in": f["never_taken_in"],
        "handover": {"numerator": f["handover_done"], "denominator": f["handover_due"]},
        "register": f["register"],
        "video_booked": f["video_booked"],
        "video_served": f["video_served"],
    }


def _plain(parts: list[str | tuple[str, int]]) -> str:
    return "".join(part if isinstance(part, str) else str(part[1]) for part in parts)


def as_markdown(report: Annual) -> str:
    """The report as text to paste elsewhere."""
    body = "\n\n".join(f"## {title}\n\n{_plain(parts)}" for title, parts in report.paragraphs)
    return f"# {report.title}\n\n{body}\n"
