"""The annual report: two paragraphs in which every figure is counted from records (law e.3), and nothing is typed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from supervision.language import N_, in_chinese
from supervision.language import gettext as _
from supervision.statistics.figures import FIGURES, ORGANS, Sight, count_all
from supervision.statistics.period import Period

CORRECTION = N_("拧紧社区矫正“安全阀”")
CORRECTION_TEXT = N_(
    "%(period)s，受理审前调查评估委托%(commissions)s件，其中法院%(commissions_court)d件、"
    "检察院%(commissions_procuratorate)d件、公安机关%(commissions_police)d件、监狱管理机关%(commissions_prison)d件；"
    "接收社区矫正对象%(received)d人，解除社区矫正%(ended)d人；给予警告%(warned_people)d人（%(warnings)d人次）、"
    "训诫%(admonished_people)d人（%(admonitions)d人次）；脱管%(off_control)d人、漏管%(never_taken_in)d人。"
)
RESETTLEMENT = N_("筑好安置帮教“防火墙”")
RESETTLEMENT_TEXT = N_(
    "刑满释放人员应衔接%(handover_due)d人、已衔接%(handover_done)d人，衔接率%(rate)s；"
    "年末在册管理安置帮教对象%(register)d人；全年预约远程视频会见%(video_booked)d次，服务家属%(video_served)d人次。"
)
FILE_TITLE = "{period}社区矫正与安置帮教工作情况"
_PLACE = re.compile(r"%\((\w+)\)[ds]")
Parts = list[str | tuple[str, int]]


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
    def paragraphs(self) -> list[tuple[str, Parts]]:
        """Title and text of both paragraphs; a figure stands in it as (code, number), so that a page can open its list."""
        texts = ((CORRECTION, CORRECTION_TEXT), (RESETTLEMENT, RESETTLEMENT_TEXT))
        return [(_(title), self._filled(_(text))) for title, text in texts]

    def _filled(self, text: str) -> Parts:
        words = {"period": self.period.title, "commissions": str(self.commissions), "rate": self.rate}
        pieces = _PLACE.split(text)  # text, name, text, name, …
        return [
            piece if n % 2 == 0 else words.get(piece) or (piece, self.figures[piece]) for n, piece in enumerate(pieces)
        ]

    @property
    def rate(self) -> str:
        """The hand-over rate in per cent; a dash where nobody was to be met."""
        due = self.figures["handover_due"]
        return f"{self.figures['handover_done'] / due:.1%}" if due else "—"

    @property
    def title(self) -> str:
        """Of the file."""
        return FILE_TITLE.format(period=self.period.title)


async def annual(period: Period, known_at: datetime) -> Annual:
    """Count all figures of a year. Needs a viewer, or a command, that may see everybody."""
    return Annual(period, known_at, await count_all(FIGURES.values(), Sight(period, known_at)))


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


def plain(parts: Parts) -> str:
    """A paragraph as text."""
    return "".join(part if isinstance(part, str) else str(part[1]) for part in parts)


@in_chinese()
def as_markdown(report: Annual) -> str:
    """The report as text to paste elsewhere."""
    body = "\n\n".join(f"## {title}\n\n{plain(parts)}" for title, parts in report.paragraphs)
    return f"# {report.title}\n\n{body}\n"
